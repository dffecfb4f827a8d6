//! One provider's key set, asked for again and again.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};

use crate::provider::client::{Answer, Endpoint, FetchError};
use crate::provider::discovery::discover;
use crate::provider::worker::Worker;

/// How long metadata are believed; a failed fetch asks for them anew.
const METADATA_LIFETIME: Duration = Duration::from_secs(3600);

/// Where a key set is published.
#[derive(Clone, Debug)]
pub(crate) enum KeySetAddress {
    /// This address.
    Url(Endpoint),
    /// Wherever the metadata of this issuer say.
    Issuer(Box<str>),
}

/// In logs and metrics.
impl fmt::Display for KeySetAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(endpoint) => endpoint.fmt(f),
            Self::Issuer(issuer) => f.write_str(issuer),
        }
    }
}

/// Asks one provider for its keys.
#[derive(Debug)]
pub(crate) struct Fetcher {
    pub(crate) address: KeySetAddress,
    pub(crate) timeout: Duration,
    /// What metadata said, and when.
    found: Option<(Endpoint, Instant)>,
    /// Headers that make the next request conditional.
    condition: HeaderMap,
    /// That the provider does not call its answers JSON was said.
    told: bool,
}

impl Fetcher {
    pub(crate) fn new(address: KeySetAddress, timeout: Duration) -> Self {
        Self { address, timeout, found: None, condition: HeaderMap::new(), told: false }
    }

    /// The key set as it is now; not modified where it is the one last [accepted](Self::accepted).
    pub(crate) async fn fetch(&mut self, worker: &Arc<Worker>, now: Instant) -> Result<Answer, FetchError> {
        let client = worker.client()?.timeout(self.timeout);
        let endpoint = match (&self.address, &self.found) {
            (KeySetAddress::Url(endpoint), _) => endpoint.clone(),
            (KeySetAddress::Issuer(_), Some((endpoint, since))) if now.duration_since(*since) < METADATA_LIFETIME => {
                endpoint.clone()
            }
            (KeySetAddress::Issuer(issuer), _) => {
                let endpoint = discover(&client, issuer, &mut self.told).await?;
                if self.found.as_ref().is_some_and(|(known, _)| *known != endpoint) {
                    self.condition.clear();
                }
                self.found = Some((endpoint.clone(), now));
                endpoint
            }
        };
        let mut headers = self.condition.clone();
        headers.insert(ACCEPT, HeaderValue::from_static("application/jwk-set+json, application/json"));
        let answer = client.get(&endpoint, headers).await?;
        answer.note_type(&endpoint, &mut self.told);
        Ok(answer)
    }

    /// From here on, only another set than this one is of interest.
    pub(crate) fn accepted(&mut self, headers: &HeaderMap) {
        self.condition.clear();
        for (validator, condition) in [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)] {
            if let Some(value) = headers.get(validator) {
                self.condition.insert(condition, value.clone());
            }
        }
    }

    /// Nothing that was heard so far is relied on: the key set may have moved, and a validator of one address that happened
    /// to fit the set of another would keep withdrawn keys.
    pub(crate) fn forget(&mut self) {
        self.found = None;
        self.condition.clear();
    }
}
