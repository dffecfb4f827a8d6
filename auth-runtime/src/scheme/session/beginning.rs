//! Beginning sessions.

use std::sync::Arc;

use actix_web::http::header::HeaderValue;

use crate::crypto::Hex;
use crate::denial::{Denial, Reason};
use crate::policy::{AcrOrders, StepUp};
use crate::principal::Principal;
use crate::scheme::session::ending::Named;
use crate::scheme::session::id::{SessionId, random};
use crate::scheme::session::live::{LiveSessions, unavailable};
use crate::scheme::session::record::{AtProvider, Record};
use crate::scheme::session::store::{Added, NewSession, SessionKey, StoredSession, UNREAD};
use crate::telemetry::{EventName, SIGN_INS, SecurityEvent, foreign, limited};
use crate::time::{Clock, UnixTime};

/// Who signs in, and how.
#[derive(Default)]
pub(crate) struct SigningIn {
    pub(crate) subject: Box<str>,
    /// Where that is elsewhere.
    pub(crate) login: Option<AtProvider>,
    pub(crate) roles: Option<Vec<Box<str>>>,
    pub(crate) scopes: Option<Vec<Box<str>>>,
    /// As JSON text.
    pub(crate) details: Option<Box<str>>,
    pub(crate) acr: Option<Box<str>>,
    /// When that was elsewhere, which may have been long before; nothing where it does not say.
    pub(crate) auth_time: Option<UnixTime>,
    pub(crate) amr: Vec<Box<str>>,
    pub(crate) address: Option<Box<str>>,
    pub(crate) agent: Option<Box<str>>,
    /// The session that the browser has had.
    pub(crate) before: Option<SessionKey>,
    /// When it began, in milliseconds.
    pub(crate) began_at: u64,
    /// Nothing was proved now: an old session of another crate says who it is.
    pub(crate) is_carried_over: bool,
}

impl SigningIn {
    /// The same event, with where it comes from.
    pub(super) fn seen_in(&self, event: SecurityEvent) -> SecurityEvent {
        let (address, agent) = (self.address.as_deref().map(Arc::from), self.agent.as_deref().map(Arc::from));
        SecurityEvent { address, agent, ..event }
    }
}

/// How a sign-in falls short of what makes a session stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shortfall {
    SomebodyElse,
    TooWeak,
}

/// Whose session a browser has had, as whoever begins another sees it.
enum Before {
    /// It has had none, or that is over.
    Nobodys,
    Theirs,
    SomebodyElses,
}

/// A session that can begin.
pub(crate) struct Beginning {
    id: SessionId,
    record: Record,
    session: StoredSession,
    principal: Principal,
    before: Option<SessionKey>,
    now: UnixTime,
    is_carried_over: bool,
}

impl Beginning {
    #[cfg(feature = "login")]
    pub(super) fn key(&self) -> SessionKey {
        self.session.key()
    }

    #[cfg(feature = "login")]
    pub(super) fn record(&self) -> &Record {
        &self.record
    }

    /// Who its requests will come from.
    #[cfg(feature = "login")]
    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
    }
}

impl LiveSessions {
    /// Makes a session that nobody can use yet.
    ///
    /// # Errors
    /// Where it cannot be kept: it is too large, or something of ours fails.
    pub(crate) fn prepare(self: &Arc<Self>, who: SigningIn, clock: &dyn Clock) -> Result<Beginning, Denial> {
        let now = clock.now().map_err(Reason::from).map_err(Denial::of)?;
        let sid = Hex(&random::<16>().map_err(unavailable)?).to_string();
        let SigningIn {
            subject,
            login,
            roles,
            scopes,
            details,
            acr,
            auth_time,
            amr,
            address,
            agent,
            before,
            began_at,
            is_carried_over,
        } = who;
        let (acr, amr) = if is_carried_over { (None, Vec::new()) } else { (acr, amr) };
        let issuer = login.as_ref().map_or(&*self.issuer, |login| &login.issuer);
        let (roles, scopes) = if self.loads(issuer) { (None, None) } else { (roles, scopes) };
        #[cfg(feature = "login")]
        let login = login.map(|login| self.with_tokens(&sid, login)).transpose().map_err(unavailable)?;
        let record = Record {
            sid: sid.into(),
            subject,
            roles,
            scopes,
            details,
            created_at: now,
            began_at,
            seen_at: now,
            acr,
            amr,
            auth_time: if login.is_some() || is_carried_over { auth_time } else { Some(now) },
            login,
            address,
            agent,
            ..Record::default()
        };
        let id = SessionId::random().map_err(unavailable)?;
        let too_large = || {
            tracing::error!("a session is larger than 16 KiB and cannot be kept; keep less in its details");
            Denial::of(Reason::IdentityUnfit)
        };
        let session = self.stored(self.seal.key(&id), 1, &record).ok_or_else(too_large)?;
        let principal = self.principal(id.clone(), session.clone(), record.clone()).map_err(unavailable)?;
        Ok(Beginning { id, record, session, principal, before, now, is_carried_over })
    }

