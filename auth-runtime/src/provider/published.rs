//! What a provider says of itself, asked for once an hour.

use std::sync::{Arc, Mutex as Shelf, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use reqwest::header::HeaderMap;
use tokio::sync::Mutex;

use crate::provider::Worker;
use crate::provider::client::ProviderClient;
use crate::provider::discovery::{Metadata, discover};
use crate::provider::fetch_error::FetchError;
use crate::provider::transport::Transport;

/// How long what a provider says of itself counts.
const FRESH: Duration = Duration::from_secs(3600);
/// How long it counts where the provider cannot be asked again.
const STALE: Duration = Duration::from_secs(24 * 3600);
/// How long a provider is left alone that could not be asked.
const PAUSE: Duration = Duration::from_secs(1);

/// What is read of a provider's metadata.
pub(crate) struct Published<T> {
    issuer: Box<str>,
    transport: Transport,
    client: ProviderClient,
    worker: Arc<Worker>,
    read: fn(&Metadata<'_>) -> Result<T, FetchError>,
    known: ArcSwapOption<Known<T>>,
    asking: Mutex<()>,
    failed: Shelf<Option<(Instant, FetchError)>>,
}

debug_by_name!([T] Published<T> as "Published";);

/// What it says, and when it did.
struct Known<T> {
    at: Instant,
    said: Arc<T>,
}

impl<T: Send + Sync + 'static> Published<T> {
    /// # Errors
    /// Where this machine offers no certificates to trust.
    pub(crate) fn new(
        issuer: &str,
        transport: &Transport,
        worker: &Arc<Worker>,
        read: fn(&Metadata<'_>) -> Result<T, FetchError>,
    ) -> Result<Self, FetchError> {
        Ok(Self {
            issuer: issuer.into(),
            transport: transport.clone(),
            client: worker.client(transport)?,
            worker: Arc::clone(worker),
            read,
            known: ArcSwapOption::empty(),
            asking: Mutex::new(()),
            failed: Shelf::new(None),
        })
    }

    /// What it said within the hour, or within the day where it cannot be asked now.
    ///
    /// # Errors
    /// Where it never said, or too long ago.
    pub(crate) async fn get(self: &Arc<Self>) -> Result<Arc<T>, FetchError> {
        if let Some(said) = self.known_since(FRESH) {
            return Ok(said);
        }
        let published = Arc::clone(self);
        // On the provider's own thread, and to its end, also where whoever came first goes away.
        let asked = self.worker.spawn(async move { published.ask().await }).await;
        asked.unwrap_or(Err(FetchError::Abandoned))
    }

    fn known_since(&self, age: Duration) -> Option<Arc<T>> {
        let known = self.known.load();
        let known = known.as_ref().filter(|known| known.at.elapsed() < age)?;
        Some(Arc::clone(&known.said))
    }

    async fn ask(&self) -> Result<Arc<T>, FetchError> {
        let _asking = self.asking.lock().await;
        if let Some(said) = self.known_since(FRESH) {
            return Ok(said);
        }
        let failed = || self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let recently = failed().filter(|(at, _)| at.elapsed() < PAUSE);
        let asked = match recently {
            Some((_, error)) => Err(error),
            None => {
                let mut told = true;
                discover(&self.client, &self.transport, &self.issuer, &HeaderMap::new(), &mut told, self.read).await
            }
        };
        match asked {
            Ok(said) => {
                let said = Arc::new(said);
                self.known.store(Some(Arc::new(Known { at: Instant::now(), said: Arc::clone(&said) })));
                Ok(said)
            }
            Err(error) => {
                if recently.is_none() {
                    *failed() = Some((Instant::now(), error));
                }
                self.known_since(STALE).ok_or(error)
            }
        }
    }
}
