//! Sessions that were begun at a provider: the provider's tokens in them, and how the provider ends them.

use std::sync::Arc;

use actix_web::http::header::HeaderValue;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::denial::{Denial, Reason, Unavailable};
use crate::scheme::session::beginning::{Beginning, barred};
use crate::scheme::session::live::{LiveSessions, milliseconds, unavailable};
use crate::scheme::session::login::Login;
use crate::scheme::session::record::{AtProvider, Record, Whose};
use crate::scheme::session::store::{Added, BARRED_FOR, SessionKey, StoredSession};
use crate::time::{Clock, UnixTime};

/// What tokens are encrypted for.
const TOKENS: &str = "tokens of a provider";
/// How many entries of one name a store keeps.
const ENTRIES: usize = 10_000;

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

    /// Ends the session with this key, if it is one; gives what it was.
    ///
    /// # Errors
    /// Where the store cannot be asked.
    pub(crate) async fn end_named(&self, key: SessionKey, clock: &dyn Clock) -> Result<Option<Record>, Denial> {
        let found = self.store.find(key).get().await.map_err(unavailable)?;
        let Some((_, record)) = found.and_then(|stored| self.open(stored)).filter(|(_, record)| !record.replaced)
        else {
            return Ok(None);
        };
        self.sign_out(key, &record, clock).await?;
        Ok(Some(record))
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
        let Record { sid, subject, created_at, began_at, seen_at, .. } = record.clone();
        let entry = Record { sid, subject, created_at, began_at, seen_at, ..Record::default() };
        let named = |kind: &str| SessionKey::from_bytes(self.seal.name(kind, &[issuer, there, &record.subject]));
        let among = |kind: &str| (self.entries(kind, &[issuer, there]), ENTRIES);
        self.enter(named("sid"), among("sid"), entry.clone(), self.end(&record)).await?;
        let cookie = self.keep(beginning).await?;
        let until = record.created_at.saturating_add(UnixTime::try_from(BARRED_FOR.as_secs()).unwrap_or(0));
        match self.enter(named("begun"), among("ended"), entry, until).await? {
            Added::Barred => {
                self.end_one(key, &record).await?;
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
        let of_sid = |kind: &str| self.entries(kind, &[issuer, there]);
        self.store.end_all(of_sid("ended"), at).get().await.map_err(unavailable)?;
        let entries = self.store.of_subject(of_sid("sid")).get().await.map_err(unavailable)?;
        let mut subjects: Vec<Box<str>> =
            entries.into_iter().filter_map(|entry| Some(self.open(entry)?.1.subject)).collect();
        subjects.extend(subject.map(Into::into));
        subjects.sort();
        subjects.dedup();
        let mut ended = 0;
        for subject in &subjects {
            let whose = Whose { issuer: Some(issuer), subject };
            for (stored, record) in self.of_subject(whose, now).await? {
                let of = record.login.as_ref().and_then(|login| login.sid.as_deref());
                if of.is_none_or(|of| of == there) {
                    ended += usize::from(self.end_one(stored.key(), &record).await?);
                }
            }
        }
        Ok(ended)
    }

    /// Ends a session whose provider does not let it go on; says whether it was there.
    pub(crate) async fn end_refused(&self, key: SessionKey, of: &Record, now: UnixTime) -> Result<bool, Denial> {
        match self.latest(key, of, now).await.map_err(unavailable)? {
            Some((stored, record)) => self.end_one(stored.key(), &record).await,
            None => Ok(false),
        }
    }
}
