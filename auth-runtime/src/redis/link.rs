//! One connection for all who ask, made when somebody needs it, and left alone for a while after it failed. What a server that is there
//! refuses concerns the one who asked it.

use std::time::{Duration, Instant};

use ::redis::{ErrorKind, RedisError, RedisResult, ServerErrorKind};
use tokio::sync::Mutex;

use crate::redis::{Client, Connection, describe};

/// A way to Redis on which requests wait.
pub(crate) struct Link {
    client: Client,
    /// How long Redis may take.
    patience: Duration,
    /// How long it is left alone after it failed.
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<Connection>,
    paused_until: Option<Instant>,
    /// Until when it is known that it refuses something.
    refuses_until: Option<Instant>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum LinkFault {
    /// It has just failed, and is left alone.
    Paused,
    /// It failed now.
    Failed {
        /// As it may be logged.
        fault: String,
        /// Whether it was not known to fail: of many who ask at the same time, one tells.
        is_new: bool,
    },
}

/// The same, as it is found.
enum NoAnswer {
    Paused,
    /// The server is there, and does not do this.
    Refused(RedisError),
    Away(RedisError),
}

impl LinkFault {
    /// What is to be logged; nothing where somebody has told it already.
    pub(crate) fn news(self) -> Option<String> {
        match self {
            Self::Failed { fault, is_new: true } => Some(fault),
            Self::Paused | Self::Failed { .. } => None,
        }
    }
}

impl std::fmt::Display for LinkFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Paused => f.write_str("Redis failed a moment ago"),
            Self::Failed { fault, .. } => write!(f, "Redis fails: {fault}"),
        }
    }
}

impl Link {
    pub(crate) fn new(client: Client, patience: Duration, pause: Duration) -> Self {
        Self { client, patience, pause, state: Mutex::default() }
    }

    /// What is asked by `ask`, within the patience.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(crate) async fn ask<T>(&self, ask: impl AsyncFnOnce(Connection) -> RedisResult<T>) -> Result<T, LinkFault> {
        let answer = tokio::time::timeout(self.patience, async {
            let connection = self.connection().await.map_err(NoAnswer::Away)?.ok_or(NoAnswer::Paused)?;
            ask(connection).await.map_err(|error| match is_refusal(&error) {
                true => NoAnswer::Refused(error),
                false => NoAnswer::Away(error),
            })
        });
        match answer.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(NoAnswer::Paused)) => Err(LinkFault::Paused),
            Ok(Err(NoAnswer::Refused(error))) => Err(self.refused(describe(&error)).await),
            Ok(Err(NoAnswer::Away(error))) => Err(self.failed(describe(&error)).await),
            Err(_) => Err(self.failed("it takes too long".to_owned()).await),
        }
    }

    /// Nobody asks for a while.
    async fn failed(&self, fault: String) -> LinkFault {
        let mut state = self.state.lock().await;
        let is_new = !state.is_paused();
        *state = State { paused_until: Instant::now().checked_add(self.pause), ..State::default() };
        LinkFault::Failed { fault, is_new }
    }

    /// Whoever asks for something else goes on: a server that takes no writes still reads. Over another connection, once in a while: it
    /// may be an old primary, which knows by now or does not yet.
    async fn refused(&self, fault: String) -> LinkFault {
        let mut state = self.state.lock().await;
        let is_new = !is_ahead(state.refuses_until);
        if is_new {
            state.connection = None;
            state.refuses_until = Instant::now().checked_add(self.pause);
        }
        LinkFault::Failed { fault, is_new }
    }

    /// The connection, or a new one; nothing while Redis is left alone.
    async fn connection(&self) -> RedisResult<Option<Connection>> {
        // Held while connecting: one attempt for all who wait.
        let mut state = self.state.lock().await;
        if state.is_paused() {
            return Ok(None);
        }
        if state.connection.is_none() {
            state.connection = Some(self.client.connect(self.patience, self.patience).await?);
        }
        Ok(state.connection.clone())
    }
}

impl State {
    fn is_paused(&self) -> bool {
        is_ahead(self.paused_until)
    }
}

fn is_ahead(until: Option<Instant>) -> bool {
    until.is_some_and(|until| Instant::now() < until)
}

/// Whether the server that we want is there and does not do what it was asked: it has no memory left, too few replicas, no right for
/// this user, a key of another kind. One that is a replica by now, or is not ready, is not the one that we want.
fn is_refusal(error: &RedisError) -> bool {
    match error.kind() {
        ErrorKind::Extension | ErrorKind::UnexpectedReturnType => true,
        ErrorKind::Server(kind) => !matches!(
            kind,
            ServerErrorKind::BusyLoading
                | ServerErrorKind::Moved
                | ServerErrorKind::Ask
                | ServerErrorKind::TryAgain
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::MasterDown
                | ServerErrorKind::ReadOnly
        ),
        _ => false,
    }
}
