//! The audit log: a line of JSON for each thing that somebody may have to prove later.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;

use crate::guard::audit::Decision;
use crate::guard::audit::audience::{News, Told};
use crate::guard::observation::OPERATION;
use crate::http::peer::AddressShare;
use crate::telemetry::{EVENTS_LOST, FOREIGN_TEXT, SecurityEvent, foreign, limited};
use crate::time::Rfc3339;

/// A record of who was refused, who signed in and out, and what was revoked, for [`Auth::audit`](crate::Auth::audit): lines of
/// JSON, written where you say.
///
/// ```
/// use auth_runtime::observe::AuditLog;
///
/// # let auth = auth_runtime::Auth::builder().dangerous_allow_unconfigured().build().unwrap();
/// // To whatever collects the output of this process, and with those who were let in:
/// auth.audit(AuditLog::new(std::io::stdout()).grants());
/// ```
///
/// # Security
/// It holds personal data: subjects, addresses, user agents, paths. It holds no credential, unless your paths do. All text is ASCII on
/// one line, whatever a caller has sent: nobody forges a line.
#[must_use]
pub struct AuditLog {
    out: Box<dyn Write + Send>,
    grants: bool,
    /// A line was begun and could not be finished.
    is_torn: bool,
}

impl AuditLog {
    /// A log that goes there: each line is one call of `write_all`, and then one of `flush`, in a thread of its own.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self { out: Box::new(out), grants: false, is_torn: false }
    }

    /// A log that is added to this file, which only its owner may read where it is made.
    ///
    /// The file stays open: have `logrotate` copy it (`copytruncate`), or restart the service.
    ///
    /// # Errors
    /// Where the file cannot be opened or made.
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        Ok(Self::new(options.open(path)?))
    }

    /// Decisions that let somebody in, too, and those that nobody waited for.
    pub fn grants(mut self) -> Self {
        self.grants = true;
        self
    }

    pub(super) fn has_grants(&self) -> bool {
        self.grants
    }

    /// Writes what is told, if it belongs into this log.
    pub(super) fn write(&mut self, told: &Told) {
        let Some(record) = self.record(told) else { return };
        let mut line = Vec::with_capacity(512);
        // The rest of a line that was begun must not swallow this one.
        line.extend(self.is_torn.then_some(b'\n'));
        let written = record.serialize(&mut serde_json::Serializer::with_formatter(&mut line, Ascii));
        line.push(b'\n');
        let written = written.map_err(io::Error::from).and_then(|()| {
            self.out.write_all(&line).inspect_err(|_| self.is_torn = true)?;
            self.is_torn = false;
            self.out.flush()
        });
        if let Err(error) = written {
            metrics::counter!(EVENTS_LOST, "cause" => "write").increment(1);
            limited!(error, error = foreign(error), "the audit log cannot be written; what should stand in it is lost");
        }
    }

    fn record<'a>(&self, told: &'a Told) -> Option<Record<'a>> {
        let record = Record { timestamp: Rfc3339(told.at).to_string(), ..Record::default() };
        match &told.what {
            News::Decision(decision) if self.grants || decision.outcome.is_refusal() => {
                Some(record.of_decision(decision))
            }
            News::Decision(_) => None,
            News::Event(event) => Some(record.of_event(event)),
            News::Missed(count) => Some(Record { name: "auth.missed", count: Some(*count), ..record }),
        }
    }
}

debug_by_name! {
    [] AuditLog as "AuditLog";
}

