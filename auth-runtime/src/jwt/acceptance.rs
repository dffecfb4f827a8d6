//! What a token must say to be accepted, whoever vouches for it: a signature, or the answer of its issuer.

#[cfg(feature = "jwks")]
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::denial::Reason;
use crate::json::{Json, Object};
use crate::jwt::claims::{self, Audience, Times};
use crate::jwt::error::JwtError;
use crate::jwt::grants::{self, ClaimPaths, Grantable, Organisation, RolesForm};
use crate::jwt::presentation::Presentation;
use crate::principal::{Principal, SUBJECT_CLAIM, Subject, TokenHolder};
use crate::revocation::{Consulted, Revocable};
use crate::time::{LEEWAY_MAX, UnixTime};

/// Name of the scheme `bearer` in principals, logs and metrics.
pub(crate) const SCHEME: &str = "bearer";
/// The longest token that is looked at: 16 KiB.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Whose tokens: what is demanded of one issuer, and what it may grant.
#[derive(Clone, Debug, Default)]
pub(crate) struct IssuerTerms {
    /// `None` stands for whatever `iss` no other entry names.
    pub(crate) name: Option<Arc<str>>,
    /// `None` is what the configuration demands of its first.
    pub(crate) audience: Option<Audience>,
    /// The clients whose tokens count, where a token names its own; `None` is what the configuration demands of its first.
    pub(crate) authorized_parties: Option<Vec<Box<str>>>,
    pub(crate) grantable_roles: Grantable,
    pub(crate) grantable_scopes: Grantable,
}

impl IssuerTerms {
    pub(crate) fn named(name: impl Into<Box<str>>) -> Self {
        Self { name: Some(name.into().into()), ..Self::default() }
    }

    pub(crate) fn add_audience(&mut self, audience: Box<str>) {
        match &mut self.audience {
            Some(Audience::AnyOf(audiences)) => audiences.push(audience),
            other => *other = Some(Audience::AnyOf(vec![audience])),
        }
    }

    pub(crate) fn add_client(&mut self, client: Box<str>) {
        match &mut self.audience {
            Some(Audience::Client(clients)) => clients.push(client),
            other => *other = Some(Audience::Client(vec![client])),
        }
    }

    pub(crate) fn add_authorized_parties(&mut self, clients: impl IntoIterator<Item = impl Into<Box<str>>>) {
        self.authorized_parties.get_or_insert_default().extend(clients.into_iter().map(Into::into));
    }

    pub(crate) fn add_grantable_roles(&mut self, roles: impl IntoIterator<Item = impl Into<Box<str>>>) {
        self.grantable_roles.get_or_insert_with(BTreeSet::new).extend(roles.into_iter().map(Into::into));
    }

    pub(crate) fn add_grantable_scopes(&mut self, scopes: impl IntoIterator<Item = impl Into<Box<str>>>) {
        self.grantable_scopes.get_or_insert_with(BTreeSet::new).extend(scopes.into_iter().map(Into::into));
    }

    pub(crate) fn check_audience(&self, claims: &Object<'_>) -> Result<(), Reason> {
        // Said by the configuration at least, or it would not compile.
        self.audience.as_ref().ok_or(Reason::AudienceWrong)?.check(claims)?;
        self.authorized_parties.as_ref().map_or(Ok(()), |ours| claims::check_party(ours, claims))
    }

    /// What is wrong with it: the option and the remedy.
    pub(crate) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let names = match &self.audience {
            Some(Audience::AnyOf(names) | Audience::Client(names)) => names.as_slice(),
            Some(Audience::Any) | None => &[],
        };
        if self.name.as_deref() == Some("") {
            return Some(("issuer", "the name is empty; give the exact `iss` of the tokens"));
        }
        if self
            .authorized_parties
            .as_ref()
            .is_some_and(|clients| clients.is_empty() || clients.iter().any(|c| c.is_empty()))
        {
            return Some((
                "authorized_parties",
                "the list, or a name in it, is empty; give what the tokens have in `azp`",
            ));
        }
        names
            .iter()
            .any(|name| name.is_empty())
            .then_some(("audience", "the value is empty; give what the tokens have in `aud`"))
    }
}

