//! Callers that are known by the certificate of their TLS connection.

use std::sync::Arc;

use crate::authorities::{AuthorityLoader, IntoAuthorityLoader};
use crate::denial::{Challenge, Reason, Rejection};
use crate::principal::{Confirmation, Principal};
use crate::scheme::{Authentication, Context, Credentials, Evidence, Outcome, Scheme, SchemeDescription};
use crate::x509::{ClientCertificate, Shown};

/// Name of the scheme in principals, logs and metrics.
const NAME: &str = "client_certificate";

type SubjectOf = dyn Fn(&ClientCertificate) -> Option<String> + Send + Sync;

/// Who callers are by their certificates; for [`AuthBuilder::client_certificate`](crate::config::AuthBuilder::client_certificate).
///
/// ```
/// use auth_runtime::Auth;
/// use auth_runtime::certificate::ClientCertificates;
///
/// // The tills of a shop, by the first DNS name of certificates that its own authority has issued.
/// let tills = ClientCertificates::subject_by(|certificate| {
///     let is_ours = certificate.issuer() == "CN=Till CA,O=Shop";
///     certificate.dns_names().next().filter(|_| is_ours).map(str::to_owned)
/// });
/// let auth = Auth::builder().dangerous_allow_unconfigured().client_certificate(tills).build();
/// assert!(auth.is_ok());
/// ```
#[must_use]
pub struct ClientCertificates {
    subject: Arc<SubjectOf>,
    authorities: Option<AuthorityLoader>,
}

debug_by_name!([] ClientCertificates as "ClientCertificates";);

impl ClientCertificates {
    /// The subject of the principal by a function: a name that stays, such as a DNS name or URI among the alternative names. `None`
    /// and an empty name refuse the certificate. The principal's issuer is the authority that has issued it.
    ///
    /// # Security
    /// Every certificate comes here whose authority the server or the proxy trusts. Where that is more than one authority, or one that
    /// issues certificates for other ends too, look at [`issuer`](ClientCertificate::issuer), and take names only from where that
    /// authority checks them.
    pub fn subject_by(subject: impl Fn(&ClientCertificate) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { subject: Arc::new(subject), authorities: None }
    }

    /// Roles and scopes of the caller, and whether its certificate still counts; see [`authorities`](crate::authorities). Without it callers
    /// have neither.
    pub fn authorities<Args>(mut self, load: impl IntoAuthorityLoader<Args>) -> Self {
        self.authorities = Some(load.into_loader());
        self
    }

    pub(crate) fn build(self, configuration: Option<Arc<str>>) -> ClientCertificateScheme {
        let Self { subject, authorities } = self;
        ClientCertificateScheme { configuration, subject, authorities }
    }
}

/// The scheme behind `#[requires(client_certificate)]`; configured by [`ClientCertificates`].
pub struct ClientCertificateScheme {
    configuration: Option<Arc<str>>,
    subject: Arc<SubjectOf>,
    authorities: Option<AuthorityLoader>,
}

debug_by_name!([] ClientCertificateScheme as "ClientCertificateScheme";);

#[diagnostic::do_not_recommend]
impl Scheme for ClientCertificateScheme {
    fn name(&self) -> &'static str {
        NAME
    }

    fn describe(&self) -> SchemeDescription {
        let description = SchemeDescription::new(Challenge::new("ClientCertificate"))
            .with_fixed_challenge()
            .header("Client-Cert")
            .set_by_proxies()
            .details::<ClientCertificate>()
            .loaded_by(self.authorities.clone());
        #[cfg(feature = "openapi")]
        let description = description.of_connection();
        description
    }

    /// A browser shows a certificate by itself, whatever site has caused the request.
    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        Credentials::Ambient(match context.certificate() {
            Shown::Nothing => return Credentials::Absent,
            Shown::Certificate(certificate) => Evidence::new(certificate.clone()),
            Shown::Unreadable => Evidence::unreadable(Rejection::credentials_wrong()),
        })
    }

    fn authenticate<'a>(&self, context: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        let Some(certificate) = evidence.into_value::<ClientCertificate>() else {
            return Authentication::refused(Rejection::credentials_wrong());
        };
        match context.now() {
            Ok(now) if certificate.counts_at(now) => {}
            Ok(_) => return Outcome::failed(Reason::CertificateOutOfTime).into(),
            Err(error) => return Outcome::failed(error).into(),
        }
        let Some(subject) = (self.subject)(&certificate).filter(|subject| !subject.is_empty()) else {
            return Authentication::refused(Rejection::credentials_wrong());
        };
        let principal = Principal::builder(NAME, subject)
            .configuration(self.configuration.clone())
            .issuer(certificate.issuer())
            .expires_at(certificate.not_after())
            .confirmation(Confirmation::CertificateThumbprint(certificate.thumbprint().into()))
            .credential_id(certificate.thumbprint())
            .details(certificate);
        Authentication::verified(principal.build())
    }
}

/// Refuses a token that is bound to another certificate than the caller's (RFC 8705 section 3).
pub(super) fn held_by_caller(judged: Authentication, context: &Context<'_>) -> Authentication {
    let shown = || match (context.certificate(), context.now()) {
        (Shown::Certificate(certificate), Ok(now)) if certificate.counts_at(now) => Some(certificate.clone()),
        _ => None,
    };
    match judged {
        Authentication::Ready(outcome) => held(outcome, shown).into(),
        Authentication::Pending(outcome) => {
            let shown = shown();
            Authentication::pending(async move { held(outcome.await, || shown) })
        }
    }
}

fn held(outcome: Outcome, shown: impl FnOnce() -> Option<ClientCertificate>) -> Outcome {
    let Outcome::Verified(principal) = &outcome else { return outcome };
    let Some(Confirmation::CertificateThumbprint(bound)) = principal.confirmation() else { return outcome };
    match shown() {
        Some(certificate) if certificate.thumbprint() == &**bound => outcome,
        _ => Outcome::failed(Reason::TokenBound),
    }
}