/// A line. Names are those of OpenTelemetry's registry of attributes, and ours where it has none; the manual has a table of them.
#[derive(Default, Serialize)]
struct Record<'a> {
    timestamp: String,
    #[serde(rename = "event.name")]
    name: &'static str,
    #[serde(rename = "auth.kind", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(rename = "auth.outcome", skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(rename = "error.type", skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(rename = "auth.code", skip_serializing_if = "Option::is_none")]
    code: Option<Capped<'a>>,
    #[serde(rename = "auth.check", skip_serializing_if = "Option::is_none")]
    check: Option<String>,
    #[serde(rename = "auth.policy", skip_serializing_if = "Option::is_none")]
    policy: Option<&'static str>,
    #[serde(rename = "auth.scheme", skip_serializing_if = "Option::is_none")]
    scheme: Option<&'static str>,
    #[serde(rename = "auth.configuration", skip_serializing_if = "Option::is_none")]
    configuration: Option<Capped<'a>>,
    #[serde(rename = "auth.issuer", skip_serializing_if = "Option::is_none")]
    issuer: Option<Capped<'a>>,
    #[serde(rename = "user.id", skip_serializing_if = "Option::is_none")]
    subject: Option<Capped<'a>>,
    #[serde(rename = "session.id", skip_serializing_if = "Option::is_none")]
    session: Option<Capped<'a>>,
    #[serde(rename = "auth.token.id", skip_serializing_if = "Option::is_none")]
    token: Option<Capped<'a>>,
    #[serde(rename = "auth.count", skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(rename = "client.address", skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(rename = "network.peer.address", skip_serializing_if = "Option::is_none")]
    peer: Option<String>,
    #[serde(rename = "http.request.method", skip_serializing_if = "Option::is_none")]
    method: Option<Capped<'a>>,
    #[serde(rename = "url.path", skip_serializing_if = "Option::is_none")]
    path: Option<Capped<'a>>,
    #[serde(rename = "user_agent.original", skip_serializing_if = "Option::is_none")]
    agent: Option<Capped<'a>>,
    #[serde(rename = "auth.duration", skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
}

impl<'a> Record<'a> {
    fn of_decision(self, decision: &'a Decision) -> Self {
        let (request, caller) = (&decision.request, decision.caller.as_ref());
        let agent = request.headers().get(actix_web::http::header::USER_AGENT);
        Self {
            name: "auth.decision",
            kind: decision.is_of_operation.then_some(OPERATION),
            outcome: Some(decision.outcome.label()),
            reason: decision.reason.map(crate::denial::Reason::label),
            code: decision.code.map(Capped),
            check: decision.check.map(|check| check.name().to_string()),
            policy: Some(decision.policy.handler),
            scheme: Some(decision.scheme),
            configuration: caller.and_then(|caller| caller.configuration()).map(Capped),
            issuer: caller.and_then(|caller| caller.issuer()).map(Capped),
            subject: caller.map(|caller| Capped(caller.subject())),
            session: caller.and_then(|caller| caller.session_id()).map(Capped),
            address: match decision.address {
                AddressShare::Unknown | AddressShare::UnlistedProxy => None,
                share => Some(share.to_string()),
            },
            peer: request.peer().map(|peer| peer.ip().to_string()),
            method: Some(Capped(request.method().as_str())),
            path: Some(Capped(request.uri().path())),
            agent: agent.and_then(|agent| agent.to_str().ok()).map(Capped),
            seconds: Some(decision.took.as_secs_f64()),
            ..self
        }
    }

    fn of_event(self, event: &'a SecurityEvent) -> Self {
        let SecurityEvent { name, issuer, subject, session, token, reason, count, address, agent } = event;
        Self {
            name: name.as_str(),
            reason: *reason,
            issuer: Some(Capped(issuer)),
            subject: subject.as_deref().map(Capped),
            session: session.as_deref().map(Capped),
            token: token.as_deref().map(Capped),
            count: count.map(|count| count as u64),
            address: address.as_deref().map(str::to_owned),
            agent: agent.as_deref().map(Capped),
            ..self
        }
    }
}

/// Text that others may have made, no longer than a line should have it.
struct Capped<'a>(&'a str);

impl Serialize for Capped<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.char_indices().nth(FOREIGN_TEXT) {
            Some((end, _)) => {
                serializer.collect_str(&format_args!("{}\u{2026}", self.0.get(..end).unwrap_or_default()))
            }
            None => serializer.serialize_str(self.0),
        }
    }
}

/// JSON in ASCII: whatever a terminal, or a program that reads lines, could take for more than a character is written as `\u….`.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        for character in fragment.chars() {
            match character {
                ' '..='~' => write!(out, "{character}")?,
                _ => character.encode_utf16(&mut units).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))?,
            }
        }
        Ok(())
    }
}