    /// How a session that begins falls short of what was asked. That is of a session which is to become stronger, and so of whom that one is;
    /// where the browser has none, and had none when it was asked, the page asks when there is one.
    ///
    /// # Errors
    /// Where the store cannot tell.
    pub(crate) async fn shortfall(
        &self,
        beginning: &Beginning,
        asked: &StepUp,
        had_one: bool,
        orders: &AcrOrders,
        clock: &dyn Clock,
    ) -> Result<Option<Shortfall>, Denial> {
        Ok(match self.before(beginning).await? {
            Before::SomebodyElses => Some(Shortfall::SomebodyElse),
            Before::Nobodys if !had_one => None,
            Before::Theirs | Before::Nobodys => {
                (!asked.is_met(&beginning.principal, orders, clock)).then_some(Shortfall::TooWeak)
            }
        })
    }

    /// # Errors
    /// Where the store cannot tell.
    async fn before(&self, beginning: &Beginning) -> Result<Before, Denial> {
        let Some(key) = beginning.before else { return Ok(Before::Nobodys) };
        Ok(match self.named(key, beginning.now).await.map_err(unavailable)? {
            // This browser is about to learn whose.
            Named::Replaced => Before::SomebodyElses,
            Named::Session(had) if !self.lasts(&had.1, beginning.now) => Before::Nobodys,
            Named::Session(had) if had.1.whose() == beginning.record.whose() => Before::Theirs,
            Named::Session(_) => Before::SomebodyElses,
            Named::Nothing => Before::Nobodys,
        })
    }

    /// Keeps it from now on, under an id that nobody has seen before, and gives the cookie; the session that the browser had is over.
    ///
    /// # Errors
    /// Where the store cannot tell or has no room, or where the subject's sessions were ended since the sign-in began.
    pub(crate) async fn keep(&self, beginning: Beginning) -> Result<HeaderValue, Denial> {
        let Beginning { id, record, session, principal, before, now, is_carried_over } = beginning;
        let key = session.key();
        let named = match before {
            Some(before) => self.named(before, now).await.map_err(unavailable)?,
            None => Named::Nothing,
        };
        let (had, place) = match named {
            Named::Session(had) => (Some(had.1), Some(had.0.key())),
            Named::Replaced => (None, None),
            // Or what was sealed by a key that is not here.
            Named::Nothing => (None, before),
        };
        let replaced = place.and_then(|place| self.tombstone(place, UNREAD, None, now));
        if !self.stands(&principal, &record, now)? {
            return Err(barred());
        }
        let new = NewSession { session, began_at: record.began_at, most: self.most, replaced, continues: false };
        let added = self.store.put(new).get().await.map_err(unavailable)?;
        if let (Added::Kept { .. }, Some(had)) = (added, &had) {
            self.end_moved(had).await?;
            if self.lasts(had, now) {
                self.tell_ended(had, Some("signed_in_again"));
            }
        }
        match added {
            Added::Kept { .. } if is_carried_over && self.has_left_old(&record.subject).await? => {
                self.end_one(key, &record, Some("signed_out_meanwhile")).await?;
                return Err(barred());
            }
            Added::Kept { ended } => {
                tracing::info!(
                    subject = foreign(&record.subject),
                    session = &*record.sid,
                    scheme = super::NAME,
                    ended_for_it = (ended > 0).then_some(ended),
                    "signed in"
                );
                metrics::counter!(SIGN_INS, "outcome" => "signed_in", "reason" => "none").increment(1);
                self.tell(EventName::SignedIn, record.whose(), |event| {
                    let address = record.address.as_deref().map(Arc::from);
                    let agent = record.agent.as_deref().map(Arc::from);
                    let (session, count) = (Some(Arc::from(&*record.sid)), (ended > 0).then_some(ended));
                    SecurityEvent { session, address, agent, count, ..event }
                });
            }
            Added::Barred | Added::Gone => return Err(barred()),
            Added::Full => {
                limited!(error, "no more sessions can be kept; raise `.capacity(…)`, or share them through a store");
                return Err(Denial::of(Reason::BackendUnavailable));
            }
        }
        self.cookie.give(&id, self.absolute).ok_or_else(|| Denial::of(Reason::IdentityUnfit))
    }
}

pub(crate) fn barred() -> Denial {
    Denial::forbidden("your sessions were ended while you signed in; sign in again")
}
