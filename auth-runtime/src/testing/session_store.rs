//! What every store of sessions must do.

use crate::scheme::session::{Added, NewSession, SessionKey, SessionStore, StoredSession, SubjectKey};
use crate::time::UnixTime;

/// Asks a store of sessions for all that [`SessionStore`] promises. For your own store; it must be empty, and is left with some sessions
/// in it.
///
/// ```
/// # use auth_runtime::session::*;
/// # async fn of(store: impl SessionStore) {
/// auth_runtime::testing::assert_session_store(&store).await;
/// # }
/// ```
///
/// # Panics
/// Where the store does something else, with what it is.
#[track_caller]
pub fn assert_session_store(store: &dyn SessionStore) -> impl Future<Output = ()> {
    let contract = Contract { store };
    async move {
        contract.keeps_what_it_is_given().await;
        contract.changes_only_what_was_read().await;
        contract.continues_only_what_is_there().await;
        contract.replaces_whatever_is_there().await;
        contract.ends_the_one_seen_longest_ago().await;
        contract.bars_what_began_before_the_end().await;
        contract.bars_for_longer_than_a_sign_in_takes().await;
        contract.bars_and_ends_nothing().await;
        contract.never_brings_back().await;
    }
}

const NOW: UnixTime = 1_780_000_000;
const LATER: UnixTime = NOW + 3600;

struct Contract<'a> {
    store: &'a dyn SessionStore,
}

fn key(of: &str, number: u8) -> SessionKey {
    SessionKey::from_bytes(bytes(of, number))
}

fn subject(of: &str) -> SubjectKey {
    SubjectKey::from_bytes(bytes(of, 0))
}

fn bytes(of: &str, number: u8) -> [u8; 32] {
    let mut bytes = [number; 32];
    bytes.iter_mut().zip(of.bytes()).for_each(|(byte, of)| *byte = of);
    bytes
}

/// The session of this number of a subject.
fn session(of: &str, number: u8, version: u64) -> StoredSession {
    // Every byte there is, as of a MAC.
    let content: Vec<u8> = (0..=255).chain(of.bytes()).collect();
    let seen_at = NOW + UnixTime::from(number);
    StoredSession::new(key(of, number), Some(subject(of)), version, seen_at, LATER, content)
}

fn tombstone(of: &StoredSession, version: u64) -> StoredSession {
    StoredSession::new(of.key(), None, version, NOW, NOW + 60, b"replaced".as_slice())
}

fn new(session: StoredSession) -> NewSession {
    NewSession { session, began_at: milliseconds(NOW), most: 100, replaced: None, continues: false }
}

fn milliseconds(seconds: UnixTime) -> u64 {
    u64::try_from(seconds).unwrap_or(0) * 1000
}

