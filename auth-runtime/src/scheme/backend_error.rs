//! How an error of the application's own functions reaches the log.

use std::fmt;

use crate::denial::Unavailable;

/// A function that the application gave to a scheme failed: its error goes to the log, without the secrets of the request.
pub(crate) fn backend_failed(error: &dyn fmt::Display, secrets: &[&str]) -> Unavailable {
    Unavailable::backend().because(without(&error.to_string(), secrets))
}

fn without(error: &str, secrets: &[&str]) -> String {
    let mut error = error.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        // As it is, and as `{:?}` writes it.
        let shown = format!("{secret:?}");
        let inside = shown.strip_prefix('"').and_then(|shown| shown.strip_suffix('"')).unwrap_or(secret);
        error = error.replace(secret, "…").replace(inside, "…");
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{FOREIGN_TEXT, foreign};

    /// As it is logged.
    fn printable(error: &str, secrets: &[&str]) -> String {
        foreign(without(error, secrets))
    }

    #[test]
    fn what_is_logged_is_escaped_and_capped() {
        assert_eq!(printable("down\n\u{1b}[31m", &[]), "down\\n\\u{1b}[31m");
        assert_eq!(printable(&"x".repeat(5000), &[]).len(), FOREIGN_TEXT);
    }

    #[test]
    fn a_password_in_an_error_is_not_logged() {
        assert_eq!(printable("no user with password hunter2", &["hunter2"]), "no user with password …");
        assert_eq!(printable("connection refused", &["hunter2", ""]), "connection refused");
        let shown = format!("no user with password {:?}", "hunt\"er'\\2");
        assert_eq!(printable(&shown, &["hunt\"er'\\2"]), "no user with password \\\"…\\\"");
        let at_the_cap = format!("{}hunter2", "x".repeat(FOREIGN_TEXT - 3));
        assert!(!printable(&at_the_cap, &["hunter2"]).contains("hun"));
    }
}
