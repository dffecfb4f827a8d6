//! What the application knows of a caller, as arguments; and functions that load it.

use std::convert::Infallible;

use actix_web::{get, web};
use auth_runtime::api_key::KeyDigest;
use auth_runtime::authorities::AuthorityLoader;
use auth_runtime::opaque::Holder;
use auth_runtime::principal::PrincipalKey;
use auth_runtime::scheme::ExposedCredential;
use auth_runtime::{ApiKeys, Authorities, Bearer, Jwt, Opaque, Optional, Principal, requires};

struct User(String);

/// A type of the user's own that is called as ours is.
mod own {
    pub(crate) struct Details<T>(pub(crate) T);

    impl<T: Default + 'static> actix_web::FromRequest for Details<T> {
        type Error = actix_web::Error;
        type Future = std::future::Ready<Result<Self, Self::Error>>;

        fn from_request(_: &actix_web::HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
            std::future::ready(Ok(Self(T::default())))
        }
    }
}

async fn is_known(user: auth_runtime::Details<User>, _: Principal) -> bool {
    !user.0.is_empty()
}

#[requires(bearer, check(is_known))]
#[get("/")]
async fn beside_others(_order: web::Json<u8>, user: auth_runtime::Details<User>, _caller: Bearer) -> String {
    user.0.clone()
}

#[requires(any(bearer, api_key), without_authorities)]
async fn of_several_schemes_without(user: Optional<auth_runtime::Details<User>>) -> String {
    user.into_inner().map_or_else(String::new, |user| user.0.clone())
}

#[requires(optional(bearer))]
async fn of_their_own(own: own::Details<u8>) -> String {
    own.0.to_string()
}

#[requires(bearer)]
async fn generic<T: Send + Sync + 'static>(_: auth_runtime::Details<T>) -> &'static str {
    "hello"
}

#[requires(bearer)]
async fn borrowed(name: auth_runtime::Details<&'static str>) -> &'static str {
    *name
}

async fn of_the_caller(_: Principal) -> Result<Option<Authorities<User>>, Infallible> {
    Ok(None)
}

async fn of_the_key(
    _: PrincipalKey,
    _: web::Data<u8>,
    _: web::Data<dyn Send + Sync>,
) -> Result<Option<Authorities>, String> {
    Ok(Some(Authorities::default().add_scopes(["read"])))
}

async fn of_the_request(
    _: Principal,
    _: web::Path<u8>,
    _: actix_web::HttpRequest,
) -> Result<Option<Authorities>, String> {
    Ok(None)
}

async fn of_a_token(_: KeyDigest) -> Result<Option<Holder<User>>, Infallible> {
    Ok(Some(Holder::new("alice").roles(["editor"]).expires_at(4_000_000_000).details(User("Alice".into()))))
}

async fn of_an_exposed_token(_: ExposedCredential) -> Result<Option<Holder>, String> {
    Ok(None)
}

#[test]
fn tokens_can_be_looked_up() {
    let opaque = Opaque::lookup(of_a_token).prefix("mrp_").authorities(of_the_key);
    let exposed = Opaque::dangerous_lookup_exposed(of_an_exposed_token).alphabet("0123456789abcdef");
    let _ = auth_runtime::Auth::builder().bearer(opaque).bearer_named("exposed", exposed);
}

#[test]
fn handlers_can_be_mounted_and_functions_can_load() {
    let _ = auth_runtime::route::get().to(of_several_schemes_without);
    let _ = auth_runtime::route::get().to(of_their_own);
    let _ = auth_runtime::route::get().to(generic::<u8>);
    let _ = auth_runtime::route::get().to(borrowed);
    fn is_declared<T: auth_runtime::Declared>(_: T) {}
    is_declared(beside_others);
    let _ = Jwt::hs256([7; 32]).authorities(of_the_caller).authorities(of_the_key);
    let _ = Jwt::hs256([7; 32]).authorities(AuthorityLoader::of_request(of_the_request));
    let _ = ApiKeys::header("X-API-Key", []).authorities(AuthorityLoader::new(of_the_key));
}

#[test]
fn what_a_policy_does_without_is_in_it() {
    assert!(crate::pass::spec("of_several_schemes_without").without_authorities());
    assert!(!crate::pass::spec("details::beside_others").without_authorities());
}