#[allow(clippy::panic, reason = "an assertion")]
impl Contract<'_> {
    async fn find(&self, key: SessionKey) -> Option<StoredSession> {
        match self.store.find(key).get().await {
            Ok(found) => found,
            Err(error) => panic!("the store cannot be asked: {error:?}"),
        }
    }

    async fn put(&self, new: NewSession) -> Added {
        match self.store.put(new).get().await {
            Ok(added) => added,
            Err(error) => panic!("the store cannot be asked: {error:?}"),
        }
    }

    async fn touch(&self, session: StoredSession) -> bool {
        match self.store.touch(session).get().await {
            Ok(touched) => touched,
            Err(error) => panic!("the store cannot be asked: {error:?}"),
        }
    }

    async fn remove(&self, key: SessionKey) -> bool {
        match self.store.remove(key).get().await {
            Ok(removed) => removed,
            Err(error) => panic!("the store cannot be asked: {error:?}"),
        }
    }

    async fn end_all(&self, of: &str, at: u64) -> usize {
        match self.store.end_all(subject(of), at).get().await {
            Ok(ended) => ended,
            Err(error) => panic!("the store cannot be asked: {error:?}"),
        }
    }

    /// The keys of a subject's sessions, in order.
    async fn listed(&self, of: &str) -> Vec<SessionKey> {
        let listed = match self.store.of_subject(subject(of)).get().await {
            Ok(listed) => listed,
            Err(error) => panic!("the store cannot be asked: {error:?}"),
        };
        assert!(listed.iter().all(|one| one.subject() == Some(subject(of))), "`of_subject` lists those of others");
        let mut keys: Vec<_> = listed.iter().map(StoredSession::key).collect();
        keys.sort();
        keys
    }

    async fn is(&self, expected: &StoredSession, what: &str) {
        let Some(found) = self.find(expected.key()).await else { panic!("{what}: it is not found") };
        let told = |of: &StoredSession| (of.key(), of.subject(), of.version(), of.seen_at());
        assert_eq!(told(&found), told(expected), "{what}");
        assert_eq!(found.content(), expected.content(), "{what}: the content");
    }

    async fn keeps_what_it_is_given(&self) {
        let one = session("keeps", 1, 1);
        assert_eq!(self.find(one.key()).await, None, "an empty store finds something");
        assert!(self.listed("keeps").await.is_empty(), "an empty store lists something");
        assert!(!self.remove(one.key()).await, "`remove` of what is not there");
        assert_eq!(self.put(new(one.clone())).await, Added::Kept { ended: 0 });
        self.is(&one, "what was put").await;
        assert_eq!(self.listed("keeps").await, [one.key()]);
        assert!(self.remove(one.key()).await, "`remove` of what is there");
        assert_eq!(self.find(one.key()).await, None, "what was removed is found");
        assert!(self.listed("keeps").await.is_empty(), "what was removed is listed");
    }

    async fn changes_only_what_was_read(&self) {
        let (one, two) = (session("changes", 1, 1), session("changes", 1, 2));
        assert!(!self.touch(two.clone()).await, "`touch` of what is not there");
        assert_eq!(self.find(one.key()).await, None, "`touch` has made a session");
        self.put(new(one.clone())).await;
        let far = session("changes", 1, 3);
        assert!(!self.touch(far).await && !self.touch(one.clone()).await, "`touch` of another version");
        self.is(&one, "what another version was written over").await;
        assert!(self.touch(two.clone()).await, "`touch` of the right version");
        assert!(!self.touch(two.clone()).await, "`touch` of the right version, twice");
        self.is(&two, "what was touched").await;
        assert_eq!(self.listed("changes").await, [one.key()]);
    }

    async fn continues_only_what_is_there(&self) {
        let (old, next) = (session("continues", 1, 1), session("continues", 2, 1));
        let continuing =
            |version| NewSession { replaced: Some(tombstone(&old, version)), continues: true, ..new(next.clone()) };
        assert_eq!(self.put(continuing(2)).await, Added::Gone, "continues what is not there");
        assert_eq!(self.find(next.key()).await, None, "continues what is not there");
        assert_eq!(self.find(old.key()).await, None, "what is not there is replaced");
        self.put(new(old.clone())).await;
        assert_eq!(self.put(continuing(3)).await, Added::Gone, "continues another version");
        self.is(&old, "what is not continued").await;
        assert_eq!(self.put(continuing(2)).await, Added::Kept { ended: 0 });
        self.is(&next, "what continues").await;
        self.is(&tombstone(&old, 2), "what is continued").await;
        assert_eq!(self.listed("continues").await, [next.key()], "what was replaced belongs to nobody");
        assert_eq!(self.put(continuing(2)).await, Added::Gone, "continues twice");
    }

    async fn replaces_whatever_is_there(&self) {
        let (others, own) = (session("other", 1, 1), session("replaces", 1, 1));
        // Of whatever version: whoever has read the session must not write over it.
        self.put(new(others.clone())).await;
        let over = |old: &StoredSession, new: NewSession| NewSession { replaced: Some(tombstone(old, 1)), ..new };
        self.put(over(&others, new(own.clone()))).await;
        self.is(&tombstone(&others, 1), "what was replaced").await;
        assert!(self.listed("other").await.is_empty(), "what was replaced belongs to nobody");
        assert!(!self.touch(session("other", 1, 2)).await, "`touch` of what belongs to nobody");
        self.is(&tombstone(&others, 1), "what was replaced, and touched").await;
        assert!(self.listed("other").await.is_empty(), "what was replaced has come back");
        assert_eq!(self.end_all("other", 1).await, 0, "what was replaced has come back");
        let unknown = session("unknown", 1, 1);
        self.put(over(&unknown, new(session("replaces", 2, 1)))).await;
        assert_eq!(self.find(unknown.key()).await, None, "in the place of nothing something was put");
        assert_eq!(self.listed("replaces").await, [key("replaces", 1), key("replaces", 2)]);
    }

    async fn ends_the_one_seen_longest_ago(&self) {
        let at_most = |most, session| NewSession { most, ..new(session) };
        for number in [2, 1, 3] {
            assert_eq!(self.put(at_most(3, session("many", number, 1))).await, Added::Kept { ended: 0 });
        }
        // Seen again since.
        let seen = StoredSession::new(
            key("many", 1),
            Some(subject("many")),
            2,
            NOW + 100,
            LATER,
            session("many", 1, 1).content(),
        );
        assert!(self.touch(seen).await);
        assert_eq!(self.put(at_most(3, session("many", 101, 1))).await, Added::Kept { ended: 1 });
        assert_eq!(self.listed("many").await, [key("many", 1), key("many", 3), key("many", 101)]);
        assert_eq!(self.find(key("many", 2)).await, None, "what has ended is found");
        assert_eq!(self.put(at_most(1, session("many", 102, 1))).await, Added::Kept { ended: 3 });
        assert_eq!(self.listed("many").await, [key("many", 102)]);
    }

    async fn bars_what_began_before_the_end(&self) {
        for number in [1, 2] {
            self.put(new(session("ends", number, 1))).await;
        }
        self.put(new(session("stays", 1, 1))).await;
        let at = milliseconds(NOW) + 10;
        assert_eq!(self.end_all("ends", at).await, 2);
        assert!(self.listed("ends").await.is_empty() && self.find(key("ends", 1)).await.is_none());
        assert_eq!(self.listed("stays").await.len(), 1, "others have ended, too");
        assert_eq!(self.end_all("ends", at - 5).await, 0, "an earlier end");
        let begun = |began_at| NewSession { began_at, ..new(session("ends", 3, 1)) };
        for before in [at - 10, at - 1, at] {
            assert_eq!(self.put(begun(before)).await, Added::Barred, "a sign-in that began before the end");
            assert_eq!(self.find(key("ends", 3)).await, None, "what is barred is kept");
        }
        assert_eq!(self.put(begun(at + 1)).await, Added::Kept { ended: 0 }, "one that began after it");
    }

    async fn bars_for_longer_than_a_sign_in_takes(&self) {
        let at = milliseconds(NOW) + 10;
        self.end_all("long", at).await;
        let late = NOW + 899;
        // At which something may be forgotten.
        self.end_all("meanwhile", milliseconds(late)).await;
        let content = session("long", 1, 1).content().to_vec();
        let one = StoredSession::new(key("long", 1), Some(subject("long")), 1, late, LATER, content);
        let begun = NewSession { began_at: at, ..new(one) };
        assert_eq!(self.put(begun).await, Added::Barred, "a sign-in that is kept almost fifteen minutes after the end");
    }

    async fn bars_and_ends_nothing(&self) {
        let (old, next) = (session("bars", 1, 1), session("bars", 2, 1));
        self.put(new(old.clone())).await;
        let at = milliseconds(NOW) + 10;
        assert!(self.store.bar(subject("bars"), at).get().await.is_ok());
        self.is(&old, "a session that was there before others were barred").await;
        let begun = |began_at| NewSession { began_at, ..new(session("bars", 3, 1)) };
        assert_eq!(self.put(begun(at)).await, Added::Barred, "a sign-in that began before");
        let continuing = NewSession { replaced: Some(tombstone(&old, 2)), continues: true, ..new(next.clone()) };
        assert_eq!(self.put(continuing).await, Added::Kept { ended: 0 }, "what was there may continue");
        assert_eq!(self.put(begun(at + 1)).await, Added::Kept { ended: 0 }, "one that began after it");
        assert_eq!(self.listed("bars").await, [key("bars", 2), key("bars", 3)]);
    }

    async fn never_brings_back(&self) {
        let (old, next) = (session("back", 1, 1), session("back", 2, 1));
        self.put(new(old.clone())).await;
        self.remove(old.key()).await;
        assert!(!self.touch(session("back", 1, 2)).await, "what was removed is touched");
        let continuing = NewSession { replaced: Some(tombstone(&old, 2)), continues: true, ..new(next.clone()) };
        assert_eq!(self.put(continuing).await, Added::Gone, "what was removed is continued");
        assert!(self.listed("back").await.is_empty() && self.find(old.key()).await.is_none());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::session::MemoryStore;

    #[actix_web::test]
    async fn the_store_in_memory_keeps_the_contract() {
        assert_session_store(&MemoryStore::new(1000)).await;
    }
}
