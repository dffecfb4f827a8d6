//! Who may do what: all of it out of the database.

use actix_web::{HttpRequest, web};
use auth_runtime::api_key::{Key, KeyDigest};
use auth_runtime::principal::PrincipalKey;
use auth_runtime::{Authorities, Denial, FromPrincipal, Principal};
use rusqlite::OptionalExtension as _;
use services::{Database, DatabaseError};

use crate::Permission;

/// Which organisation a request is about: the path says it, else a field. What is known of members is remembered for each.
pub(crate) fn organisation_of(request: &HttpRequest) -> String {
    let in_path = request.match_info().get("organisation");
    let in_field = || request.headers().get("X-Organisation").and_then(|name| name.to_str().ok());
    in_path.or_else(in_field).unwrap_or_default().to_owned()
}

/// What the database knows of a person in an organisation.
pub(crate) struct Member {
    organisation: String,
}

/// The permissions of a person in the organisation that the request is about. Who was let go is out, whatever its token says; who
/// belongs to other organisations only has no permission in this one.
pub(crate) async fn load_member(
    who: PrincipalKey,
    request: HttpRequest,
    db: web::Data<Database>,
) -> Result<Option<Authorities<Member>>, DatabaseError> {
    let organisation = organisation_of(&request);
    let (person, name) = ((who.issuer().to_owned(), who.subject().to_owned()), organisation.clone());
    let permissions = db
        .ask(move |db| {
            let active = "SELECT 1 FROM people WHERE issuer = ?1 AND subject = ?2 AND NOT disabled";
            if db.query_row(active, (&person.0, &person.1), |_| Ok(())).optional()?.is_none() {
                return Ok(None);
            }
            let may = "SELECT permission FROM members JOIN permissions USING (role)
                WHERE organisation = ?1 AND issuer = ?2 AND subject = ?3";
            db.prepare(may)?
                .query_map((name, person.0, person.1), |row| row.get(0))?
                .collect::<Result<Vec<String>, _>>()
                .map(Some)
        })
        .await?;
    Ok(permissions.map(|permissions| Authorities::new(Member { organisation }).replace_roles(permissions)))
}

/// A key as it is stored.
pub(crate) struct StoredKey {
    key: Key,
    organisation: String,
}

impl AsRef<Key> for StoredKey {
    fn as_ref(&self) -> &Key {
        &self.key
    }
}

/// The key of this digest. What its holder may do follows from its kind.
pub(crate) async fn find_key(digest: KeyDigest, db: Database) -> Result<Option<StoredKey>, DatabaseError> {
    let question = "SELECT id, organisation, kind, expires_at FROM keys WHERE sha256 = ?1";
    db.ask(move |db| {
        let read = |row: &rusqlite::Row<'_>| {
            let may: &[Permission] = match &*row.get::<_, String>(2)? {
                "secret" => &[Permission::InvoicesRead, Permission::RefundsCreate],
                "admin" => &[Permission::OrganisationManage],
                "publishable" | "ephemeral" => &[Permission::InvoicesRead],
                _ => &[],
            };
            let key = Key::new(row.get::<_, String>(0)?).with_scopes(may.iter().map(|&may| <&'static str>::from(may)));
            let key = row.get::<_, Option<i64>>(3)?.into_iter().fold(key, Key::expiring_at);
            Ok(StoredKey { key, organisation: row.get(1)? })
        };
        db.query_row(question, [digest.as_bytes()], read).optional()
    })
    .await
}

/// For which organisation the caller is here, person or key.
pub(crate) struct Caller {
    pub(crate) organisation: String,
}

impl FromPrincipal for Caller {
    type Error = Denial;

    fn from_principal(principal: &Principal) -> Result<Self, Denial> {
        let of_person = principal.details::<Member>().map(|member| member.organisation.clone());
        let of_key = || principal.details::<StoredKey>().map(|key| key.organisation.clone());
        let organisation = of_person.or_else(of_key).ok_or_else(|| Denial::forbidden("of no organisation"))?;
        Ok(Self { organisation })
    }
}
