//! What all that talks to Redis does alike.

use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Client, RedisError, RedisResult};

use crate::telemetry::foreign;

/// A connection that gives up on an answer after `patience`.
pub(crate) async fn connect(client: &Client, patience: Duration) -> RedisResult<MultiplexedConnection> {
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(patience)).set_response_timeout(Some(patience));
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// An error as it may be logged.
pub(crate) fn describe(error: &RedisError) -> String {
    foreign(error)
}

#[cfg(test)]
mod tests {
    use ::redis::ErrorKind;

    use super::*;
    use crate::telemetry::FOREIGN_TEXT;

    #[test]
    fn foreign_text_is_escaped_and_capped() {
        let error = RedisError::from((ErrorKind::Client, "said", format!("\u{1b}[31m\n{}", "x".repeat(10_000))));
        let text = describe(&error);
        assert!(!text.contains(['\n', '\u{1b}']) && text.len() < 2 * FOREIGN_TEXT, "{text}");
    }
}
