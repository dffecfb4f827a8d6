//! Which credentials decide: the choice among the schemes of a policy, made once and before any I/O.

use crate::guard::Plan;
use crate::guard::observation::NO_SCHEME;
use crate::guard::plan::AlternativePlace;
use crate::scheme::{Context, Credentials, Evidence, Recognition};
use crate::telemetry::limited;

/// The credentials that decide, and the alternative that they are for.
pub(crate) struct Choice<'a> {
    pub(crate) alternative: AlternativePlace,
    pub(crate) is_ambient: bool,
    pub(crate) evidence: Evidence<'a>,
    /// Whether one alternative could be told. Where several claim one place and none can, the request is refused: what is
    /// there must not pass for nothing, and nobody may try it on one after the other.
    pub(crate) is_decided: bool,
}

impl Plan {
    /// The credentials that decide: explicit ones before ambient ones, then in written order; among alternatives that claim
    /// the same place, by form. Each scheme looks once.
    pub(crate) fn choose<'a>(&self, context: &Context<'a>) -> Option<Choice<'a>> {
        let mut ambient = None;
        let mut ambient_rivals = Vec::new();
        for (place, alternative) in self.places() {
            match (alternative.scheme.find(context), &ambient) {
                (Credentials::Explicit(evidence), _) => {
                    let rivals =
                        alternative.rivals.iter().filter(|rival| **rival > place).filter_map(|rival| {
                            match self.alternative(*rival)?.scheme.find(context) {
                                Credentials::Explicit(evidence) => Some((*rival, evidence)),
                                Credentials::Ambient(_) | Credentials::Absent => None,
                            }
                        });
                    return Some(self.among(context, (place, evidence), rivals, false));
                }
                (Credentials::Ambient(evidence), None) => ambient = Some((place, evidence)),
                (Credentials::Ambient(evidence), Some((first, _))) if alternative.rivals.contains(first) => {
                    ambient_rivals.push((place, evidence));
                }
                (Credentials::Ambient(_) | Credentials::Absent, _) => {}
            }
        }
        ambient.map(|first| self.among(context, first, ambient_rivals, true))
    }

    /// The choice between the first alternative that found something and those whose credentials are in the same place.
    fn among<'a>(
        &self,
        context: &Context<'a>,
        (first, evidence): (AlternativePlace, Evidence<'a>),
        rivals: impl IntoIterator<Item = (AlternativePlace, Evidence<'a>)>,
        is_ambient: bool,
    ) -> Choice<'a> {
        let chosen = |alternative, evidence| Choice { alternative, is_ambient, evidence, is_decided: true };
        if evidence.is_unreadable() {
            return chosen(first, evidence);
        }
        let recognized = |place, evidence: &Evidence<'a>| match self.alternative(place) {
            Some(alternative) => alternative.scheme.recognizes(context, evidence),
            None => Recognition::No,
        };
        let mut claims: Option<Claims<'_>> = None;
        for (place, found) in rivals {
            let claims = claims.get_or_insert_with(|| {
                let mut claims = Claims::default();
                claims.of(recognized(first, &evidence)).add(first, None);
                claims
            });
            if !found.is_unreadable() {
                claims.of(recognized(place, &found)).add(place, Some(found));
            }
        }
        let Some(Claims { mine, perhaps, .. }) = claims else { return chosen(first, evidence) };
        if let (Some((one, _)), Some(other)) = (&mine.one, mine.other) {
            self.disputed(*one, other);
        }
        // The only one that is sure, or where none is, the only one that may be meant.
        match if mine.one.is_some() { mine } else { perhaps } {
            Claim { one: Some((place, found)), other: None } => chosen(place, found.unwrap_or(evidence)),
            _ => Choice { is_decided: false, ..chosen(first, evidence) },
        }
    }

    fn disputed(&self, one: AlternativePlace, other: AlternativePlace) {
        let name = |place| self.alternative(place).map_or(NO_SCHEME, |alternative| alternative.scheme.name());
        let schemes = format!("{}, {}", name(one), name(other));
        limited!(
            error,
            policy = self.spec.handler,
            schemes,
            "two schemes call the same credentials theirs; refused: let each recognize only its own"
        );
    }
}

/// Who claims the credentials that several found in one place.
#[derive(Default)]
struct Claims<'a> {
    mine: Claim<'a>,
    perhaps: Claim<'a>,
    /// Of those who do not.
    no: Claim<'a>,
}

