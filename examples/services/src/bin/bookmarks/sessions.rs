//! Sessions in SQLite: a store of the application's own, each step of which is one transaction.

use auth_runtime::session::{Added, NewSession, SessionKey, SessionStore, StoreAnswer, StoredSession, SubjectKey};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use services::Database;

/// For how long the end of all sessions of a subject is remembered, in milliseconds.
const REMEMBERED: i64 = 900_000;
const COLUMNS: &str = "key, subject, version, seen_at, expires_at, content";

/// The tables `sessions` and `ended` of `tables.sql`.
#[derive(Clone)]
pub struct SqliteSessions(pub Database);

fn read(row: &Row<'_>) -> rusqlite::Result<StoredSession> {
    let (key, subject, content): (_, Option<[u8; 32]>, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(5)?);
    let (key, subject) = (SessionKey::from_bytes(key), subject.map(SubjectKey::from_bytes));
    // Columns hold signed numbers.
    let version = u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0);
    Ok(StoredSession::new(key, subject, version, row.get(3)?, row.get(4)?, content))
}

fn find(db: &Connection, key: SessionKey) -> rusqlite::Result<Option<StoredSession>> {
    let question = format!("SELECT {COLUMNS} FROM sessions WHERE key = ?1");
    db.prepare(&question)?.query_row([key.as_bytes()], read).optional()
}

fn write(db: &Connection, session: &StoredSession) -> rusqlite::Result<usize> {
    let (key, subject) = (session.key(), session.subject());
    let row = params![
        key.as_bytes(),
        subject.as_ref().map(SubjectKey::as_bytes),
        i64::try_from(session.version()).unwrap_or(i64::MAX),
        session.seen_at(),
        session.expires_at(),
        session.content(),
    ];
    db.prepare(&format!("REPLACE INTO sessions ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"))?.execute(row)
}

fn put(db: &Connection, new: &NewSession) -> rusqlite::Result<Added> {
    let session = new.session();
    let subject = session.subject().as_ref().map(SubjectKey::as_bytes).copied();
    let ended_at: Option<i64> =
        db.query_row("SELECT at FROM ended WHERE subject = ?1", [subject], |row| row.get(0)).optional()?;
    if !new.continues() && ended_at.is_some_and(|at| at >= i64::try_from(new.began_at()).unwrap_or(i64::MAX)) {
        return Ok(Added::Barred);
    }
    if let Some(replaced) = new.replaced() {
        let known = find(db, replaced.key())?;
        let is_read = |known: &StoredSession| known.version() + 1 == replaced.version();
        if new.continues() && !known.as_ref().is_some_and(is_read) {
            return Ok(Added::Gone);
        }
        if known.is_some() {
            write(db, replaced)?;
        }
    }
    db.execute("DELETE FROM sessions WHERE expires_at <= ?1", [session.seen_at()])?;
    let others: i64 = db.query_row("SELECT count(*) FROM sessions WHERE subject = ?1", [subject], |row| row.get(0))?;
    let most = i64::try_from(new.most()).unwrap_or(i64::MAX).max(1);
    let too_many = (others + 1 - most).max(0);
    let oldest = "SELECT key FROM sessions WHERE subject = ?1 ORDER BY seen_at LIMIT ?2";
    let ended = db.execute(&format!("DELETE FROM sessions WHERE key IN ({oldest})"), params![subject, too_many])?;
    write(db, session)?;
    Ok(Added::Kept { ended })
}

fn touch(db: &Connection, session: &StoredSession) -> rusqlite::Result<bool> {
    let is_read = |known: &StoredSession| known.subject().is_some() && known.version() + 1 == session.version();
    let known = find(db, session.key())?.filter(is_read);
    if known.is_some() {
        write(db, session)?;
    }
    Ok(known.is_some())
}

fn bar(db: &Connection, subject: SubjectKey, at: u64) -> rusqlite::Result<()> {
    let now = i64::try_from(at).unwrap_or(i64::MAX);
    db.execute("DELETE FROM ended WHERE at < ?1", [now.saturating_sub(REMEMBERED)])?;
    let remember = "INSERT INTO ended VALUES (?1, ?2) ON CONFLICT (subject) DO UPDATE SET at = max(at, excluded.at)";
    db.execute(remember, params![subject.as_bytes(), now]).map(drop)
}

fn end_all(db: &Connection, subject: SubjectKey, at: u64) -> rusqlite::Result<usize> {
    bar(db, subject, at)?;
    db.execute("DELETE FROM sessions WHERE subject = ?1", [subject.as_bytes()])
}

impl SqliteSessions {
    /// One step, which is seen as a whole or not at all.
    fn step<T, F>(&self, step: F) -> StoreAnswer<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        StoreAnswer::pending(self.0.ask(move |db| {
            let transaction = db.unchecked_transaction()?;
            let done = step(&transaction)?;
            transaction.commit()?;
            Ok(done)
        }))
    }
}

impl SessionStore for SqliteSessions {
    fn find(&self, key: SessionKey) -> StoreAnswer<Option<StoredSession>> {
        self.step(move |db| find(db, key))
    }

    fn put(&self, new: NewSession) -> StoreAnswer<Added> {
        self.step(move |db| put(db, &new))
    }

    fn touch(&self, session: StoredSession) -> StoreAnswer<bool> {
        self.step(move |db| touch(db, &session))
    }

    fn remove(&self, key: SessionKey) -> StoreAnswer<bool> {
        self.step(move |db| Ok(db.execute("DELETE FROM sessions WHERE key = ?1", [key.as_bytes()])? > 0))
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreAnswer<Vec<StoredSession>> {
        self.step(move |db| {
            let question = format!("SELECT {COLUMNS} FROM sessions WHERE subject = ?1");
            db.prepare(&question)?.query_map([subject.as_bytes()], read)?.collect()
        })
    }

    fn bar(&self, subject: SubjectKey, at: u64) -> StoreAnswer<()> {
        self.step(move |db| bar(db, subject, at))
    }

    fn end_all(&self, subject: SubjectKey, at: u64) -> StoreAnswer<usize> {
        self.step(move |db| end_all(db, subject, at))
    }
}
