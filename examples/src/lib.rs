//! What the example programs share.

use std::net::TcpListener;

/// Listens on the address in the variable `BIND` of the environment, by default on `default`.
///
/// # Errors
/// Which address cannot be had, and what to do about it.
pub fn listener(default: &str) -> Result<TcpListener, String> {
    let address = std::env::var("BIND").unwrap_or_else(|_| default.into());
    TcpListener::bind(&address)
        .map_err(|error| format!("cannot listen on {address}: {error}; set BIND to another address"))
}

/// A variable of the environment.
///
/// # Errors
/// Which one is missing, and where to read about it.
pub fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("set `{name}`; the first lines of the example say to what"))
}
