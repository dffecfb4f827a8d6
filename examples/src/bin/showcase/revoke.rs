//! Ending tokens before their time, on every showcase that shares one Redis.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::{HttpResponse, Responder, post, web};
use auth_runtime::requires;
use auth_runtime::revocation::{RedisRevocations, RedisRevocationsError};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::routes::Unread;

/// The longest that a token may live here, in seconds: nobody says when the token of a `jti` expires.
const LONGEST_TOKEN: i64 = 31 * 86_400;

/// Revocations, and the issuers whose tokens they concern.
#[derive(Clone)]
pub(crate) struct Revoking {
    store: RedisRevocations,
    issuers: Arc<[String]>,
}

impl Revoking {
    pub(crate) fn start<'a>(url: &str, issuers: impl Iterator<Item = &'a str>) -> Result<Self, RedisRevocationsError> {
        let store = RedisRevocations::builder(url).start()?;
        Ok(Self { store, issuers: issuers.map(str::to_owned).collect() })
    }

    pub(crate) fn store(&self) -> RedisRevocations {
        self.store.clone()
    }
}

/// What to end: one token, or everything issued to somebody so far.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Ended {
    Jti(String),
    Subject(String),
}

#[utoipa::path(responses((status = 204, description = "ended"), Unread))]
#[requires(basic)]
#[post("/revoke")]
pub(crate) async fn revoke(ended: web::Json<Ended>, revoking: web::Data<Revoking>) -> impl Responder {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    for issuer in revoking.issuers.iter() {
        let stored = match &*ended {
            Ended::Jti(jti) => revoking.store.revoke_token(issuer, jti, now + LONGEST_TOKEN).await,
            Ended::Subject(subject) => revoking.store.revoke_subject(issuer, subject, now).await,
        };
        if let Err(error) = stored {
            // In force here, and sent again until Redis takes it.
            return HttpResponse::ServiceUnavailable().body(format!("not stored yet: {error}\n"));
        }
    }
    HttpResponse::NoContent().finish()
}