/// What a configuration demands of tokens, as a user says it.
#[derive(Clone, Debug)]
pub(crate) struct AcceptanceSettings {
    /// The first issuer, or the only one.
    pub(crate) issuer: IssuerTerms,
    pub(crate) leeway: Duration,
    pub(crate) max_token_bytes: usize,
    /// The first that is there counts; `sub` where none was said.
    pub(crate) subject_claims: Vec<Box<str>>,
    pub(crate) scopes_claims: ClaimPaths,
    pub(crate) roles_claims: ClaimPaths,
    pub(crate) roles_form: RolesForm,
    pub(crate) revocations: Option<Consulted>,
}

impl Default for AcceptanceSettings {
    fn default() -> Self {
        Self {
            issuer: IssuerTerms::default(),
            leeway: Duration::from_secs(60),
            max_token_bytes: MAX_TOKEN_BYTES,
            subject_claims: Vec::new(),
            scopes_claims: ClaimPaths::default(),
            roles_claims: ClaimPaths::default(),
            roles_form: RolesForm::default(),
            revocations: None,
        }
    }
}

impl AcceptanceSettings {
    /// Checks everything, the issuer's terms included.
    pub(crate) fn build(self, presented: Presentation) -> Result<(Acceptance, IssuerTerms), JwtError> {
        let checks = [
            (self.leeway > LEEWAY_MAX, "leeway", "more than an hour; correct the clocks and use seconds"),
            (self.max_token_bytes == 0, "max_token_bytes", "no token has 0 bytes; give a limit such as 16384"),
            (
                self.subject_claims.iter().any(|name| name.is_empty()),
                "subject_claim",
                "the name is empty; give the claim that identifies the caller",
            ),
            (self.roles_claims.is_faulty(), "roles_claim", "the path is empty; name the claim that holds the roles"),
            (self.scopes_claims.is_faulty(), "scopes_claim", "the path is empty; name the claim that holds the scopes"),
            (
                matches!(&self.roles_form.from_keys, Some(Organisation::This(id)) if id.is_empty()),
                "roles_from_keys",
                "the organisation is empty; give its id as the tokens write it",
            ),
        ];
        let wrong = checks.into_iter().find(|(wrong, ..)| *wrong).map(|(_, option, fault)| (option, fault));
        if let Some((option, fault)) = self.issuer.fault().or(wrong) {
            return Err(JwtError::OptionInvalid { option, fault });
        }
        let acceptance = Acceptance {
            presented,
            leeway: UnixTime::try_from(self.leeway.as_secs()).unwrap_or(0),
            max_token_bytes: self.max_token_bytes,
            subject_claims: subject_claims(self.subject_claims),
            scopes_claims: self.scopes_claims,
            roles_claims: self.roles_claims,
            roles_form: self.roles_form,
            revocations: self.revocations,
        };
        Ok((acceptance, self.issuer))
    }
}

/// What a configuration demands of tokens, checked.
#[derive(Debug)]
pub(crate) struct Acceptance {
    presented: Presentation,
    leeway: UnixTime,
    max_token_bytes: usize,
    subject_claims: Vec<SubjectClaim>,
    scopes_claims: ClaimPaths,
    roles_claims: ClaimPaths,
    roles_form: RolesForm,
    revocations: Option<Consulted>,
}

/// A claim that may name the subject, as principals have it: `None` is `sub`.
type SubjectClaim = Option<Arc<str>>;

fn subject_claims(said: Vec<Box<str>>) -> Vec<SubjectClaim> {
    let names = said.into_iter().map(|name| Some(Arc::from(name)).filter(|name: &Arc<str>| **name != *SUBJECT_CLAIM));
    let names: Vec<_> = names.collect();
    if names.is_empty() { vec![None] } else { names }
}

/// What the issuer of a token says of it.
#[cfg(feature = "introspection")]
pub(crate) struct Vouched {
    pub(crate) principal: TokenHolder,
    pub(crate) times: Times,
    pub(crate) revocable: Option<Arc<Revocable>>,
}

impl Acceptance {
    /// How far the issuer's clock may be off, in seconds.
    pub(crate) fn leeway(&self) -> UnixTime {
        self.leeway
    }

    /// The longest token that is looked at, in bytes.
    pub(crate) fn max_token_bytes(&self) -> usize {
        self.max_token_bytes
    }

