//! Credentials by which a caller of the matrix calls.

use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};
use actix_web::test::TestRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::byte_serialize;

use crate::guard::ConfiguredScheme;
use crate::review::Caller;
use crate::scheme::{Carrier, CredentialForm};
use crate::testing::{TestIssuer, TestProof, TestRequestExt as _};

/// How the application makes credentials of one configuration.
pub(super) enum Maker {
    Text(Box<MakesText>),
    Request(Box<AddsToRequest>),
}

type MakesText = dyn Fn(&Caller) -> Option<String>;
type AddsToRequest = dyn Fn(&Caller, TestRequest) -> Option<TestRequest>;

/// What is asked for.
pub(super) struct Asked<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    /// As clients write it.
    pub(super) url: String,
    /// What a proof of a key must have.
    pub(super) nonce: Option<HeaderValue>,
}

/// All that makes credentials.
#[derive(Default)]
pub(super) struct Makers {
    pub(super) issuers: Vec<TestIssuer>,
    /// By the configuration, as policies write it.
    pub(super) own: Vec<(String, Maker)>,
}

impl Makers {
    /// Whether there is a way to make good credentials of this configuration, of a policy that has authorities loaded or not.
    pub(super) fn know(&self, scheme: &ConfiguredScheme, loads: bool) -> bool {
        self.own_of(scheme).is_some() || !loads && self.issuer_of(scheme).is_some()
    }

    fn own_of(&self, scheme: &ConfiguredScheme) -> Option<&Maker> {
        let name = scheme.name.to_string();
        // The last one counts.
        self.own.iter().rev().find(|(known, _)| *known == name).map(|(_, maker)| maker)
    }

    fn issuer_of(&self, scheme: &ConfiguredScheme) -> Option<&TestIssuer> {
        let forms = scheme.description.forms();
        self.issuers.iter().find(|issuer| forms.contains(&CredentialForm::JwtOf(issuer.name().into())))
    }

    /// The request with the caller's credentials; `None` where there are none such.
    pub(super) fn put(
        &self,
        caller: &Caller,
        scheme: &ConfiguredScheme,
        request: TestRequest,
        asked: &Asked<'_>,
    ) -> Option<TestRequest> {
        // A browser of our own pages, where one would send them by itself.
        let request = request.insert_header(("Sec-Fetch-Site", "same-origin"));
        let text = if !caller.is_authenticated() {
            self.refused(scheme)
        } else {
            match (self.own_of(scheme), self.issuer_of(scheme)) {
                (Some(Maker::Request(make)), _) => return make(caller, request),
                (Some(Maker::Text(make)), _) => make(caller)?,
                (None, Some(issuer)) if scheme.description.is_proven() => {
                    let key = issuer.client_key();
                    let token = issuer.token_for(caller).bound_to(&key).sign();
                    let proof = key.proof(asked.method.as_str(), &asked.url).token(&token);
                    let nonce = asked.nonce.as_ref().and_then(|nonce| nonce.to_str().ok());
                    let proof = nonce.into_iter().fold(proof, TestProof::nonce);
                    return Some(request.dpop(token, proof.sign()));
                }
                (None, Some(issuer)) => issuer.token_for(caller).sign(),
                (None, None) => return None,
            }
        };
        carried(scheme.description.carriers().first()?, &text, request, asked.path)
    }

    /// Credentials that the scheme refuses.
    fn refused(&self, scheme: &ConfiguredScheme) -> String {
        if let Some(issuer) = self.issuer_of(scheme) {
            return issuer.token().claim("jti", "test").wrong_key().sign();
        }
        if matches!(scheme.description.carriers(), [Carrier::Authorization(word), ..] if **word == *"basic") {
            return "nobody:refused".to_owned();
        }
        let prefix = scheme.description.forms().iter().find_map(|form| match form {
            CredentialForm::Prefix(prefix) => Some(&**prefix),
            _ => None,
        });
        // As long as most are.
        format!("{}{:0>32}", prefix.unwrap_or_default(), "")
    }
}

/// The text where the scheme looks for it.
fn carried(carrier: &Carrier, text: &str, request: TestRequest, path: &str) -> Option<TestRequest> {
    let field = |request: TestRequest, name: HeaderName, text: &str| {
        let mut value = HeaderValue::from_str(text).ok()?;
        value.set_sensitive(true);
        Some(request.insert_header((name, value)))
    };
    match carrier {
        Carrier::Authorization(word) => {
            let text = if &**word == "basic" { STANDARD.encode(text) } else { text.to_owned() };
            field(request, AUTHORIZATION, &format!("{word} {text}"))
        }
        Carrier::Header(name) => field(request, HeaderName::from_bytes(name.as_bytes()).ok()?, text),
        Carrier::Cookie(name) => field(request, COOKIE, &format!("{name}={text}")),
        Carrier::Query(name) => {
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            Some(request.uri(&format!("{path}?{}={}", encoded(name), encoded(text))))
        }
    }
}
