//! Sessions that were begun at a provider: the provider's tokens in them, and how the provider ends them.

use std::sync::Arc;

use actix_web::http::header::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::denial::{Denial, Reason, Unavailable};
use crate::principal::Principal;
use crate::scheme::session::beginning::{Beginning, SigningIn, barred};
use crate::scheme::session::live::{LiveSessions, milliseconds, unavailable};
use crate::scheme::session::login::Login;
use crate::scheme::session::record::{AtProvider, Record, Whose};
use crate::scheme::session::store::{Added, BARRED_FOR, SessionKey, StoredSession};
use crate::telemetry::{EventName, SecurityEvent};
use crate::time::{Clock, UnixTime};

/// What tokens are encrypted for.
const TOKENS: &str = "tokens of a provider";
/// How many entries of one name a store keeps.
const ENTRIES: usize = 10_000;
/// How many of the provider's sessions of one subject are known, for each of ours that it may have: one that is used for long is signed in
/// before many that are not.
const SIDS_PER_SESSION: usize = 10;
/// Why sessions end of which their provider says that they are over.
const AT_PROVIDER: &str = "signed_out_at_provider";

/// The tokens of a provider, as a session holds them.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct HeldTokens {
    pub(crate) access: String,
    /// From when on another one is asked for, in seconds since 1970; never where it does not say when it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fresh_until: Option<UnixTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refresh: Option<String>,
    /// Says at sign-out who signs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
}

debug_by_name!([] HeldTokens as "HeldTokens";);

/// A session in its store.
pub(crate) type KeptSession = (StoredSession, Record);

impl HeldTokens {
    /// # Errors
    /// Where they cannot be written.
    pub(crate) fn write(&self) -> Result<Zeroizing<String>, Unavailable> {
        let unusable = |_| Unavailable::of(Reason::IdentityUnfit).because("tokens could not be written");
        serde_json::to_string(self).map(Zeroizing::new).map_err(unusable)
    }
}

impl LiveSessions {
    /// The provider of this name.
    pub(crate) fn login(&self, name: Option<&str>) -> Option<&Arc<dyn Login>> {
        self.logins.iter().find(|login| login.name() == name)
    }

    /// The same with its tokens encrypted, for the session of this name.
    pub(super) fn with_tokens(&self, sid: &str, login: AtProvider) -> Result<AtProvider, Unavailable> {
        let tokens = self.vault.encrypt(TOKENS, &[sid, &login.issuer], login.tokens.as_bytes())?;
        Ok(AtProvider { tokens: tokens.into(), ..login })
    }

    /// Other tokens for a session, encrypted.
    pub(crate) fn sealed_tokens(&self, record: &Record, held: &HeldTokens) -> Result<Box<str>, Unavailable> {
        let issuer = record.login.as_ref().map_or("", |login| &login.issuer);
        Ok(self.vault.encrypt(TOKENS, &[&record.sid, issuer], held.write()?.as_bytes())?.into())
    }

    /// The tokens in a session.
    pub(crate) fn tokens(&self, record: &Record) -> Option<HeldTokens> {
        let login = record.login.as_ref()?;
        let text = self.vault.decrypt(TOKENS, &[&record.sid, &login.issuer], login.tokens.as_bytes())?;
        serde_json::from_slice(&text).ok()
    }

    /// The session as it is now, under whatever id; nothing where it has ended.
    pub(crate) async fn latest(
        &self,
        key: SessionKey,
        of: &Record,
        now: UnixTime,
    ) -> Result<Option<KeptSession>, Unavailable> {
        let found = self.store.find(key).get().await?.and_then(|stored| self.open(stored));
        match found {
            Some((stored, record)) if !record.replaced && record.sid == of.sid => Ok(Some((stored, record))),
            _ => Ok(self.under_any_id(of).await?.filter(|(_, record)| now < self.end(record))),
        }
    }

