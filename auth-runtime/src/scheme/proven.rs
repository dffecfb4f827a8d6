//! What is said of credentials that come with a proof, or with the connection.

use crate::scheme::SchemeDescription;

impl SchemeDescription {
    /// Its credentials count with a proof in this field only, in lower case, signed by one of these algorithms.
    pub(crate) fn proven_in(mut self, field: &'static str, algorithms: Vec<&'static str>) -> Self {
        self.proof = Some((field, algorithms));
        self
    }

    /// What proofs may be signed by.
    pub(crate) fn proof_algorithms(&self) -> &[&'static str] {
        self.proof.as_ref().map_or(&[], |(_, algorithms)| algorithms)
    }

    /// Whether its credentials count with a proof only.
    pub(crate) fn is_proven(&self) -> bool {
        self.proof.is_some()
    }

    /// Its credentials are shown when a connection begins: a certificate over TLS.
    #[cfg(all(feature = "certificates", feature = "openapi"))]
    pub(crate) fn of_connection(mut self) -> Self {
        self.is_of_connection = true;
        self
    }

    #[cfg(feature = "openapi")]
    pub(crate) fn is_of_connection(&self) -> bool {
        self.is_of_connection
    }
}
