//! Certificates of clients: machines that are known by the certificate of their TLS connection, and tokens that are bound to one.
//!
//! # In four steps
//!
//! 1. Turn on the features: `auth-runtime = { version = "0.1", features = ["certificates"] }`, and `rustls-0_23` of actix-web.
//! 2. Let the server ask clients for certificates, by a verifier of rustls with the authorities that you trust, and give it
//!    [`certificate::on_connect`](crate::certificate::on_connect). Where a proxy ends TLS, see [below](#behind-a-proxy).
//! 3. Say by a function who a client is: `.client_certificate(ClientCertificates::subject_by(|certificate| …))`.
//! 4. Write `#[requires(client_certificate)]` on what needs one.
//!
//! ```no_run,standalone_crate
//! use std::sync::Arc;
//!
//! use actix_web::{App, HttpServer, get};
//! use auth_runtime::certificate::{self, ClientCertificate, ClientCertificates};
//! use auth_runtime::{Auth, Details, Principal, requires};
//! use rustls::pki_types::pem::PemObject as _;
//! use rustls::pki_types::{CertificateDer, PrivateKeyDer};
//! use rustls::server::WebPkiClientVerifier;
//! use rustls::{RootCertStore, ServerConfig};
//!
//! #[requires(client_certificate)]
//! #[get("/whoami")]
//! async fn whoami(who: Principal, shown: Details<ClientCertificate>) -> String {
//!     format!("{}, until {}", who.subject(), shown.not_after())
//! }
//!
//! #[actix_web::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let tills = ClientCertificates::subject_by(|certificate| certificate.dns_names().next().map(str::to_owned));
//!     let auth = Auth::builder().client_certificate(tills).build()?;
//!
//!     let mut trusted = RootCertStore::empty();
//!     trusted.add(CertificateDer::from_pem_file("ca.pem")?)?;
//!     // Clients without a certificate come in, too: the policies say who must have one.
//!     let verifier = WebPkiClientVerifier::builder(Arc::new(trusted)).allow_unauthenticated().build()?;
//!     let chain = CertificateDer::pem_file_iter("server.pem")?.collect::<Result<Vec<_>, _>>()?;
//!     let key = PrivateKeyDer::from_pem_file("server.key")?;
//!     let tls = ServerConfig::builder().with_client_cert_verifier(verifier).with_single_cert(chain, key)?;
//!
//!     HttpServer::new(move || App::new().service(auth.scope("").service(whoami)))
//!         .on_connect(certificate::on_connect)
//!         .bind_rustls_0_23("0.0.0.0:8443", tls)?
//!         .run()
//!         .await?;
//!     Ok(())
//! }
//! ```
//!
//! # What counts
//!
//! - The server or the proxy checks, when the connection begins, that the client has the key and that an authority it trusts has issued the
//!   certificate. `notBefore` and `notAfter` are judged here, with each request, without a leeway.
//! - The principal's issuer is the authority, its subject what your function says: two authorities do not share names by accident. Look at
//!   [`issuer`](crate::certificate::ClientCertificate::issuer) where you trust more than one.
//! - A certificate says nothing of roles and scopes. [`authorities`](crate::certificate::ClientCertificates::authorities) loads them, and refuses a
//!   client that was shut out before its certificate ends.
//! - A browser shows its certificate whatever site has caused a request, so that the cross-site rule applies. In
//!   `any(client_certificate, bearer)` a token decides before a certificate.
//! - Without a certificate, or with one that is not accepted: 401 with `ClientCertificate realm="R"`.
//!
//! # Tokens that are bound to a certificate
//!
//! A stolen bearer token is good for whoever has it. A provider that knows the client by its certificate can bind the token to it
//! (RFC 8705): `cnf` has the member `x5t#S256`, the SHA-256 of the certificate. With the feature there is nothing to configure: every policy
//! with `bearer` takes such a token in `Authorization: Bearer` where the caller's certificate is that one, and refuses it with 401 `invalid_token` where
//! it is another, or none, or out of its time. Tokens that are bound to nothing are taken as before; to demand bound ones, ask by a check:
//!
//! ```
//! use actix_web::get;
//! use auth_runtime::principal::Confirmation;
//! use auth_runtime::{Principal, requires};
//!
//! async fn is_bound(who: Principal) -> bool {
//!     matches!(who.confirmation(), Some(Confirmation::CertificateThumbprint(_)))
//! }
//!
//! #[requires(bearer, scope = "pay", check = is_bound)]
//! #[get("/payouts")]
//! async fn payouts() -> &'static str {
//!     "all of them"
//! }
//! # fn main() {}
//! ```
//!
//! # Behind a proxy
//!
//! A proxy that ends TLS says in the field `Client-Cert` (RFC 9440) which certificate its client has shown. List it by its own address:
//!
//! ```
//! use auth_runtime::Auth;
//!
//! let auth = Auth::builder().trusted_certificate_proxies(["10.0.0.5"]);
//! # assert!(auth.dangerous_allow_unconfigured().build().is_ok());
//! ```
//!
//! - It is another list than [`trusted_proxies`](crate::config::AuthBuilder::trusted_proxies), of addresses only: who stands in it can be anybody.
//! - The proxy must delete the field where a client sends it. Of a listed proxy the field alone counts, never the proxy's own certificate.
//! - The field is one line, the DER in base64 between colons. Anything else is a 401. From those who are not listed it counts for nothing, and a
//!   warning says so.
//!
//! nginx has no variable in this form. The lines of the PEM text that it has can be put together by a `map`, here for certificates of up to 64
//! lines, some 3 KB; a longer one is not passed on, so that its client gets a 401:
//!
//! ```sh
//! {
//!     echo 'map "$ssl_client_verify:$ssl_client_raw_cert" $client_cert {'
//!     echo '    default "";'
//!     printf '    "~^SUCCESS:-----BEGIN CERTIFICATE-----\\n'
//!     for line in $(seq 64); do printf '(?:(?<c%s>[A-Za-z0-9+/=]+)\\n)?' "$line"; done
//!     printf -- '-----END CERTIFICATE-----\\n?$" ":'
//!     for line in $(seq 64); do printf '${c%s}' "$line"; done
//!     echo ':";'
//!     echo '}'
//! } >/etc/nginx/conf.d/client_cert.conf
//! ```
//!
//! ```nginx
//! server {
//!     listen 443 ssl;
//!     ssl_certificate server.pem;
//!     ssl_certificate_key server.key;
//!     ssl_client_certificate ca.pem;
//!     ssl_verify_client optional;
//!     location / {
//!         # Written with every request, so that what a client sends under this name is gone; empty, it is not sent.
//!         proxy_set_header Client-Cert $client_cert;
//!         proxy_pass http://10.0.0.9:8080;
//!     }
//! }
//! ```