    /// The session of a request that was let in a while ago, as it is now; nothing where it has ended, or was revoked.
    ///
    /// # Errors
    /// Where nobody can tell.
    pub(crate) async fn going_on(
        &self,
        principal: &Principal,
        (key, of): (SessionKey, &Record),
        now: UnixTime,
    ) -> Result<Option<Record>, Denial> {
        let latest = self.latest(key, of, now).await.map_err(unavailable)?;
        let Some((_, record)) = latest.filter(|(_, record)| self.lasts(record, now)) else { return Ok(None) };
        Ok(self.stands(principal, &record, now)?.then_some(record))
    }

    /// Puts this in the place of a session; says whether nobody else has changed it meanwhile.
    pub(crate) async fn change(&self, stored: &StoredSession, record: &Record) -> Result<bool, Unavailable> {
        let next = self.stored(stored.key(), stored.version().saturating_add(1), record);
        let too_large = || Unavailable::of(Reason::IdentityUnfit).because("a session is larger than 16 KiB");
        self.store.touch(next.ok_or_else(too_large)?).get().await
    }

    /// Keeps a session that begins at a provider, and that the provider can end.
    ///
    /// Stores know sessions by their subjects alone. One that the provider has a name for, `sid`, is entered under that too; and what bars it
    /// is asked once it is there, so that an end is never missed: whoever ends it bars first, and then looks which there are.
    ///
    /// # Errors
    /// As [`keep`](Self::keep).
    pub(crate) async fn keep_from_provider(&self, beginning: Beginning) -> Result<HeaderValue, Denial> {
        let (key, record) = (beginning.key(), beginning.record().clone());
        let Some((issuer, there)) = record.login.as_ref().and_then(|login| Some((&login.issuer, login.sid.as_ref()?)))
        else {
            return self.keep(beginning).await;
        };
        self.leave_to(issuer, there, &record).await?;
        let Record { sid, subject, created_at, began_at, seen_at, .. } = record.clone();
        let entry = Record { sid, subject, created_at, began_at, seen_at, ..Record::default() };
        // Of one subject no more than it may need: whoever signs in again and again fills the store with nobody's.
        let of_subject = (self.entries("sids", &[issuer, &record.subject]), self.most.saturating_mul(SIDS_PER_SESSION));
        self.enter(self.entry_of(issuer, there), of_subject, entry.clone(), self.end(&record)).await?;
        let cookie = self.keep(beginning).await?;
        let until = record.created_at.saturating_add(UnixTime::try_from(BARRED_FOR.as_secs()).unwrap_or(0));
        let begun = SessionKey::from_bytes(self.seal.name("begun", &[issuer, there, &record.subject]));
        match self.enter(begun, (self.entries("ended", &[issuer, there]), ENTRIES), entry, until).await? {
            Added::Barred => {
                self.end_one(key, &record, Some(AT_PROVIDER)).await?;
                Err(barred())
            }
            _ => Ok(cookie),
        }
    }

    /// Ends the sessions that were begun in this one of the provider's, and keeps those from beginning whose sign-in is under way; of a subject,
    /// where that is told, also those of which the provider has not said in which of its own they are. Says how many.
    ///
    /// # Errors
    /// Where the store cannot be asked: then the provider must tell again.
    pub(crate) async fn end_at_provider(
        &self,
        issuer: &str,
        subject: Option<&str>,
        there: Option<&str>,
        clock: &dyn Clock,
    ) -> Result<usize, Denial> {
        let now = clock.now().map_err(Reason::from).map_err(Denial::of)?;
        let at = milliseconds(clock);
        let Some(there) = there else {
            return match subject {
                Some(subject) => self.end_all(Whose { issuer: Some(issuer), subject }, clock).await,
                None => Ok(0),
            };
        };
        self.store.end_all(self.entries("ended", &[issuer, there]), at).get().await.map_err(unavailable)?;
        let known = self.subject_in(issuer, there).await?;
        let mut ended = 0;
        for subject in known.as_deref().into_iter().chain(subject.filter(|subject| known.as_deref() != Some(*subject)))
        {
            let is_meant = |of: Option<&str>| of.is_none_or(|of| of == there);
            ended += self.end_in(Whose { issuer: Some(issuer), subject }, is_meant, now).await?;
        }
        Ok(ended)
    }

