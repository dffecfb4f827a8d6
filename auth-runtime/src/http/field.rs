//! A field that must not be there twice.

use actix_web::http::header::{AsHeaderName, HeaderMap, HeaderValue};

/// The lines of a field. Where there are several, nobody can say which counts.
#[derive(Clone, Copy)]
pub(crate) enum Field<'a> {
    Absent,
    Repeated,
    Line(&'a HeaderValue),
}

impl<'a> Field<'a> {
    pub(crate) fn read(headers: &'a HeaderMap, name: impl AsHeaderName) -> Self {
        Self::among(headers.get_all(name))
    }

    /// Of all lines of it.
    pub(crate) fn among(lines: impl IntoIterator<Item = &'a HeaderValue>) -> Self {
        let mut lines = lines.into_iter();
        match (lines.next(), lines.next()) {
            (None, _) => Self::Absent,
            (Some(line), None) => Self::Line(line),
            (Some(_), Some(_)) => Self::Repeated,
        }
    }
}
