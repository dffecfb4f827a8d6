//! What a resource server owes its authorization servers: metadata by which clients find them, and opaque tokens judged by
//! them. A binary of its own, since the metadata are made of every policy linked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod introspection;
mod metadata;

use auth_runtime::{policy, public, requires};

const SECRET: &[u8] = b"a secret of the tests, 32 bytes.";
const ISSUER: &str = "https://idp.example";
const AUDIENCE: &str = "https://api.example/orders";

#[requires(bearer, scope = "read write")]
#[actix_web::get("/plain")]
async fn plain() -> &'static str {
    "plain"
}

#[requires(any(bearer, bearer("query")), scope("a") || scope("b"))]
#[actix_web::get("/either")]
async fn either() -> &'static str {
    "either"
}

#[requires(bearer, !scope("never"))]
#[actix_web::get("/not")]
async fn not() -> &'static str {
    "not"
}

#[requires(dpop("pay"), scope = "pay")]
#[actix_web::get("/pay")]
async fn pay() -> &'static str {
    "pay"
}

#[requires(bearer("secret"), scope = "hidden", hide)]
#[actix_web::get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

policy! {
    /// Used by a hidden route only.
    pub Internal: bearer, scope("internal");
}

#[requires(policy = Internal, hide)]
#[actix_web::get("/internal")]
async fn internal() -> &'static str {
    "internal"
}

#[requires(bearer, scope = "half", hide = "from_authenticated")]
#[actix_web::get("/half")]
async fn half() -> &'static str {
    "half"
}

#[requires(api_key, scope = "keys")]
#[actix_web::get("/keys")]
async fn keys() -> &'static str {
    "keys"
}

#[requires(any(bearer, api_key))]
#[actix_web::get("/any")]
async fn any() -> &'static str {
    "any"
}

#[requires(bearer("opaque"), scope = "read")]
#[actix_web::get("/opaque")]
async fn opaque(caller: auth_runtime::Principal) -> String {
    caller.subject().to_owned()
}

#[requires(bearer("opaque"), acr = "mfa", max_age = "5m")]
#[actix_web::get("/strong")]
async fn strong(caller: auth_runtime::Principal) -> String {
    caller.subject().to_owned()
}

#[requires(
    bearer("opaque"),
    claim(["authorization_details", "limits", "currency"], "EUR") && !claim(["authorization_details", "limits", "high"], true)
)]
#[actix_web::get("/rich")]
async fn rich(caller: auth_runtime::Principal) -> String {
    caller.subject().to_owned()
}

/// One of the details is of this type, and names this account.
async fn may_pay_from(caller: auth_runtime::Principal, from: actix_web::web::Path<String>) -> bool {
    let details = caller.claims().and_then(|claims| claims.get("authorization_details")?.as_array());
    details.is_some_and(|details| {
        details.iter().any(|it| it["type"] == "payment" && it["creditorAccount"]["iban"] == **from)
    })
}

#[requires(bearer("opaque"), check = may_pay_from)]
#[actix_web::get("/accounts/{account}")]
async fn pay_from(account: actix_web::web::Path<String>) -> String {
    account.into_inner()
}

#[public]
#[actix_web::get("/public")]
async fn public_route() -> &'static str {
    "public"
}
