//! Every way to say which schemes a route accepts, and the identities that follow from it.

use actix_web::HttpRequest;
use auth_runtime::certificate::ClientCertificate;
use auth_runtime::denial::Rejection;
use auth_runtime::policy::Presence;
use auth_runtime::scheme::{Authentication, Challenge, Context, Credentials, Evidence, SchemeDescription};
use auth_runtime::{
    ApiKey, Basic, Bearer, Denial, Details, Digest, Dpop, Optional, Principal, Scheme, Session, SignIn, SignOut,
    public, requires,
};

use super::spec;

#[derive(serde::Deserialize)]
struct Claims {
    sub: String,
}

#[requires(bearer)]
async fn bearer(caller: Bearer<Claims>, _also: Optional<Bearer<Claims>>, _who: Principal) -> String {
    caller.sub.clone()
}

#[requires(basic)]
async fn basic(_caller: Basic, _who: Principal) -> &'static str {
    "hello"
}

#[requires(api_key)]
async fn api_key(_caller: ApiKey, _who: Principal) -> &'static str {
    "hello"
}

#[requires(digest, role = "ops")]
async fn digest(_caller: Digest, _who: Principal) -> &'static str {
    "hello"
}

#[requires(any(digest("staff"), bearer))]
async fn digest_or_bearer(_who: Principal, _digest: Optional<Digest>, _bearer: Optional<Bearer>) -> &'static str {
    "hello"
}

#[requires(dpop, scope = "pay", claim("tenant", "acme"))]
async fn dpop(caller: Dpop<Claims>, _who: Principal) -> String {
    format!("{} {}", caller.sub, caller.key_thumbprint())
}

#[requires(any(dpop("partner"), bearer && scope("read")), allow_downgrade)]
async fn dpop_or_bearer(_dpop: Optional<Dpop>, _bearer: Optional<Bearer>) -> &'static str {
    "hello"
}

#[derive(serde::Serialize, serde::Deserialize)]
struct User {
    name: String,
}

#[requires(session, role = "viewer", scope = "notes:read")]
async fn session(_caller: Session<User>, _who: Principal, _out: SignOut) -> &'static str {
    "hello"
}

#[requires(any(session("staff"), bearer && scope("read")))]
async fn session_or_bearer(_session: Optional<Session>, _out: Optional<SignOut>) -> &'static str {
    "hello"
}

#[requires(client_certificate, role = "till", scope = "sell")]
async fn client_certificate(_who: Principal, _shown: Details<ClientCertificate>) -> &'static str {
    "hello"
}

#[requires(any(client_certificate("tills"), bearer && claim("tenant", "acme")))]
async fn certificate_or_bearer(_who: Principal, _bearer: Optional<Bearer>) -> &'static str {
    "hello"
}

#[public(reason = "where people sign in")]
async fn log_in(sign_in: SignIn<User>) -> Result<impl actix_web::Responder, Denial> {
    sign_in.without_password().subject("alice").details(User { name: "Alice".to_owned() }).finish().await
}

#[requires(bearer("partner"))]
async fn named_configuration(_caller: Bearer) -> &'static str {
    "hello"
}

#[requires(any(bearer, api_key("internal"), basic,))]
async fn any_of_three(
    _who: Principal,
    _bearer: Optional<Bearer>,
    _key: Optional<ApiKey>,
    _basic: Optional<Basic>,
) -> &'static str {
    "hello"
}

#[requires(any(bearer))]
async fn any_of_one(_caller: Bearer) -> &'static str {
    "hello"
}

#[requires(any(bearer("a"), bearer("b")), scope = "read")]
async fn two_configurations(_caller: Bearer) -> &'static str {
    "hello"
}

#[requires(optional(bearer))]
async fn optional(_caller: Optional<Bearer>, _who: Optional<Principal>) -> &'static str {
    "hello"
}

#[requires(optional(any(bearer, basic)))]
async fn optional_any(_caller: Optional<Bearer>, _basic: Optional<Basic>) -> &'static str {
    "hello"
}

#[public(reason = "documentation")]
async fn open(_request: HttpRequest) -> &'static str {
    "hello"
}

#[public]
async fn open_without_reason() -> &'static str {
    "hello"
}

/// A scheme of the user's own.
pub(crate) struct Webhook;

impl Scheme for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn describe(&self) -> SchemeDescription {
        SchemeDescription::new(Challenge::new("Webhook"))
    }

    fn find<'a>(&self, _: &Context<'a>) -> Credentials<'a> {
        Credentials::Absent
    }

    fn authenticate<'a>(&self, _: &Context<'a>, _: Evidence<'a>) -> Authentication {
        Authentication::refused(Rejection::credentials_wrong())
    }
}

mod lowercase {
    pub(super) use super::Webhook as webhook;
}

#[requires(Webhook)]
async fn own_scheme(_who: Principal) -> &'static str {
    "hello"
}

#[requires(any(self::lowercase::webhook, bearer), claim("tenant", "acme"), !scope("read"))]
async fn own_scheme_by_path(_who: Principal, _caller: Optional<Bearer>) -> &'static str {
    "hello"
}

#[requires(any(Webhook("github"), self::lowercase::webhook("gitlab")))]
async fn own_scheme_in_two_configurations(_who: Principal) -> &'static str {
    "hello"
}

#[test]
fn schemes_are_listed_as_written() {
    let keywords = |name| spec(name).schemes().iter().map(|scheme| scheme.keyword()).collect::<Vec<_>>();
    assert_eq!(keywords("schemes::bearer"), ["bearer"]);
    assert_eq!(keywords("any_of_three"), ["bearer", "api_key", "basic"]);
    assert_eq!(keywords("schemes::digest"), ["digest"]);
    assert_eq!(keywords("digest_or_bearer"), ["digest", "bearer"]);
    assert_eq!(keywords("schemes::dpop"), ["dpop"]);
    assert_eq!(keywords("dpop_or_bearer"), ["dpop", "bearer"]);
    assert_eq!(keywords("own_scheme"), ["Webhook"]);
    assert_eq!(keywords("own_scheme_by_path"), ["self::lowercase::webhook", "bearer"]);
    assert!(keywords("open").is_empty());

    let configurations = |name| spec(name).schemes().iter().map(|scheme| scheme.configuration()).collect::<Vec<_>>();
    assert_eq!(configurations("schemes::bearer"), [None]);
    assert_eq!(configurations("named_configuration"), [Some("partner")]);
    assert_eq!(configurations("digest_or_bearer"), [Some("staff"), None]);
    assert_eq!(configurations("two_configurations"), [Some("a"), Some("b")]);
    assert_eq!(configurations("any_of_three"), [None, Some("internal"), None]);
    assert_eq!(keywords("own_scheme_in_two_configurations"), ["Webhook", "self::lowercase::webhook"]);
    assert_eq!(configurations("own_scheme_in_two_configurations"), [Some("github"), Some("gitlab")]);
}

#[test]
fn presence_is_as_said() {
    assert_eq!(spec("any_of_one").presence(), Presence::Required);
    assert_eq!(spec("schemes::optional").presence(), Presence::Optional);
    assert_eq!(spec("optional_any").presence(), Presence::Optional);
    assert_eq!(spec("open").presence(), Presence::Public);
    assert_eq!(spec("open").reason(), Some("documentation"));
    assert_eq!(spec("open_without_reason").reason(), None);
}
