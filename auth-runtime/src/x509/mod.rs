//! Certificates of clients: of a TLS connection, or of one that a proxy has ended.

mod client_certificate;
mod connection;
mod field;
mod proxies;

pub use self::client_certificate::{CertificateError, ClientCertificate};
pub use self::connection::on_connect;
pub(crate) use self::connection::{OfConnection, of_connection};
pub(crate) use self::proxies::{CertificateProxies, Shown};
