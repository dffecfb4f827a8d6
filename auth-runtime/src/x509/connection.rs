//! The certificate of a TLS connection, read once for all of its requests.

use std::any::Any;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;

use crate::telemetry::limited;
use crate::x509::ClientCertificate;

/// What a connection over TLS shows, as it was noted.
enum Noted {
    Nothing,
    Certificate(ClientCertificate),
    Unreadable,
}

/// What the connection of a request shows.
#[derive(Clone, Copy)]
pub(crate) enum OfConnection<'a> {
    Nothing,
    Certificate(&'a ClientCertificate),
    /// One is there, and nobody can say what it is.
    Unreadable,
    /// Nobody has looked, though it may have one.
    NotNoted,
}

/// Takes note of the certificate by which a client has authenticated its TLS connection; for
/// [`HttpServer::on_connect`](actix_web::HttpServer::on_connect), with rustls 0.23. Without it no connection has one.
///
/// ```no_run
/// use actix_web::{App, HttpServer};
/// use auth_runtime::certificate;
///
/// # async fn serve(config: rustls::ServerConfig) -> std::io::Result<()> {
/// // `config` has a `WebPkiClientVerifier` with the authorities that you trust.
/// HttpServer::new(|| App::new())
///     .on_connect(certificate::on_connect)
///     .bind_rustls_0_23("0.0.0.0:8443", config)?
///     .run()
///     .await
/// # }
/// ```
///
/// To do more when somebody connects, call it in a function of your own.
///
/// The server's own verifier decides which authorities are trusted, and it does so when the connection begins. Certificates are revoked by
/// the verifier's lists too; [`authorities`](crate::certificate::ClientCertificates::authorities) can refuse one sooner.
pub fn on_connect(connection: &dyn Any, data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TlsStream<TcpStream>>() else { return };
    let (_, session) = stream.get_ref();
    data.insert(match session.peer_certificates() {
        None | Some([]) => Noted::Nothing,
        Some([certificate, ..]) => ClientCertificate::from_der(certificate).map_or_else(
            |_| {
                limited!(warn, "a client's certificate cannot be read; it counts for nothing");
                Noted::Unreadable
            },
            Noted::Certificate,
        ),
    });
}

/// What the connection of a request shows.
pub(crate) fn of_connection(request: &HttpRequest) -> OfConnection<'_> {
    match request.conn_data::<Noted>() {
        Some(Noted::Nothing) => OfConnection::Nothing,
        Some(Noted::Certificate(certificate)) => OfConnection::Certificate(certificate),
        Some(Noted::Unreadable) => OfConnection::Unreadable,
        None if request.app_config().secure() => OfConnection::NotNoted,
        None => OfConnection::Nothing,
    }
}
