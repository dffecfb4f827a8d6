//! The `Authorization` field (RFC 9110 section 11.6.2).

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;

/// What the request's `Authorization` field holds for one scheme.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Authorization<'a> {
    /// Nothing for this scheme.
    Absent,
    /// More than one field line: nobody can say which counts.
    Repeated,
    /// What follows the scheme's name and its spaces; empty when nothing does. Starts with the tab where one follows the
    /// name, which no scheme accepts.
    Present(&'a [u8]),
}

/// Reads the field for `scheme`, whose name is compared without regard to case.
pub(crate) fn authorization<'a>(request: &'a HttpRequest, scheme: &str) -> Authorization<'a> {
    let mut lines = request.headers().get_all(AUTHORIZATION);
    let Some(line) = lines.next() else { return Authorization::Absent };
    if lines.next().is_some() {
        return Authorization::Repeated;
    }
    let line = line.as_bytes();
    // A tab is no separator, but must not make known credentials pass for those of another scheme.
    let (name, rest) = match line.iter().position(|&byte| byte == b' ' || byte == b'\t') {
        Some(space) => line.split_at(space),
        None => (line, &[][..]),
    };
    if !name.eq_ignore_ascii_case(scheme.as_bytes()) {
        return Authorization::Absent;
    }
    let spaces = rest.iter().take_while(|&&byte| byte == b' ').count();
    Authorization::Present(rest.get(spaces..).unwrap_or_default())
}
