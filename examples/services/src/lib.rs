//! What the services share: an address to listen on, and a database.

use std::fmt;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::{HttpResponse, ResponseError, web};
use rusqlite::Connection;

/// Listens on the address in the variable `BIND` of the environment, by default on `default`.
///
/// # Errors
/// Which address cannot be had, and what to do about it.
pub fn listener(default: &str) -> Result<TcpListener, String> {
    let address = std::env::var("BIND").unwrap_or_else(|_| default.into());
    TcpListener::bind(&address)
        .map_err(|error| format!("cannot listen on {address}: {error}; set BIND to another address"))
}

/// A database in memory. Whatever asks it does so on a thread that may wait: the event loop never does.
#[derive(Clone)]
pub struct Database(Arc<Mutex<Connection>>);

impl Database {
    /// Creates the tables, and the rows to try the service with.
    ///
    /// # Errors
    /// What is wrong with the statements.
    pub fn with(statements: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(statements)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Asks the database. It does not borrow from `self`, so that lookups and loads, which outlive a request, can wait for it.
    pub fn ask<T, F>(&self, question: F) -> impl Future<Output = Result<T, DatabaseError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let connection = Arc::clone(&self.0);
        async move {
            web::block(move || question(&connection.lock().unwrap_or_else(PoisonError::into_inner)))
                .await
                .map_err(|_| DatabaseError("the question panicked".to_owned()))?
                .map_err(|error| DatabaseError(error.to_string()))
        }
    }
}

/// The database did not answer. What the guard was about to decide by it is a 503, and a handler's 500.
#[derive(Debug)]
pub struct DatabaseError(String);

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the database: {}", self.0)
    }
}

impl std::error::Error for DatabaseError {}

/// Nothing of it is for the caller.
impl ResponseError for DatabaseError {
    fn error_response(&self) -> HttpResponse {
        HttpResponse::InternalServerError().finish()
    }
}
