//! Types, traits, modules and functions of the names that generated code might mean.

use auth_runtime::{Bearer, Granted, policy, public, requires};

pub struct Option;
pub struct Some;
pub struct None;
pub struct Result;
pub struct Ok;
pub struct Err;
pub struct Box;
pub struct Vec;
pub struct String;
pub struct Send;
pub struct Sync;
pub struct Policy;
pub struct PolicySpec;
pub struct Requirement;
pub struct Authorized;
pub struct Answered;
pub trait Sized {}
pub trait Copy {}
pub trait Fn {}
pub trait Into {}
pub trait Declared {}
pub trait Yields {}
pub mod core {}
pub mod std {}
pub mod alloc {}
pub mod linkme {}
pub mod __private {}
#[allow(non_camel_case_types)]
pub struct str;
#[allow(non_camel_case_types)]
pub struct u32;
#[allow(non_camel_case_types)]
pub struct bool;

pub const READ: &::core::primitive::str = "read";
pub const LEVEL: ::core::primitive::i64 = 3;

pub fn scope() {}
pub fn role() {}
pub fn realm() {}
pub fn into_parts() {}

type Text = &'static ::core::primitive::str;

pub async fn is_open() -> ::core::primitive::bool {
    true
}

policy! {
    pub Area: bearer, role(READ), claim("level", LEVEL), realm = READ;
    pub Inner: policy = Area, scope = READ, check(is_open);
}

#[requires(
    bearer,
    scope(READ) || role("ops") && !role(READ),
    claim("level", LEVEL),
    check(is_open),
    realm = READ,
    hide,
    shared_cache
)]
pub async fn handler(_caller: Bearer) -> Text {
    "hello"
}

#[requires(policy = Inner)]
pub async fn named(_caller: Bearer, _proof: Granted<Area>) -> Text {
    "hello"
}

#[requires(any(bearer, api_key))]
pub async fn generic<T: 'static>(_who: auth_runtime::Principal, _data: actix_web::web::Data<T>) -> Text {
    "hello"
}

#[public(reason = "open")]
pub async fn open() -> Text {
    "hello"
}