    /// Who is in the session that a request's cookie names, if it goes on and nothing has revoked it.
    ///
    /// # Errors
    /// Where nobody can tell.
    pub(crate) async fn caller(
        self: &Arc<Self>,
        headers: &HeaderMap,
        now: UnixTime,
    ) -> Result<Option<Principal>, Denial> {
        let Some(id) = self.id_in(headers) else { return Ok(None) };
        let found =
            self.store.find(self.seal.key(&id)).get().await.map_err(unavailable)?.and_then(|stored| self.open(stored));
        let lasts = |(_, record): &KeptSession| !record.replaced && self.lasts(record, now);
        let Some((stored, record)) = found.filter(lasts) else { return Ok(None) };
        let who = self.principal(id, stored, record.clone()).map_err(unavailable)?;
        Ok(self.stands(&who, &record, now)?.then_some(who))
    }

    /// Tells those who keep a record that somebody at a provider is linked with the account of this session.
    pub(crate) fn tell_linked(&self, issuer: &str, session: &str, who: &SigningIn) {
        let whose = Whose { issuer: Some(issuer), subject: &who.subject };
        self.tell(EventName::Linked, whose, |event| {
            who.seen_in(SecurityEvent { session: Some(session.into()), ..event })
        });
    }

    /// Tells those who keep a record that a logout token has come again, by its `jti`.
    pub(crate) fn tell_repeated(&self, issuer: &str, token: &str, subject: Option<&str>, who: &SigningIn) {
        self.events.tell(|| {
            let event = SecurityEvent::new(EventName::Replayed, &issuer.into());
            let (token, subject) = (Some(token.into()), subject.map(Arc::from));
            who.seen_in(SecurityEvent { token, subject, reason: Some("logout_token"), ..event })
        });
    }

    /// What a store knows one of the provider's sessions by.
    fn entry_of(&self, issuer: &str, there: &str) -> SessionKey {
        SessionKey::from_bytes(self.seal.name("sid", &[issuer, there]))
    }

    /// Who has signed in in one of the provider's sessions.
    async fn subject_in(&self, issuer: &str, there: &str) -> Result<Option<Box<str>>, Denial> {
        let found = self.store.find(self.entry_of(issuer, there)).get().await.map_err(unavailable)?;
        Ok(found.and_then(|entry| self.open(entry)).map(|(_, entry)| entry.subject))
    }

    /// Ends the sessions of whoever was in this one of the provider's before somebody else: it belongs to one subject, under whom it is found.
    async fn leave_to(&self, issuer: &str, there: &str, next: &Record) -> Result<(), Denial> {
        match self.subject_in(issuer, there).await?.filter(|before| *before != next.subject) {
            Some(before) => {
                let whose = Whose { issuer: Some(issuer), subject: &before };
                self.end_in(whose, |of| of == Some(there), next.seen_at).await.map(drop)
            }
            None => Ok(()),
        }
    }

    /// Ends the sessions of a subject that were begun in such a one of the provider's, by its name.
    async fn end_in(
        &self,
        whose: Whose<'_>,
        is_meant: impl Fn(Option<&str>) -> bool,
        now: UnixTime,
    ) -> Result<usize, Denial> {
        let mut ended = 0;
        for (stored, record) in self.of_subject(whose, now).await? {
            if is_meant(record.login.as_ref().and_then(|login| login.sid.as_deref())) {
                ended += usize::from(self.end_one(stored.key(), &record, Some(AT_PROVIDER)).await?);
            }
        }
        Ok(ended)
    }

    /// Ends a session whose provider does not let it go on; says whether it was there.
    pub(crate) async fn end_refused(
        &self,
        key: SessionKey,
        of: &Record,
        reason: &'static str,
        now: UnixTime,
    ) -> Result<bool, Denial> {
        match self.latest(key, of, now).await.map_err(unavailable)? {
            Some((stored, record)) => self.end_one(stored.key(), &record, Some(reason)).await,
            None => Ok(false),
        }
    }
}
