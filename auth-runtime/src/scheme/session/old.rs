//! Sessions of another crate, whose users are carried over.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{COOKIE, HeaderMap};
use sha2::{Digest as _, Sha256};

use crate::crypto::Hex;
use crate::denial::{Denial, Reason};
use crate::fault::Misconfiguration;
use crate::http::query::percent_decode;
use crate::principal::Principal;
use crate::revocation::Revocable;
use crate::scheme::session::beginning::SigningIn;
use crate::scheme::session::live::{LiveSessions, seconds};
use crate::scheme::session::record::Whose;
use crate::setting::Setting;
use crate::telemetry::{EventName, SecurityEvent};
use crate::time::{Clock, UnixTime, beginning_of};

/// For how long people can be carried over: 30 days.
const LONGEST: Duration = Duration::from_secs(30 * 86_400);
/// The entries that say which old sessions were carried over, and whose are not any more.
const USED: &str = "carried over";
const SIGNED_OUT: &str = "not carried over";

/// The sessions of another crate, such as `actix-session`, out of which people are [carried over](super::Sessions::carry_over).
///
/// ```standalone_crate
/// use auth_runtime::session::{OldSessions, Sessions};
/// # use auth_runtime::testing::ManualClock;
///
/// // The old middleware keeps its sessions in Redis, and calls its cookie `id`, as `actix-session` does by default.
/// let old = OldSessions::in_store("id").until("2026-12-24");
/// // In memory on your own machine alone; elsewhere by `Sessions::redis(…)`, as the old ones, or by `Sessions::store(…)`.
/// let sessions = Sessions::in_memory().login_page("/login").carry_over(old);
/// let auth = auth_runtime::Auth::builder().public_origin("http://127.0.0.1:8080").session(sessions);
/// # let clock = ManualClock::at(1_796_000_000);
/// # let auth = auth.clock(clock);
/// auth.build().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct OldSessions {
    cookie: Box<str>,
    until: Option<Box<str>>,
    is_in_cookie: bool,
}

impl OldSessions {
    /// Kept by a server, which ends them when they are purged: those of a `RedisSessionStore`, or of a store of your own. `cookie` is the
    /// name of their cookie.
    ///
    /// A cookie that `actix-session` has given earlier for the same session is another one to us, and counts until the old middleware has
    /// removed the session, which it does behind the answer.
    ///
    /// # Errors
    /// [`build`](crate::config::AuthBuilder::build) fails with sessions that are kept [in memory](super::Sessions::in_memory): there it is noted what was
    /// carried over and who has signed out since, and a restart would let both in again. Not for a public origin on this machine, where you
    /// try it, and a warning says so.
    pub fn in_store(cookie: impl Into<Box<str>>) -> Self {
        Self { cookie: cookie.into(), until: None, is_in_cookie: false }
    }

    /// Kept by the browser, in the cookie of this name: those of a `CookieSessionStore`.
    ///
    /// # Security
    /// Nothing ends such a session at the server. Each of its cookies carries somebody over once, and whoever has copied an earlier one is
    /// carried over, too, until the user signs out or is revoked, or [the day](Self::until) has come.
    ///
    /// # Errors
    /// As [`in_store`](Self::in_store).
    pub fn dangerous_in_cookie(cookie: impl Into<Box<str>>) -> Self {
        Self { is_in_cookie: true, ..Self::in_store(cookie) }
    }

    /// The day, such as `2026-12-24`, from whose beginning in UTC on nobody is carried over any more: at most 30 days ahead.
    ///
    /// # Errors
    /// [`build`](crate::config::AuthBuilder::build) fails where it is not said, is not a day, or is further ahead.
    pub fn until(mut self, day: impl Into<Box<str>>) -> Self {
        self.until = Some(day.into());
        self
    }

