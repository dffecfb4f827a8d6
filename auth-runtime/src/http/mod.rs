//! What a request carries, read byte for byte: fields, cookies, parameters, origins. And URLs.

pub(crate) mod auth_params;
pub(crate) mod authorization;
pub(crate) mod cache_control;
pub(crate) mod cookie;
pub(crate) mod field;
pub(crate) mod forwarded;
pub(crate) mod origin;
pub(crate) mod parts;
pub(crate) mod peer;
pub(crate) mod query;
pub(crate) mod target;
pub(crate) mod url;