impl<'a> Claims<'a> {
    fn of(&mut self, recognition: Recognition) -> &mut Claim<'a> {
        match recognition {
            Recognition::Mine => &mut self.mine,
            Recognition::Perhaps => &mut self.perhaps,
            Recognition::No => &mut self.no,
        }
    }
}

/// The first two that claim them alike.
#[derive(Default)]
struct Claim<'a> {
    /// With what it found, unless that is what was found before all others.
    one: Option<(AlternativePlace, Option<Evidence<'a>>)>,
    other: Option<AlternativePlace>,
}

impl<'a> Claim<'a> {
    fn add(&mut self, place: AlternativePlace, found: Option<Evidence<'a>>) {
        match self.one {
            None => self.one = Some((place, found)),
            Some(_) => self.other = self.other.or(Some(place)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use actix_web::HttpRequest;
    use actix_web::test::TestRequest;

    use super::*;
    use crate::guard::{Audience, ConfiguredScheme, LeftInRequests, Settings};
    use crate::http::forwarded::Proxies;
    use crate::http::origin::OriginPolicy;
    use crate::jwt::{IntoSettings as _, Jwt};
    use crate::keys::compact::counter::{DECODED, SCANNED};
    use crate::policy::{Hierarchies, PolicySpec, Presence, SchemeName, SchemeUse};
    use crate::scheme::{Authentication, BearerScheme, Challenge, CredentialForm, Outcome, Scheme, SchemeDescription};
    use crate::time::SystemClock;

    /// Room for as many alternatives as a test has.
    static SPEC: PolicySpec = PolicySpec::new("test", file!(), line!())
        .accepting(Presence::Required, &[SchemeUse::new::<BearerScheme>("bearer"); 64]);

    fn plan(schemes: impl IntoIterator<Item = Arc<dyn Scheme>>) -> Plan {
        let settings = Settings {
            clock: Arc::new(SystemClock),
            deadline: Duration::from_secs(5),
            hierarchies: Hierarchies::default(),
            body: None,
            origins: OriginPolicy::default(),
            proxies: Proxies::default(),
            #[cfg(feature = "certificates")]
            certificate_proxies: Default::default(),
            limiter: crate::limits::Limiter::default(),
            attempts: Arc::default(),
            metadata_url: None,
            audience: Audience::default(),
            left: LeftInRequests::default(),
        };
        let named = || SchemeName { keyword: "prefixed".into(), configuration: None };
        let configured = |scheme| Arc::new(ConfiguredScheme::new(TypeId::of::<()>(), named(), scheme));
        let schemes = schemes.into_iter().map(configured).collect();
        Plan::new(&SPEC, schemes, "test", Arc::new(settings))
    }

    /// Opaque tokens in one header, told apart by their first letters.
    struct Prefixed(&'static str, Recognition);

    impl Scheme for Prefixed {
        fn name(&self) -> &'static str {
            "prefixed"
        }

        fn describe(&self) -> SchemeDescription {
            let form = CredentialForm::Prefix(self.0.into());
            SchemeDescription::new(Challenge::new("Prefixed")).header("x-token").form(form)
        }

        fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
            match context.headers().get("x-token") {
                Some(token) => Credentials::Explicit(Evidence::new(token.as_bytes().to_vec())),
                None => Credentials::Absent,
            }
        }

        fn recognizes<'a>(&self, _: &Context<'a>, evidence: &Evidence<'a>) -> Recognition {
            match evidence.get::<Vec<u8>>().unwrap().starts_with(self.0.as_bytes()) {
                true => self.1,
                false => Recognition::No,
            }
        }

        fn authenticate<'a>(&self, _: &Context<'a>, _: Evidence<'a>) -> Authentication {
            unreachable!("nothing is verified here")
        }
    }

