//! How an error of the application's own functions reaches the log.

use std::fmt;

/// Longest text that is logged, in characters.
const LENGTH_MAX: usize = 200;

/// Logs an error of a function that the application gave to a scheme: escaped, capped, and withheld where it repeats a
/// secret of the request.
pub(crate) fn log_backend_error(
    scheme: &'static str,
    configuration: Option<&str>,
    error: &dyn fmt::Display,
    secrets: &[&str],
) {
    let error = printable(&error.to_string(), secrets);
    tracing::error!(scheme, configuration, %error, "the application's own verification failed; answered 503");
}

fn printable(error: &str, secrets: &[&str]) -> String {
    if secrets.iter().any(|secret| !secret.is_empty() && error.contains(secret)) {
        return "withheld, as it contains the credentials".to_owned();
    }
    error.chars().take(LENGTH_MAX).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_logged_is_escaped_and_capped() {
        assert_eq!(printable("down\n\u{1b}[31m", &[]), "down\\n\\u{1b}[31m");
        assert_eq!(printable(&"x".repeat(5000), &[]).len(), LENGTH_MAX);
    }

    #[test]
    fn an_error_that_repeats_the_password_is_withheld() {
        assert!(!printable("no user with password hunter2", &["hunter2"]).contains("hunter2"));
        assert_eq!(printable("connection refused", &["hunter2", ""]), "connection refused");
    }
}