    /// # Errors
    /// What is wrong and what to do about it.
    pub(super) fn build(
        self,
        clock: &dyn Clock,
        is_shared: bool,
        is_secure: bool,
    ) -> Result<CarriedOver, Misconfiguration> {
        if !is_shared && is_secure {
            return Err(Misconfiguration::new(
                "sessions are in memory, where a restart would forget which old ones were carried over and who has signed out since; keep ours in \
                 Redis or a store of your own",
            ));
        }
        if !is_shared {
            tracing::warn!(
                "sessions are in memory: at a restart it is forgotten which old ones were carried over, and who has signed out"
            );
        }
        let Some(day) = self.until else {
            return Err(Misconfiguration::new("`carry_over` has no end; add `.until(\"2026-12-24\")`"));
        };
        let until = beginning_of(&day).ok_or_else(|| {
            let day = day.escape_debug();
            Misconfiguration::new(format!("`{day}` in `until` is not a day; write it like `2026-12-24`"))
        })?;
        let now =
            clock.now().map_err(|_| Misconfiguration::new("the clock cannot be right, by which old sessions end"))?;
        if until > now.saturating_add(seconds(LONGEST)) {
            return Err(Misconfiguration::new(
                "old sessions are carried over for more than 30 days; choose an earlier day",
            ));
        }
        if self.cookie.is_empty() || !self.cookie.chars().all(|c| c.is_ascii_graphic() && !"%;=,\"".contains(c)) {
            let cookie = self.cookie.escape_debug();
            return Err(Misconfiguration::new(format!(
                "`{cookie}` is not the name of a cookie; write it as the old middleware has it"
            )));
        }
        if now >= until {
            tracing::warn!("old sessions are not carried over any more; remove `carry_over`");
        }
        Ok(CarriedOver { cookie: self.cookie, day, until, is_in_cookie: self.is_in_cookie })
    }
}

/// Old sessions out of which people can be carried over.
pub(super) struct CarriedOver {
    cookie: Box<str>,
    day: Box<str>,
    until: UnixTime,
    is_in_cookie: bool,
}

impl CarriedOver {
    pub(super) fn reviewed(&self) -> Setting {
        let name = if self.is_in_cookie { "dangerous_carry_over_in_cookie" } else { "carry_over" };
        Setting::allows(name, format!("cookie {} until {}", self.cookie, self.day))
    }

    /// The hash of the session that a request brings, which two spellings of one cookie share.
    fn presented(&self, headers: &HeaderMap) -> Option<String> {
        let hash = |value: Vec<u8>| Hex(&Sha256::digest(value)).to_string();
        presented(headers, &self.cookie).map(hash)
    }
}

/// The value of the only cookie of this name, in the lenient way in which actix reads cookies: what the old middleware might take for its
/// cookie, and is not what was looked at here, would be carried over again and again.
fn presented(headers: &HeaderMap, name: &str) -> Option<Vec<u8>> {
    let lines = headers.get_all(COOKIE).map(|line| str::from_utf8(line.as_bytes()).ok());
    let mut found = None;
    for line in lines {
        for pair in line?.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (named, value) = pair.split_once('=')?;
            if percent_decode(named.trim().as_bytes()).as_deref() != Some(name.as_bytes()) {
                continue;
            }
            let value = value.trim();
            let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            let value = percent_decode(quoted.unwrap_or(value).trim().as_bytes())?;
            if found.replace(value).is_some() {
                return None;
            }
        }
    }
    found.filter(|value| !value.is_empty())
}

/// An old session that a request brings.
pub(crate) struct OldSession {
    hash: String,
    now: UnixTime,
    until: UnixTime,
}

