//! The `Authorization` field (RFC 9110 section 11.6.2).

use crate::http::field::Field;

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
pub(crate) fn authorization<'a>(field: Field<'a>, scheme: &str) -> Authorization<'a> {
    let line = match field {
        Field::Absent => return Authorization::Absent,
        Field::Repeated => return Authorization::Repeated,
        Field::Line(line) => line.as_bytes(),
    };
    // A tab is not a separator, but must not make known credentials pass for those of another scheme.
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
