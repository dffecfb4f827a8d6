//! Identities of the application's own: made of the caller alone, before anything else is taken.

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, post, web};
use auth_runtime::{Denial, FromPrincipal, Optional, Principal, requires};
use futures_util::future::{Ready, ready};
use tests::Denied;

use crate::fixture::{auth, token};

/// A caller whose subject says so.
struct Employee(String);

impl FromPrincipal for Employee {
    type Error = Denial;

    fn from_principal(principal: &Principal) -> Result<Self, Denial> {
        match principal.subject().strip_prefix("employee-") {
            Some(number) => Ok(Self(number.to_owned())),
            None => Err(Denial::forbidden("for employees only")),
        }
    }
}

/// Takes the body away, as any extractor may that is reached.
struct Thief;

impl FromRequest for Thief {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        drop(payload.take());
        ready(Err(actix_web::error::ErrorImATeapot("the body is gone")))
    }
}

#[requires(bearer)]
#[post("/desk")]
async fn desk(_thief: Option<Thief>, _body: Option<web::Bytes>, who: Employee) -> String {
    who.0
}

#[requires(bearer)]
#[post("/thief")]
async fn thief_first(_thief: Thief, who: Employee) -> String {
    who.0
}

#[requires(optional(bearer))]
#[post("/door")]
async fn door(who: Optional<Employee>) -> String {
    who.into_inner().map_or_else(|| "nobody".to_owned(), |who| who.0)
}

async fn is_employee(_who: Employee) -> bool {
    true
}

#[requires(bearer, check(is_employee))]
#[post("/checked")]
async fn checked() -> &'static str {
    "checked"
}

fn server() -> tests::Server {
    tests::Server::start(|app| {
        app.service(auth().scope("").service(desk).service(thief_first).service(door).service(checked));
    })
}

#[test]
fn an_own_identity_is_made_of_the_caller() {
    let server = server();
    let good = token().claim("sub", "employee-7").sign();
    server.request("POST", "/desk").bearer(&good).send().expect("7");
    server.request("POST", "/door").bearer(&good).send().expect("7");
    server.request("POST", "/door").send().expect("nobody");
    server.request("POST", "/checked").bearer(&good).send().expect("checked");
}

#[test]
fn a_caller_who_is_none_is_denied_before_the_body_is_touched() {
    let server = server();
    let stranger = token().sign();
    let denied = Denied::forbidden("for employees only");
    for path in ["/desk", "/thief", "/door", "/checked"] {
        denied.check(&server.request("POST", path).bearer(&stranger).send());
    }
}
