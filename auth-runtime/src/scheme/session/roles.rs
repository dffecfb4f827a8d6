//! Roles of a user's sessions, changed while they go on.

use crate::denial::{Denial, Reason};
use crate::scheme::session::live::{LiveSessions, TRIES, unavailable};
use crate::scheme::session::record::{Record, Whose};
use crate::scheme::session::store::StoredSession;
use crate::telemetry::{EventName, SecurityEvent, foreign};
use crate::time::UnixTime;

impl LiveSessions {
    /// Gives all sessions of a subject these roles, and from their next answer on another id.
    pub(crate) async fn set_roles(&self, whose: Whose<'_>, roles: &[Box<str>], now: UnixTime) -> Result<usize, Denial> {
        let mut changed = 0;
        if self.loads(whose.issuer.unwrap_or(&self.issuer)) {
            return Ok(changed);
        }
        let mut tries = 0;
        loop {
            let has_others = |(_, record): &(StoredSession, Record)| record.roles.as_deref() != Some(roles);
            let others: Vec<_> = self.of_subject(whose, now).await?.into_iter().filter(has_others).collect();
            if others.is_empty() {
                break;
            }
            tries += 1;
            if tries > TRIES {
                return Err(Denial::of(Reason::BackendUnavailable));
            }
            // One that moves to another id at this moment is met under that by the next look.
            for (stored, record) in others {
                changed += usize::from(self.set_roles_of(stored, record, roles).await?);
            }
        }
        tracing::info!(subject = foreign(whose.subject), changed, scheme = super::NAME, "rights of sessions changed");
        self.tell(EventName::RightsChanged, whose, |event| SecurityEvent { count: Some(changed), ..event });
        Ok(changed)
    }

    async fn set_roles_of(&self, stored: StoredSession, record: Record, roles: &[Box<str>]) -> Result<bool, Denial> {
        let (mut stored, mut record) = (stored, record);
        for _ in 0..TRIES {
            let changed = Record { roles: Some(roles.to_vec()), renews: true, ..record };
            let Some(next) = self.stored(stored.key, stored.version.saturating_add(1), &changed) else {
                return Err(Denial::of(Reason::IdentityUnfit));
            };
            if self.store.touch(next).get().await.map_err(unavailable)? {
                return Ok(true);
            }
            // Somebody else has changed it.
            let Some(found) = self.store.find(stored.key).get().await.map_err(unavailable)? else { return Ok(false) };
            match self.open(found) {
                Some((found, now)) if !now.replaced => (stored, record) = (found, now),
                // It goes on under another id, which belongs to nobody that was listed.
                _ => return Ok(false),
            }
        }
        Err(Denial::of(Reason::BackendUnavailable))
    }
}
