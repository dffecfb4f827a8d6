//! Refresh tokens: each counts once, and one that comes twice ends all that began with the same sign-in.

use auth_runtime::api_key::{Key, KeyDigest};
use auth_runtime::clock::UnixTime;
use auth_runtime::revocation::InMemoryRevocations;
use rusqlite::{Connection, OptionalExtension as _};
use serde_json::json;
use services::{Database, DatabaseError};

use crate::{Rules, random};

/// What the guard found: a refresh token that was given out here, used or not.
pub(crate) struct Given {
    key: Key,
    pub(crate) digest: KeyDigest,
    pub(crate) family: String,
    pub(crate) person: String,
    pub(crate) role: String,
}

impl AsRef<Key> for Given {
    fn as_ref(&self) -> &Key {
        &self.key
    }
}

/// What a client gets: the one for its memory, the other for a cookie that no script reads.
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

#[derive(Clone)]
pub(crate) struct Families {
    db: Database,
    /// Access tokens are judged without the database: those of a family that has ended are named here.
    revocations: InMemoryRevocations,
    rules: Rules,
}

impl Families {
    pub(crate) fn new(db: &Database, revocations: &InMemoryRevocations, rules: Rules) -> Self {
        Self { db: db.clone(), revocations: revocations.clone(), rules }
    }

    /// For the guard of whatever takes a refresh token. One of a family that has ended is nobody's.
    pub(crate) async fn find(self, digest: KeyDigest) -> Result<Option<Given>, DatabaseError> {
        let question = "SELECT family, person, role, expires_at FROM refresh_tokens \
                        JOIN families ON families.id = family JOIN people ON name = person WHERE digest = ?1";
        let find = move |db: &Connection| {
            let read = |row: &rusqlite::Row<'_>| {
                let (family, person, role): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let key = Key::new(person.clone()).expiring_at(row.get(3)?);
                Ok(Given { key, digest, family, person, role })
            };
            db.query_row(question, [digest.as_bytes()], read).optional()
        };
        self.db.ask(find).await
    }

    /// Somebody has signed in.
    pub(crate) async fn begin(&self, person: String, role: &str) -> Result<Pair, DatabaseError> {
        let (family, refresh, now) = (random(), random(), self.rules.now());
        let pair = Pair { access: self.rules.access(&person, role, &family, now), refresh };
        let (digest, expires_at) = (KeyDigest::of(&pair.refresh), now + self.rules.family_seconds);
        self.db
            .ask(move |db| {
                db.execute("INSERT INTO families VALUES (?1, ?2, ?3)", (&family, person, expires_at))?;
                db.execute("INSERT INTO refresh_tokens VALUES (?1, ?2, 0)", (digest.as_bytes(), &family))
            })
            .await?;
        Ok(pair)
    }

    /// Another pair in place of this token. `None` where it was used before: somebody has a copy, and nobody knows who, so that the
    /// family ends for both.
    pub(crate) async fn rotate(&self, given: &Given) -> Result<Option<Pair>, DatabaseError> {
        let (family, digest, refresh) = (given.family.clone(), given.digest, random());
        let next = KeyDigest::of(&refresh);
        let is_first = self.db.ask(move |db| {
            // One statement decides, however many requests come at once.
            let first = db.execute(
                "UPDATE refresh_tokens SET is_used = 1 WHERE digest = ?1 AND is_used = 0",
                [digest.as_bytes()],
            )? > 0;
            if first {
                db.execute("INSERT INTO refresh_tokens VALUES (?1, ?2, 0)", (next.as_bytes(), family))?;
            }
            Ok(first)
        });
        if !is_first.await? {
            self.end(&given.family).await?;
            return Ok(None);
        }
        let access = self.rules.access(&given.person, &given.role, &given.family, self.rules.now());
        Ok(Some(Pair { access, refresh }))
    }

    /// Ends a family: its refresh tokens are gone, and its access tokens are revoked by their `sid`.
    pub(crate) async fn end(&self, family: &str) -> Result<(), DatabaseError> {
        self.revocations.revoke_session(&self.rules.issuer, family, self.rules.now() + self.rules.access_seconds);
        let family = family.to_owned();
        self.db.ask(move |db| db.execute("DELETE FROM families WHERE id = ?1", [family])).await?;
        Ok(())
    }

    /// Ends all families of a person; says how many.
    pub(crate) async fn end_all(&self, person: String) -> Result<usize, DatabaseError> {
        let of_person = self.db.ask(move |db| {
            db.prepare("SELECT id FROM families WHERE person = ?1")?.query_map([person], |row| row.get(0))?.collect()
        });
        let families: Vec<String> = of_person.await?;
        for family in &families {
            self.end(family).await?;
        }
        Ok(families.len())
    }
}

impl Rules {
    /// An access token: who, in which role, of which family, and not for long.
    fn access(&self, person: &str, role: &str, family: &str, now: UnixTime) -> String {
        let claims = json!({
            "iss": *self.issuer, "aud": *self.issuer, "sub": person, "roles": [role], "sid": family, "jti": random(),
            "iat": now, "exp": now + self.access_seconds,
        });
        let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        let key = jsonwebtoken::EncodingKey::from_secret(&self.secret);
        jsonwebtoken::encode(&header, &claims, &key).unwrap_or_default()
    }
}
