//! Asking a provider for tokens (RFC 6749 section 3.2).

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::provider::Worker;
use crate::provider::client::ProviderClient;
use crate::provider::client_auth::{Client, ClientFault, Prover};
use crate::provider::endpoint::Endpoint;
use crate::provider::fetch_error::{FetchError, NO_CLIENT};
use crate::provider::granted::Granted;
use crate::provider::transport::Transport;
use crate::time::UnixTime;

/// This service as a client of a provider's.
pub(crate) struct TokenAsker {
    prover: Prover,
    client: ProviderClient,
    worker: Arc<Worker>,
}

debug_by_name!([] TokenAsker as "TokenAsker";);

impl TokenAsker {
    /// `issuer`, configured by this option, is for whom assertions are, unless the client says otherwise.
    ///
    /// # Errors
    /// The option and what is wrong with it.
    pub(crate) fn new(
        client: &Client,
        (option, issuer): (&'static str, &str),
        transport: &Transport,
        worker: &Arc<Worker>,
    ) -> Result<Self, ClientFault> {
        Ok(Self {
            prover: client.prover(issuer)?,
            client: worker.client(transport).map_err(|_| (option, NO_CLIENT))?,
            worker: Arc::clone(worker),
        })
    }

    /// Exchanges a grant for tokens (RFC 6749 section 4).
    ///
    /// # Errors
    /// Where the provider gives none.
    pub(crate) async fn ask(
        &self,
        endpoint: &Endpoint,
        grant: &[(&str, &str)],
        now: UnixTime,
    ) -> Result<Granted, FetchError> {
        let grant: Vec<(&str, &[u8])> = grant.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let (headers, form) = self.prover.request(&grant, now).ok_or(FetchError::AssertionUnsigned)?;
        let (client, endpoint) = (self.client.clone(), endpoint.clone());
        let asked =
            self.worker.spawn(async move { client.post(&endpoint, headers, form.as_bytes().to_vec()).await }).await;
        let answer = asked.unwrap_or(Err(FetchError::Abandoned))?;
        let granted = Granted::read(&Zeroizing::new(answer.body));
        granted.ok_or(FetchError::Malformed("no `access_token` of type `Bearer`"))
    }
}
