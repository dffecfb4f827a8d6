//! One provider's key set, asked for again and again.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{
    ACCEPT, AUTHORIZATION, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use zeroize::Zeroizing;

use crate::keys::KeySetOptions;
use crate::provider::client::Answer;
use crate::provider::discovery::{Metadata, discover};
use crate::provider::endpoint::Endpoint;
use crate::provider::fetch_error::FetchError;
use crate::provider::transport::Transport;
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

/// The longest token that is read from a file, in bytes.
const TOKEN_BYTES: usize = 64 * 1024;

/// The `Authorization` with the token that the file holds now: such tokens live for minutes.
fn token(path: &Path) -> Result<HeaderValue, FetchError> {
    let text = std::fs::read(path).ok().filter(|text| text.len() <= TOKEN_BYTES).map(Zeroizing::new);
    let text = text.as_deref().map(|text| text.trim_ascii()).filter(|text| !text.is_empty());
    let value = text.map(|text| Zeroizing::new([b"Bearer ".as_slice(), text].concat()));
    let value = value.and_then(|value| HeaderValue::from_bytes(&value).ok());
    let mut value = value.filter(|value| value.to_str().is_ok()).ok_or(FetchError::TokenFileUnusable)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Asks one provider for its keys.
#[derive(Debug)]
pub(crate) struct Fetcher {
    pub(crate) address: KeySetAddress,
    pub(crate) timeout: Duration,
    transport: Transport,
    /// Holds a token that the provider wants to see.
    token_file: Option<PathBuf>,
    /// What metadata said, and when.
    found: Option<(Endpoint, Instant)>,
    /// Headers that make the next request conditional.
    condition: HeaderMap,
    /// That the provider does not call its answers JSON was said.
    told: bool,
}

impl Fetcher {
    pub(crate) fn new(address: KeySetAddress, options: &KeySetOptions) -> Self {
        let (timeout, transport) = (options.timeout, options.transport.clone());
        let token_file = options.token_file.clone();
        Self { address, timeout, transport, token_file, found: None, condition: HeaderMap::new(), told: false }
    }

    /// The key set as it is now; not modified where it is the one last [accepted](Self::accepted).
    pub(crate) async fn fetch(&mut self, worker: &Arc<Worker>, now: Instant) -> Result<Answer, FetchError> {
        let client = worker.client(&self.transport)?.timeout(self.timeout);
        let token = self.token_file.as_deref().map(token).transpose()?;
        let endpoint = match (&self.address, &self.found) {
            (KeySetAddress::Url(endpoint), _) => endpoint.clone(),
            (KeySetAddress::Issuer(_), Some((endpoint, since))) if now.duration_since(*since) < METADATA_LIFETIME => {
                endpoint.clone()
            }
            (KeySetAddress::Issuer(issuer), _) => {
                let headers = self.authorized(token.as_ref(), None);
                let keys = |metadata: &Metadata<'_>| metadata.keys();
                let endpoint = discover(&client, &self.transport, issuer, &headers, &mut self.told, keys).await?;
                if self.found.as_ref().is_some_and(|(known, _)| *known != endpoint) {
                    self.condition.clear();
                }
                self.found = Some((endpoint.clone(), now));
                endpoint
            }
        };
        let mut headers = self.authorized(token.as_ref(), Some(&endpoint));
        headers.extend(self.condition.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/jwk-set+json, application/json"));
        let answer = client.get(&endpoint, headers).await?;
        answer.note_type(&endpoint, &mut self.told);
        Ok(answer)
    }

    /// The token, where it may be sent: to the place that the configuration names, and not to where its metadata lead; and only
    /// where nobody reads it on the way.
    fn authorized(&self, token: Option<&HeaderValue>, endpoint: Option<&Endpoint>) -> HeaderMap {
        let place = match &self.address {
            KeySetAddress::Url(place) => Some(place.clone()),
            KeySetAddress::Issuer(issuer) => self.transport.endpoint(issuer).ok(),
        };
        let goes = place.is_some_and(|place| {
            place.is_private() && endpoint.is_none_or(|endpoint| endpoint.url().origin() == place.url().origin())
        });
        token.filter(|_| goes).map(|token| (AUTHORIZATION, token.clone())).into_iter().collect()
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
