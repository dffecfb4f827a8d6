//! Identities of the user's own.

use actix_web::{get, web};
use auth_runtime::{Bearer, Denial, FromPrincipal, Optional, Principal, requires};

struct Employee(String);

impl FromPrincipal for Employee {
    type Error = Denial;

    fn from_principal(principal: &Principal) -> Result<Self, Denial> {
        Ok(Self(principal.subject().to_owned()))
    }
}

/// Every caller is one.
struct Anyone;

impl FromPrincipal for Anyone {
    type Error = std::convert::Infallible;

    fn from_principal(_: &Principal) -> Result<Self, Self::Error> {
        Ok(Self)
    }
}

async fn is_known(who: Employee, _: Anyone) -> bool {
    !who.0.is_empty()
}

#[requires(bearer, check(is_known))]
#[get("/")]
async fn beside_others(_order: web::Json<u8>, who: Employee, _caller: Bearer, _: Anyone) -> String {
    who.0
}

#[requires(any(bearer, api_key))]
async fn of_several_schemes(who: Employee) -> String {
    who.0
}

#[requires(optional(bearer))]
async fn perhaps(who: Optional<Employee>) -> String {
    who.into_inner().map_or_else(String::new, |who| who.0)
}

#[test]
fn handlers_can_be_mounted() {
    fn is_declared<T: auth_runtime::Declared>(_: T) {}
    is_declared(beside_others);
    let _ = auth_runtime::route::get().to(of_several_schemes);
    let _ = auth_runtime::route::get().to(perhaps);
}