impl LiveSessions {
    /// The old session that a request brings, where somebody can be carried over out of it: not once the day has come, and not beside a session
    /// of ours that goes on.
    ///
    /// # Errors
    /// Where the store cannot be asked, or old sessions are not configured.
    pub(crate) async fn old_session(
        &self,
        headers: &HeaderMap,
        clock: &dyn Clock,
    ) -> Result<Option<OldSession>, Denial> {
        let Some(old) = &self.old else {
            tracing::error!("nobody can be carried over: no old sessions are configured; add `.carry_over(…)`");
            return Err(Denial::of(Reason::SchemeUnconfigured));
        };
        let now = clock.now().map_err(Reason::from).map_err(Denial::of)?;
        let Some(hash) = old.presented(headers).filter(|_| now < old.until) else { return Ok(None) };
        let current = self.current(self.named_by(headers), now).await?;
        Ok(current.is_none().then_some(OldSession { hash, now, until: old.until }))
    }

    /// Whether this user, whoever the old session says it is, has neither signed out nor was revoked since people are carried over.
    ///
    /// # Errors
    /// Where nobody can tell.
    pub(crate) async fn may_be_carried_over(&self, subject: &str, old: &OldSession) -> Result<bool, Denial> {
        let who = Principal::builder(super::NAME, subject).configuration(self.configuration.clone());
        let who = who.issuer(Arc::clone(&self.issuer)).build();
        if let Some(revocations) = &self.revocations {
            // Nobody knows when that session began.
            let session = Revocable { token_id: "carried over".into(), session: None, issued_at: None };
            match revocations.check(&who, &session, old.now.saturating_add(seconds(self.absolute)), old.now) {
                Ok(()) => {}
                Err(Reason::RevocationsStale) => return Err(Denial::of(Reason::RevocationsStale)),
                Err(_) => return Ok(false),
            }
        }
        Ok(!self.has_left_old(subject).await?)
    }

    /// Uses an old session, which counts once on all machines; says whether this was the first time, and tells those who keep a record where
    /// it was not.
    ///
    /// # Errors
    /// Where the store cannot be asked, or has no room.
    pub(crate) async fn use_up(&self, old: &OldSession, who: &SigningIn) -> Result<bool, Denial> {
        let is_first = self.do_once(USED, &[&old.hash], old.now, old.until).await?;
        if !is_first {
            let whose = Whose { issuer: None, subject: &who.subject };
            let again = |event| who.seen_in(SecurityEvent { reason: Some("old_session"), ..event });
            self.tell(EventName::Replayed, whose, again);
        }
        Ok(is_first)
    }

    /// Keeps whoever signs out from being carried over by what is left of old sessions.
    ///
    /// # Errors
    /// Where the store cannot be asked, or has no room.
    pub(crate) async fn leave_old(&self, whose: Whose<'_>, clock: &dyn Clock) -> Result<(), Denial> {
        let now = clock.now().map_err(Reason::from).map_err(Denial::of)?;
        match &self.old {
            Some(old) if now < old.until && whose.issuer.is_none() => {
                self.do_once(SIGNED_OUT, &[whose.subject], now, old.until).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Whether this user is not carried over any more.
    ///
    /// # Errors
    /// Where the store cannot be asked.
    pub(super) async fn has_left_old(&self, subject: &str) -> Result<bool, Denial> {
        self.is_done(SIGNED_OUT, &[subject]).await
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn read(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        lines.iter().for_each(|line| headers.append(COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap()));
        presented(&headers, "id").map(|value| String::from_utf8(value).unwrap())
    }

    #[test]
    fn all_spellings_of_a_cookie_are_one() {
        for line in ["id=a+b/c==", "id=a%2Bb%2fc%3D=", "x=1; id=\"a+b/c==\"", "i%64=a+b/c==", " id = a+b/c== ;y=2"] {
            assert_eq!(read(&[line]).as_deref(), Some("a+b/c=="), "{line}");
        }
    }

    #[test]
    fn what_two_readers_might_read_in_two_ways_is_nothing() {
        for lines in [
            &["id=a; id=b"][..],
            &["id=a; %69d=b"],
            &["id=a", "id=a"],
            &["\u{a0}id=b; id=a"],
            &["id=a; x"],
            &["id=%zz"],
            &["id="],
            &["xid=a"],
            &[],
        ] {
            assert_eq!(read(lines), None, "{lines:?}");
        }
    }
}
