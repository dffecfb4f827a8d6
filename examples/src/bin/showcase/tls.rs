//! TLS with the development certificates, where clients may have one too.

use std::error::Error;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

macro_rules! key {
    ($name:literal) => {
        include_bytes!(concat!("../../../keys/", $name, ".pem"))
    };
}

/// The development certificate of this server, and the authority whose clients are let in with theirs.
pub(crate) fn configuration() -> Result<ServerConfig, Box<dyn Error>> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut trusted = RootCertStore::empty();
    trusted.add(CertificateDer::from_pem_slice(key!("dev-ca.certificate"))?)?;
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(trusted), Arc::clone(&provider))
        .allow_unauthenticated()
        .build()?;
    let chain = CertificateDer::pem_slice_iter(key!("dev-server.certificate")).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(key!("dev-server.private"))?;
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_client_cert_verifier(verifier).with_single_cert(chain, key)?)
}
