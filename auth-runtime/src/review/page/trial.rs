//! What each route would say of the caller that is asked about.

use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, Uri};

use super::asked::{Asked, Description, Unasked, Whom};
use crate::auth::Auth;
use crate::denial::Reason;
use crate::guard::findings::Findings;
use crate::guard::rehearse::{Judgement, Rehearsal, Verdict};
use crate::http::parts::RequestParts;
use crate::policy::SchemeName;
use crate::principal::Principal;
use crate::review::PolicyRow;
use crate::scheme::Carrier;
use crate::time::UnixTime;

/// A caller that is asked about.
pub(super) enum Trial {
    /// Who sends no credentials.
    Nobody,
    Described(SchemeName, Principal),
    Bearer(BearerTrial),
}

/// The bearer of a token.
pub(super) struct BearerTrial {
    request: RequestParts,
    /// What each configuration says that takes tokens from this place.
    pub(super) judged: Vec<(SchemeName, Judgement)>,
    pub(super) now: Option<UnixTime>,
}

/// What one route says.
pub(super) struct RouteVerdict {
    /// `None` where the policy cannot be enforced.
    pub(super) verdict: Option<Verdict>,
    /// What a caller that is refused would see.
    pub(super) status: Option<StatusCode>,
    pub(super) findings: Findings,
}

/// The places in a request from which configurations take tokens that can be judged here.
pub(super) fn places(auth: &Auth) -> Vec<Carrier> {
    let judging = auth.configured().filter(|configured| configured.description.examiner().is_some());
    let mut places: Vec<_> = judging.flat_map(|configured| configured.description.carriers()).cloned().collect();
    places.sort();
    places.dedup();
    places
}

/// Every configuration, as policies name it.
pub(super) fn schemes(auth: &Auth) -> Vec<SchemeName> {
    let mut names: Vec<_> = auth.configured().map(|configured| configured.name.clone()).collect();
    names.sort();
    names
}

impl Trial {
    /// `None` where nobody is asked about.
    pub(super) fn of(auth: &Auth, asked: &Asked) -> Result<Option<Self>, Unasked> {
        match &asked.whom {
            Whom::Nobody => Ok(None),
            Whom::Described(described) => Self::of_described(auth, described).map(Some),
            Whom::Bearer(token, place) => {
                let place = places(auth).into_iter().nth(*place).ok_or(Unasked::FormUnknown)?;
                BearerTrial::new(auth, token.expose(), &place).map(Self::Bearer).map(Some)
            }
        }
    }

    fn of_described(auth: &Auth, described: &Description) -> Result<Self, Unasked> {
        if described.scheme.is_empty() {
            return Ok(Self::Nobody);
        }
        let is_meant = |name: &SchemeName| name.to_string() == described.scheme;
        let known = auth.configured().find(|configured| is_meant(&configured.name)).ok_or(Unasked::SchemeUnknown)?;
        let mut principal = Principal::builder(known.scheme.name(), "described")
            .configuration(known.name.configuration.as_deref().map(Arc::from));
        if let Some(scopes) = described.scopes() {
            principal = principal.scopes(scopes);
        }
        if let Some(roles) = described.roles() {
            principal = principal.roles(roles);
        }
        if let Some(claims) = described.claims()? {
            principal = principal.claims(claims);
        }
        Ok(Self::Described(known.name.clone(), principal.build()))
    }

    /// What the route of this row says.
    pub(super) fn at(&self, auth: &Auth, row: &PolicyRow) -> RouteVerdict {
        let Some(policy) = row.policy else {
            return RouteVerdict { verdict: Some(Verdict::Open), status: None, findings: Findings::default() };
        };
        let Some(plan) = auth.plan(policy) else {
            let status = Some(StatusCode::INTERNAL_SERVER_ERROR);
            return RouteVerdict { verdict: None, status, findings: Findings::default() };
        };
        let Rehearsal { verdict, findings } = match self {
            Self::Nobody => plan.rehearse_nobody(),
            Self::Described(scheme, principal) => plan.rehearse_as(scheme, principal),
            Self::Bearer(bearer) => plan.rehearse(&bearer.request, |scheme| bearer.judged_by(scheme)),
        };
        let status = match verdict {
            Verdict::Refused(reason) => Some(plan.shown_status(reason)),
            _ => None,
        };
        RouteVerdict { verdict: Some(verdict), status, findings }
    }
}

impl BearerTrial {
    fn new(auth: &Auth, token: &[u8], place: &Carrier) -> Result<Self, Unasked> {
        let request = request(token, place).ok_or(Unasked::TokenUnreadable)?;
        let now = auth.settings().clock.now();
        let judged = auth.configured().filter(|configured| configured.description.carriers().contains(place));
        let judged = judged.filter_map(|configured| {
            let examiner = configured.description.examiner()?;
            let judged = match now {
                Ok(now) => examiner.examine(token, now),
                Err(_) => Some(Err(Reason::ClockUnreadable)),
            };
            Some((configured.name.clone(), judged))
        });
        let mut judged: Vec<_> = judged.collect();
        judged.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(Self { request, judged, now: now.ok() })
    }

    fn judged_by(&self, scheme: &SchemeName) -> Option<&Judgement> {
        self.judged.iter().find(|(name, _)| name == scheme).map(|(_, judged)| judged)
    }
}

/// A request with this token in this place.
fn request(token: &[u8], place: &Carrier) -> Option<RequestParts> {
    let token = str::from_utf8(token).ok()?;
    let (mut headers, mut target) = (HeaderMap::new(), Uri::from_static("/"));
    let mut field = |name: HeaderName, value: String| {
        let value = HeaderValue::try_from(value).ok()?;
        headers.insert(name, value);
        Some(())
    };
    match place {
        Carrier::Authorization(word) => field(AUTHORIZATION, format!("{word} {token}"))?,
        Carrier::Header(name) => field(HeaderName::try_from(&**name).ok()?, token.to_owned())?,
        Carrier::Cookie(name) => field(COOKIE, format!("{name}={token}"))?,
        Carrier::Query(name) => target = format!("/?{name}={token}").parse().ok()?,
    }
    Some(RequestParts::new(Method::GET, target, headers))
}