    /// Whether a verified token has been revoked: asked with each request, remembered or not.
    pub(crate) fn unrevoked(
        &self,
        principal: &Principal,
        revocable: Option<&Arc<Revocable>>,
        times: &Times,
        now: UnixTime,
    ) -> Result<(), Reason> {
        match (&self.revocations, revocable) {
            (None, _) => Ok(()),
            (Some(store), Some(revocable)) => store.check(principal, revocable, times.expires_at, now),
            (Some(_), None) => Err(Reason::ClaimsInvalid),
        }
    }

    /// By what a token can be revoked, where that matters: then it must have a `jti`.
    pub(crate) fn revocable(&self, claims: &Object<'_>, times: &Times) -> Result<Option<Arc<Revocable>>, Reason> {
        if self.revocations.is_none() {
            return Ok(None);
        }
        let token_id = claims::string(claims, "jti")?.filter(|id| !id.is_empty()).ok_or(Reason::ClaimsInvalid)?;
        Ok(Some(Arc::new(Revocable {
            token_id: token_id.into(),
            session: claims::string(claims, "sid")?.map(Into::into),
            issued_at: times.issued_at,
        })))
    }

    /// Accepts claims that their issuer vouches for by itself, in answer to our question: there is no signature to check,
    /// and `exp` may be missing (RFC 7662 section 2.2).
    #[cfg(feature = "introspection")]
    pub(crate) fn vouched(&self, issuer: &IssuerTerms, claims: &Object<'_>, now: UnixTime) -> Result<Vouched, Reason> {
        let name = claims::string(claims, "iss")?;
        if issuer.name.is_some() && issuer.name.as_deref() != name.as_deref() {
            return Err(Reason::IssuerWrong);
        }
        let times = Times::read_open(claims)?;
        times.check(now, self.leeway)?;
        let expires_at = claims.contains("exp").then_some(times.expires_at);
        let principal = self.accept(issuer, claims, expires_at)?;
        Ok(Vouched { principal, times, revocable: self.revocable(claims, &times)? })
    }

    /// The holder of a token whose signature and times are good.
    pub(crate) fn accept(
        &self,
        issuer: &IssuerTerms,
        claims: &Object<'_>,
        expires_at: Option<UnixTime>,
    ) -> Result<TokenHolder, Reason> {
        issuer.check_audience(claims)?;
        claims::string(claims, "jti")?;
        let confirmation = self.presented.confirmation(claims)?;
        let (subject, subject_claim) = self.subject(claims)?;
        Ok(TokenHolder {
            scheme: self.presented.scheme,
            configuration: self.presented.configuration.clone(),
            issuer: match &issuer.name {
                Some(name) => Some(Arc::clone(name)),
                None => claims::string(claims, "iss")?.map(Arc::from),
            },
            subject,
            subject_claim,
            scopes: grants::scopes(claims, &self.scopes_claims, &issuer.grantable_scopes),
            roles: grants::roles(claims, &self.roles_claims, &self.roles_form, &issuer.grantable_roles),
            expires_at,
            confirmation,
        })
    }

    /// Whom claims name that nobody has vouched for.
    #[cfg(feature = "jwks")]
    pub(crate) fn claimed_subject<'a>(&self, claims: &Object<'a>) -> Option<Cow<'a, str>> {
        self.subject_claim(claims)?.0.as_str()
    }

    fn subject_claim<'a>(&self, claims: &Object<'a>) -> Option<(Json<'a>, &SubjectClaim)> {
        self.subject_claims.iter().find_map(|claim| {
            let value = claims.get(claim.as_deref().unwrap_or(SUBJECT_CLAIM)).filter(|value| !value.is_null())?;
            Some((value, claim))
        })
    }

    /// The subject, and the claim it is in: the first that is there, and it must be good.
    fn subject(&self, claims: &Object<'_>) -> Result<(Subject, SubjectClaim), Reason> {
        let (value, claim) = self.subject_claim(claims).ok_or(Reason::ClaimsInvalid)?;
        let subject = match value.plain_range() {
            Some(place) if !place.is_empty() => Some(Subject::Place(place)),
            _ => value.as_str().filter(|subject| !subject.is_empty()).map(|subject| Subject::Own(subject.into())),
        };
        Ok((subject.ok_or(Reason::ClaimsInvalid)?, claim.clone()))
    }
}