    fn chosen(schemes: &[(&'static str, Recognition)], token: &str) -> Option<(usize, bool)> {
        let schemes = schemes.iter().map(|&(prefix, how)| Arc::new(Prefixed(prefix, how)) as Arc<dyn Scheme>);
        let (plan, request) =
            (plan(schemes), TestRequest::default().insert_header(("x-token", token)).to_http_request());
        plan.choose(&plan.context(&request)).map(|choice| (choice.alternative.0, choice.is_decided))
    }

    #[test]
    fn form_decides_among_those_that_claim_one_place() {
        use Recognition::{Mine, Perhaps};
        let three = [("a_", Mine), ("b_", Mine), ("", Perhaps)];
        assert_eq!(chosen(&three, "a_1"), Some((0, true)));
        assert_eq!(chosen(&three, "b_1"), Some((1, true)));
        assert_eq!(chosen(&three, "c_1"), Some((2, true)), "the only one that may be meant");
    }

    #[test]
    fn what_is_there_and_nobodys_or_two_peoples_is_refused() {
        use Recognition::{Mine, Perhaps};
        assert_eq!(chosen(&[("a_", Mine), ("b_", Mine)], "c_1"), Some((0, false)), "nobody's");
        assert_eq!(chosen(&[("a", Mine), ("a_", Mine)], "a_1"), Some((0, false)), "two are sure");
        assert_eq!(chosen(&[("a", Perhaps), ("a_", Perhaps)], "a_1"), Some((0, false)), "two may be meant");
        assert_eq!(chosen(&[("a_", Mine)], "c_1"), Some((0, true)), "who is alone is not asked");
    }

    /// Whatever is in one cookie; counts how often it looked.
    struct InCookie(Arc<AtomicUsize>);

    impl Scheme for InCookie {
        fn name(&self) -> &'static str {
            "in_cookie"
        }

        fn describe(&self) -> SchemeDescription {
            SchemeDescription::new(Challenge::new("Cookie")).cookie("id").form(CredentialForm::Listed)
        }

        fn find<'a>(&self, _: &Context<'a>) -> Credentials<'a> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Credentials::Ambient(Evidence::new(()))
        }

        fn authenticate<'a>(&self, _: &Context<'a>, _: Evidence<'a>) -> Authentication {
            unreachable!("nothing is verified here")
        }
    }

    #[test]
    fn each_scheme_looks_once_also_where_several_find_what_a_browser_sends() {
        let looked = [(); 3].map(|()| Arc::new(AtomicUsize::new(0)));
        let plan = plan(looked.iter().map(|count| Arc::new(InCookie(Arc::clone(count))) as Arc<dyn Scheme>));
        let request = TestRequest::default().to_http_request();
        let choice = plan.choose(&plan.context(&request)).unwrap();
        assert!(choice.is_ambient && !choice.is_decided, "all of them may be meant");
        assert_eq!(looked.map(|count| count.load(Ordering::Relaxed)), [1; 3]);
    }

    fn bearer(issuer: &str) -> Arc<dyn Scheme> {
        let jwt = Jwt::hs256([7; 32]).issuer(issuer).audience("https://api.example");
        let scheme: BearerScheme = jwt.into_settings().build(None).unwrap();
        Arc::new(scheme)
    }

    fn with_token(token: &str) -> HttpRequest {
        TestRequest::default().insert_header(("Authorization", format!("Bearer {token}"))).to_http_request()
    }

    /// Segments decoded and claims scanned for one request, and what became of it.
    fn cost(plan: &Plan, request: &HttpRequest) -> (usize, usize, Outcome) {
        let before = (DECODED.get(), SCANNED.get());
        let context = plan.context(request);
        let choice = plan.choose(&context).unwrap();
        let scheme = &plan.alternative(choice.alternative).unwrap().scheme;
        let Authentication::Ready(outcome) = scheme.authenticate(&context, choice.evidence) else { panic!("waits") };
        (DECODED.get() - before.0, SCANNED.get() - before.1, outcome)
    }

    #[test]
    fn a_token_is_decoded_and_scanned_once_however_many_configurations_look_at_it() {
        let claims = serde_json::json!({"iss": "https://c.example", "aud": "https://api.example", "sub": "alice", "exp": 4_000_000_000_u64});
        let key = jsonwebtoken::EncodingKey::from_secret(&[7; 32]);
        let signer = (crate::crypto::backend::PROVIDER.signer_factory)(&jsonwebtoken::Algorithm::HS256, &key).unwrap();
        let encode = |text: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text);
        let message = format!("{}.{}", encode(br#"{"alg":"HS256"}"#), encode(claims.to_string().as_bytes()));
        let token = format!("{message}.{}", encode(&signer.try_sign(message.as_bytes()).unwrap()));

        let issuers = ["https://a.example", "https://b.example", "https://c.example"];
        let (several, alone) = (plan(issuers.map(bearer)), plan([bearer(issuers[2])]));
        for plan in [&several, &alone] {
            let (decoded, scanned, outcome) = cost(plan, &with_token(&token));
            assert!(matches!(outcome, Outcome::Verified(_)), "{outcome:?}");
            assert_eq!((decoded, scanned), (3, 1), "header, payload and signature; one scan");
        }
        // The header is known. A MAC is remembered when it comes again; then nothing is decoded where one configuration is asked.
        for expected in [(2, 1), (0, 0)] {
            let (decoded, scanned, _) = cost(&alone, &with_token(&token));
            assert_eq!((decoded, scanned), expected);
        }
    }
}
