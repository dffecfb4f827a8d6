//! Functions: generics, `where`, return types, attributes, early returns.

use std::fmt::Display;

use actix_web::{Either, FromRequest, HttpResponse, Responder, get, web};
use auth_runtime::{Bearer, Principal, requires};

trait Store: Clone + 'static {
    fn name(&self) -> String;
}

#[requires(bearer, scope = "read")]
pub(crate) async fn generic<S: Store, const LIMIT: usize>(_caller: Bearer, store: web::Data<S>) -> String {
    format!("{} {LIMIT}", store.name())
}

#[requires(bearer)]
async fn with_where<T>(value: web::Path<T>) -> impl Responder + use<T>
where
    T: Display + serde::de::DeserializeOwned + 'static,
{
    value.to_string()
}

#[requires(bearer)]
async fn type_only_in_body<T: Default + Display + 'static>() -> String {
    T::default().to_string()
}

#[requires(bearer)]
async fn with_lifetime<'a>(_data: web::Data<&'a str>) -> &'a str
where
    'a: 'static,
{
    "hello"
}

#[requires(bearer)]
#[get("/result")]
async fn result(caller: Principal) -> Result<impl Responder, actix_web::Error> {
    let subject: u64 = caller.subject().parse().map_err(actix_web::error::ErrorBadRequest)?;
    if subject == 0 {
        return Ok(HttpResponse::NoContent().finish());
    }
    Ok(HttpResponse::Ok().body(subject.to_string()))
}

#[requires(bearer)]
#[get("/either")]
async fn either() -> Either<HttpResponse, Result<&'static str, actix_web::Error>> {
    Either::Right(Ok("hello"))
}

#[requires(bearer)]
async fn calls_itself(depth: web::Path<u8>) -> String {
    if *depth == 0 {
        return String::new();
    }
    Box::pin(calls_itself(web::Path::from(*depth - 1))).await
}

/// Documented.
#[requires(bearer)]
#[get("/attributes")]
#[allow(unused_variables)]
#[inline]
#[cfg(not(any()))]
#[must_use]
pub(crate) async fn attributes(caller: Bearer) -> &'static str {
    "hello"
}

#[requires(bearer)]
#[cfg(any())]
async fn configured_out(caller: DoesNotExist) -> &'static str {
    "hello"
}

#[requires(bearer)]
async fn r#match(r#type: web::Path<String>) -> String {
    r#type.into_inner()
}

#[requires(bearer)]
async fn names_of_the_expansion(__auth: Bearer, __terms: web::Data<u8>, __0: web::Data<u16>) -> String {
    format!("{} {__terms:?} {__0:?}", __auth.principal().subject())
}

#[derive(Clone)]
struct Memory;

impl Store for Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }
}

#[test]
fn generic_handlers_are_mounted_with_their_types() {
    let _ = web::get().to(generic::<Memory, 10>);
    let _ = web::get().to(with_where::<u64>);
    let _ = web::get().to(type_only_in_body::<u64>);
    let _ = web::get().to(with_lifetime);
    let _ = web::get().to(calls_itself);
    let _ = web::get().to(r#match);
    let _ = web::get().to(names_of_the_expansion);
    assert_eq!(super::spec("match").handler(), concat!(module_path!(), "::match"));
}

fn is_extractor<T: FromRequest>() {}
