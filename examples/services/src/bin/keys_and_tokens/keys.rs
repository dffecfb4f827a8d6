//! Keys that are derived and not stored, and tokens that are signed with them.

use std::collections::HashMap;
use std::sync::Arc;

use auth_runtime::denial::Rejection;
use auth_runtime::opaque::Holder;
use auth_runtime::scheme::ExposedCredential;
use hmac::{Hmac, Mac as _};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use services::{Database, DatabaseError};
use sha2::Sha256;
use strum::VariantNames as _;
use subtle::ConstantTimeEq as _;

use crate::Action;

/// The keys of the service: what was sent is one, or it is not.
#[derive(Clone)]
pub(crate) struct Keys {
    master: Arc<str>,
    db: Database,
}

/// The indexes that a caller may ask for, and in each of them whose documents.
pub(crate) struct Reach {
    of_key: Vec<String>,
    of_tenant: Option<HashMap<String, Option<String>>>,
}

/// What a customer says in a token for one of its tenants: for each index whose documents it sees, or all.
#[derive(Deserialize)]
struct TenantClaims {
    #[serde(rename = "apiKeyUid")]
    uid: String,
    #[serde(rename = "searchRules")]
    rules: HashMap<String, Option<String>>,
    exp: i64,
}

/// A row of the table.
struct Row {
    uid: String,
    actions: String,
    indexes: Vec<String>,
    expires_at: Option<i64>,
}

impl Reach {
    pub(crate) fn includes(&self, index: &str) -> bool {
        let matches = |known: &String| known.strip_suffix('*').map_or(known == index, |start| index.starts_with(start));
        self.of_key.iter().any(matches) && self.of_tenant.as_ref().is_none_or(|rules| rules.contains_key(index))
    }

    pub(crate) fn customer(&self, index: &str) -> Option<String> {
        self.of_tenant.as_ref()?.get(index)?.clone()
    }
}

impl Keys {
    pub(crate) fn new(master: String, db: &Database) -> Self {
        // Said, for a build with all features of the workspace has two cryptographies, and `jsonwebtoken` chooses none.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        Self { master: master.into(), db: db.clone() }
    }

    /// The key of this row: the HMAC of its identifier under the master key.
    pub(crate) fn key_of(&self, uid: &str) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(self.master.as_bytes()).map(|mac| mac.chain_update(uid));
        let code = mac.map(|mac| mac.finalize().into_bytes()).unwrap_or_default();
        code.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whose credential this is, of whichever kind. Clients know a 401 for none, and a 403 for one that is nobody's.
    pub(crate) async fn find(self, sent: ExposedCredential) -> Result<Result<Holder<Reach>, Rejection>, DatabaseError> {
        let holder = self.holder(sent).await?;
        Ok(holder.ok_or_else(|| Rejection::forbidden("The provided API key is invalid.")))
    }

    async fn holder(self, sent: ExposedCredential) -> Result<Option<Holder<Reach>>, DatabaseError> {
        let is = |key: &str| bool::from(key.as_bytes().ct_eq(sent.expose()));
        if is(&self.master) {
            let reach = Reach { of_key: vec!["*".to_owned()], of_tenant: None };
            return Ok(Some(Holder::new("master").scopes(Action::VARIANTS.iter().copied()).details(reach)));
        }
        if sent.expose().contains(&b'.') {
            return self.tenant(sent).await;
        }
        // A key does not say which row it is of, so one after the other is tried, each in constant time.
        let found = self.rows(None).await?.into_iter().find(|row| is(&self.key_of(&row.uid)));
        Ok(found.map(|row| {
            let holder = row.expires_at.into_iter().fold(Holder::new(&*row.uid), Holder::expires_at);
            holder.scopes(row.actions.split(' ')).details(Reach { of_key: row.indexes, of_tenant: None })
        }))
    }

    /// Whose token this is. Its `apiKeyUid` is a name to look up, and believed once the key of that name has verified the token.
    async fn tenant(self, token: ExposedCredential) -> Result<Option<Holder<Reach>>, DatabaseError> {
        let said = jsonwebtoken::dangerous::insecure_decode_claims::<TenantClaims>(token.expose());
        let Ok(TenantClaims { uid, .. }) = said else { return Ok(None) };
        let Some(row) = self.rows(Some(uid)).await?.pop() else { return Ok(None) };
        let key = DecodingKey::from_secret(self.key_of(&row.uid).as_bytes());
        let verified = jsonwebtoken::decode::<TenantClaims>(token.expose(), &key, &Validation::new(Algorithm::HS256));
        Ok(verified.ok().map(|verified| {
            // A tenant searches, whatever else the key is for, and no longer than the key is good.
            let scopes = row.actions.split(' ').filter(|action| *action == <&str>::from(Action::Search));
            let expires_at = row.expires_at.map_or(verified.claims.exp, |at| at.min(verified.claims.exp));
            let reach = Reach { of_key: row.indexes, of_tenant: Some(verified.claims.rules) };
            Holder::new(&*row.uid).scopes(scopes).expires_at(expires_at).details(reach)
        }))
    }

    /// All rows that have not expired, or the one of this key.
    async fn rows(&self, uid: Option<String>) -> Result<Vec<Row>, DatabaseError> {
        let question = "SELECT uid, actions, indexes, expires_at FROM keys \
                        WHERE (?1 IS NULL OR uid = ?1) AND ifnull(expires_at > unixepoch(), TRUE)";
        let read = |row: &rusqlite::Row<'_>| {
            let indexes = row.get::<_, String>(2)?.split(' ').map(str::to_owned).collect();
            Ok(Row { uid: row.get(0)?, actions: row.get(1)?, indexes, expires_at: row.get(3)? })
        };
        self.db.ask(move |db| db.prepare(question)?.query_map([uid], read)?.collect()).await
    }
}
