// Included by the examples of the pages on identity providers: who a token of a provider's shape is of.

use actix_web::{App, get, test};
use auth_runtime::jwt::ReadyJwt;
use auth_runtime::testing::TestIssuer;
use auth_runtime::{Auth, Principal};
use serde_json::Value;

/// What a configuration of a page is made from.
type Source = auth_runtime::Jwt<auth_runtime::jwt::Said, auth_runtime::jwt::Unsaid>;

/// A caller as handlers see it.
#[derive(Debug, serde::Deserialize)]
struct Caller {
    subject: String,
    scopes: Option<Vec<String>>,
    roles: Option<Vec<String>>,
}

#[auth_runtime::requires(bearer)]
#[get("/")]
async fn whoami(who: Principal) -> actix_web::web::Json<Value> {
    let names = |names: Option<Vec<&str>>| names.map(|names| serde_json::json!(names));
    let (scopes, roles) = (who.scopes().map(Iterator::collect), who.roles().map(Iterator::collect));
    actix_web::web::Json(serde_json::json!({ "subject": who.subject(), "scopes": names(scopes), "roles": names(roles) }))
}

/// Who a token with these claims is of, in this field; `None` where it is refused. The keys are a test's own.
async fn caller_in<J: ReadyJwt>(
    configuration: impl FnOnce(Source) -> J,
    field: &'static str,
    claims: Value,
) -> Option<Caller> {
    let name = claims["iss"].as_str().unwrap().to_owned();
    let issuer = TestIssuer::new().named(&*name);
    let claimed = claims.as_object().unwrap().clone();
    let token = issuer.token().without("aud").without("sub");
    let token = claimed.into_iter().fold(token, |token, (name, value)| token.claim(name, value)).sign();
    let jwt = configuration(auth_runtime::Jwt::key(issuer.verification_key()).issuer(name));
    let auth = Auth::builder().bearer(jwt).dangerous_allow_unconfigured().build().unwrap();
    let app = test::init_service(App::new().service(auth.scope("").service(whoami))).await;
    let value = if field == "Authorization" { format!("Bearer {token}") } else { token };
    let answer = test::call_service(&app, test::TestRequest::get().insert_header((field, value)).to_request()).await;
    if answer.status() == 401 {
        return None;
    }
    Some(test::read_body_json(answer).await)
}

/// The same of a token in `Authorization`.
async fn caller<J: ReadyJwt>(configuration: impl FnOnce(Source) -> J, claims: Value) -> Option<Caller> {
    caller_in(configuration, "Authorization", claims).await
}
