//! The tokens that a configuration accepts, by whatever scheme they are presented.

use std::sync::Arc;

use crate::denial::{Reason, Rejection};
use crate::jwt::opaque::OpaqueTokens;
use crate::jwt::presentation::Presentation;
use crate::jwt::settings::{JwtSettings, TokenSettings};
use crate::jwt::{JwtError, TokenExaminer, Verifier};
use crate::keys::compact::Compact;
use crate::principal::{Forgetful, Principal};
use crate::revocation::{Consulted, Revocable};
use crate::scheme::{
    Authentication, Context, CredentialForm, Outcome, Recheck, Recognition, SchemeDescription, TokenCarrier,
};
use crate::setting::Setting;
use crate::time::UnixTime;

/// JWTs, and opaque tokens that somebody else judges.
#[derive(Debug)]
pub(crate) struct AcceptedTokens {
    /// Of JWTs. `None` where somebody else judges every token.
    verifier: Option<Arc<Verifier>>,
    /// Who is asked about tokens that are not verified here.
    opaque: Option<Arc<dyn OpaqueTokens>>,
    /// What any of them consults.
    revocations: Box<[Consulted]>,
    reviewed: Vec<Setting>,
}

impl TokenSettings {
    /// Checks all that is said of tokens.
    pub(crate) fn accepted(self, presented: Presentation) -> Result<AcceptedTokens, JwtError> {
        let mut reviewed: Vec<_> =
            self.jwt.iter().flat_map(JwtSettings::reviewed).chain(self.carriers.reviewed()).collect();
        reviewed.extend(self.opaque.iter().flat_map(|opaque| opaque.reviewed()));
        let consulted = self.revocations().cloned().collect();
        let revocations = self.jwt.as_ref().and_then(|jwt| jwt.acceptance.revocations.as_ref());
        let opaque = self.opaque.map(|opaque| opaque.build(presented.clone(), revocations)).transpose()?;
        Ok(AcceptedTokens {
            verifier: self.jwt.map(|jwt| jwt.verifier(presented).map(Arc::new)).transpose()?,
            opaque: opaque.map(Arc::from),
            revocations: consulted,
            reviewed,
        })
    }
}

impl AcceptedTokens {
    /// Says which tokens these are.
    pub(crate) fn describe(&self, description: SchemeDescription) -> SchemeDescription {
        let mut description = description
            .examined_by(Arc::new(TokenExaminer { verifier: self.verifier.clone(), opaque: self.opaque.clone() }))
            .told(self.reviewed.iter().cloned());
        #[cfg(feature = "outgoing")]
        {
            description = description.with_tokens();
        }
        if let Some(verifier) = &self.verifier {
            description = verifier.issuer_names().fold(description, SchemeDescription::issuer);
            #[cfg(all(feature = "jwks", feature = "openapi"))]
            {
                description = verifier.discovered_issuers().fold(description, SchemeDescription::discovered);
            }
        }
        if let Some(opaque) = &self.opaque {
            description =
                opaque.describe(opaque.issuer_name().into_iter().fold(description, SchemeDescription::issuer));
            let prefixes = opaque.prefixes();
            description =
                prefixes.iter().cloned().map(CredentialForm::Prefix).fold(description, SchemeDescription::form);
            if prefixes.is_empty() {
                description = description.form(CredentialForm::Opaque);
            }
        }
        let Some(verifier) = &self.verifier else { return description };
        for issuer in verifier.issuer_names() {
            description = description.form(CredentialForm::JwtOf(issuer.into()));
        }
        if verifier.takes_any_issuer() { description.form(CredentialForm::AnyJwt) } else { description }
    }

    /// Whether the holder of a token that was good before still counts.
    pub(crate) fn recheck(&self, principal: &Principal, now: UnixTime) -> Recheck {
        if self.revocations.is_empty() {
            return Recheck::UntilExpiry;
        }
        let revocable = Revocable::of_claims(principal);
        let expires_at = principal.expires_at().unwrap_or(UnixTime::MAX);
        let counts = |store: &Consulted| store.check(principal, &revocable, expires_at, now).is_ok();
        Recheck::of(self.revocations.iter().all(counts))
    }

    /// Whether the unverified `iss` names an issuer of this configuration, or the token is opaque and it asks about such.
    pub(crate) fn recognizes<'a>(&self, context: &Context<'a>, token: &'a [u8]) -> Recognition {
        if let Some(verifier) = &self.verifier {
            if let Some(recognition) = verifier.remembers(token) {
                return recognition;
            }
            if verifier.check_length(token).is_err() {
                return Recognition::No;
            }
        }
        context.with_compact(token, |compact| {
            if self.takes_opaque(compact) {
                return self.recognizes_opaque(token, compact);
            }
            self.verifier
                .as_ref()
                .zip(compact)
                .map_or(Recognition::No, |(verifier, compact)| verifier.recognizes(compact))
        })
    }

    /// Judges a token that was there.
    pub(crate) fn judge<'a>(&self, context: &Context<'a>, carrier: TokenCarrier, token: &'a [u8]) -> Authentication {
        let now = match context.now() {
            Ok(now) => now,
            Err(error) => return Outcome::failed(error).into(),
        };
        // A token that is known is well-formed.
        if let Some((verifier, known)) = self.verifier.as_ref().and_then(|by| Some((by, by.recall(token, now)?))) {
            return match known {
                Ok(principal) => Authentication::verified(principal),
                Err(reason) => Outcome::failed(reason).once_good(verifier.mark(token)).into(),
            };
        }
        let compact = context.take_compact(token);
        if let Some(opaque) = self.opaque.as_ref().filter(|_| self.takes_opaque(compact.as_ref())) {
            return match carrier {
                _ if is_token68(token) => opaque.judge(token, now, context),
                // What is sent on must be no more than a token.
                TokenCarrier::Header | TokenCarrier::Query | TokenCarrier::Field => {
                    Authentication::refused(Rejection::credentials_malformed())
                }
                TokenCarrier::Cookie => Outcome::failed(Reason::TokenNotJwt).into(),
            };
        }
        let Some(verifier) = &self.verifier else { return Outcome::failed(Reason::TokenNotJwt).into() };
        let mut compact = match verifier.check_length(token).and_then(|()| compact.ok_or(Reason::TokenNotJwt)) {
            Ok(compact) => compact,
            Err(reason) => return refused(carrier, token, reason),
        };
        match verifier.verify(&mut compact, now) {
            Ok(principal) => {
                #[cfg(feature = "jwks")]
                verifier.succeeded(&principal, || context.address_share());
                Authentication::verified(principal)
            }
            #[cfg(feature = "jwks")]
            Err(Reason::SignatureInvalid) => {
                verifier.doubt(&compact, context.address_share(), now);
                Outcome::failed(Reason::SignatureInvalid).into()
            }
            #[cfg(feature = "jwks")]
            Err(refusal @ (Reason::KeyUnknown | Reason::IssuerWrong | Reason::KeysUnavailable)) => {
                let address = context.address_share();
                match verifier.look_up(&compact, verifier.claimant(&compact, address), now, refusal) {
                    Err(reason) => Outcome::failed(reason).into(),
                    Ok(look_up) => {
                        let (verifier, clock) = (Arc::clone(verifier), Arc::clone(context.clock()));
                        let compact = compact.into_owned();
                        Authentication::pending(async move {
                            let verified = verifier.verify_once_found(compact, look_up, &*clock, address).await;
                            verified.map_or_else(Outcome::failed, Outcome::Verified)
                        })
                    }
                }
            }
            // The signature comes before the times.
            Err(reason @ Reason::TokenExpired) => {
                Outcome::failed(reason).once_good(verifier.mark_of_expected(&compact)).into()
            }
            Err(reason) => refused(carrier, token, reason),
        }
    }

    /// Whether the keys of every issuer were fetched and are not too old.
    #[cfg(feature = "jwks")]
    pub(crate) fn is_ready(&self) -> bool {
        self.verifier.as_ref().is_none_or(|verifier| verifier.is_ready())
    }

    /// What remembers callers.
    pub(crate) fn forgetful(&self) -> Option<Arc<dyn Forgetful>> {
        self.opaque.as_ref()?.forgetful()
    }

    /// Whether somebody else is asked about a token.
    fn takes_opaque(&self, compact: Option<&Compact<'_>>) -> bool {
        self.opaque.as_ref().is_some_and(|opaque| opaque.takes(compact))
    }

    /// By the prefix, where there is one. A configuration that asks about every token leaves JWTs to those that know their
    /// issuer.
    fn recognizes_opaque(&self, token: &[u8], compact: Option<&Compact<'_>>) -> Recognition {
        let prefixes = self.opaque.as_ref().map_or(&[][..], |opaque| opaque.prefixes());
        if !prefixes.is_empty() {
            let is_ours = prefixes.iter().any(|prefix| token.starts_with(prefix.as_bytes()));
            return if is_ours { Recognition::Mine } else { Recognition::No };
        }
        if compact.is_some_and(Compact::is_jwt) { Recognition::No } else { Recognition::Perhaps }
    }
}

/// What is not a JWT may also be no token at all, which is the request's fault and not the token's. Looked at last: every JWT
/// is made of such characters.
fn refused(carrier: TokenCarrier, token: &[u8], reason: Reason) -> Authentication {
    match reason {
        Reason::TokenNotJwt | Reason::TokenTooLong if carrier != TokenCarrier::Cookie && !is_token68(token) => {
            Authentication::refused(Rejection::credentials_malformed())
        }
        reason => Outcome::failed(reason).into(),
    }
}

/// `b64token` of RFC 6750 section 2.1.
fn is_token68(token: &[u8]) -> bool {
    let is_symbol = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    let symbols = token.iter().take_while(|byte| is_symbol(byte)).count();
    symbols > 0 && token.iter().skip(symbols).all(|&byte| byte == b'=')
}
