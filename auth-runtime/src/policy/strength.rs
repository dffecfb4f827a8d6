//! How strongly a caller was authenticated, and how long ago (RFC 9470).

use std::collections::BTreeMap;

use crate::policy::{MaxAge, Requirement};
use crate::principal::Principal;
use crate::time::{Clock, UnixTime};

/// How far ahead of our clock the time of an authentication may be, in seconds.
const LEEWAY: UnixTime = 60;

/// Which classes of authentication (`acr`) are stronger than others, as their issuers mean them.
#[derive(Debug, Default)]
pub(crate) struct AcrOrders(BTreeMap<Box<str>, Vec<Box<str>>>);

impl AcrOrders {
    /// The classes of one issuer, the weakest first. Whether there were none of this issuer yet.
    pub(crate) fn add(&mut self, issuer: &str, weakest_first: Vec<Box<str>>) -> bool {
        self.0.insert(issuer.into(), weakest_first).is_none()
    }

    /// Each issuer with its classes, the weakest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[Box<str>])> {
        self.0.iter().map(|(issuer, order)| (&**issuer, &**order))
    }

    /// Whether somebody may be of both classes: some issuer has both in its order.
    pub(crate) fn are_compared(&self, one: &str, other: &str) -> bool {
        let has = |order: &[Box<str>], class: &str| order.iter().any(|known| **known == *class);
        self.0.values().any(|order| has(order, one) && has(order, other))
    }

    /// Whether `held` is as strong as `wanted`. Where its issuer has an order, what is outside it is too weak.
    pub(crate) fn reaches(&self, issuer: Option<&str>, held: &str, wanted: &str) -> bool {
        match issuer.and_then(|issuer| self.0.get(issuer)) {
            Some(order) => is_above(order, held, wanted),
            None => held == wanted,
        }
    }

    /// Whether some issuer holds the one for stronger.
    fn is_stronger(&self, one: &str, other: &str) -> bool {
        one != other && self.0.values().any(|order| is_above(order, one, other))
    }
}

fn is_above(order: &[Box<str>], held: &str, wanted: &str) -> bool {
    let place = |class: &str| order.iter().position(|known| **known == *class);
    place(held).zip(place(wanted)).is_some_and(|(held, wanted)| held >= wanted)
}

/// Whether the caller was authenticated as strongly as this class; `None` where nothing tells.
pub(super) fn is_strong(principal: &Principal, wanted: &str, orders: &AcrOrders) -> Option<bool> {
    Some(orders.reaches(principal.issuer(), principal.acr()?, wanted))
}

/// Whether the caller was authenticated no longer ago than that, by our clock; `None` where nothing tells.
pub(super) fn is_recent(principal: &Principal, wanted: MaxAge, clock: &dyn Clock) -> Option<bool> {
    let (at, now) = (principal.auth_time()?, clock.now().ok()?);
    let is_credible = at <= now.saturating_add(LEEWAY);
    is_credible.then(|| now.saturating_sub(at) <= UnixTime::from(wanted.as_secs()))
}

/// The classes that a caller must be of, all of them.
pub(crate) fn classes_of_all<'a>(parts: impl Iterator<Item = &'a Requirement>) -> Vec<&'a str> {
    let mut classes = Vec::new();
    parts.for_each(|part| match part {
        Requirement::Acr(class) => classes.push(class.as_str()),
        Requirement::All(all) => classes.extend(classes_of_all(all.iter())),
        _ => {}
    });
    classes
}

/// What is asked of the next authentication (RFC 9470 section 3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StepUp {
    pub(crate) acr: Option<Box<str>>,
    pub(crate) max_age: Option<MaxAge>,
}

impl StepUp {
    /// What the leftmost branch of every `||` demands, as with scopes. Of several classes a challenge names one, for a list in it
    /// means that any of them would do: the strongest that some issuer knows, else the last.
    pub(crate) fn demanded<'a>(parts: impl Iterator<Item = &'a Requirement>, orders: &AcrOrders) -> Self {
        let mut demanded = Self::default();
        parts.for_each(|part| demanded.add(part, orders));
        demanded
    }

    /// Whether nothing is asked.
    #[cfg(feature = "session")]
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether whoever has authenticated again did so as it was asked: as policies measure it, which would ask once more.
    pub(crate) fn is_met(&self, by: &Principal, orders: &AcrOrders, clock: &dyn Clock) -> bool {
        let Self { acr, max_age } = self;
        acr.as_deref().is_none_or(|wanted| is_strong(by, wanted, orders) == Some(true))
            && max_age.is_none_or(|wanted| is_recent(by, wanted, clock) == Some(true))
    }

    fn add(&mut self, requirement: &Requirement, orders: &AcrOrders) {
        match requirement {
            Requirement::Acr(class) => {
                let class = class.as_str();
                if self.acr.as_deref().is_none_or(|known| !orders.is_stronger(known, class)) {
                    self.acr = Some(class.into());
                }
            }
            Requirement::MaxAge(age) => self.max_age = Some(self.max_age.map_or(*age, |known| known.min(*age))),
            Requirement::All(all) => all.iter().for_each(|each| self.add(each, orders)),
            Requirement::Any(any) => any.iter().take(1).for_each(|each| self.add(each, orders)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::policy::oracle::At;

    fn caller(issuer: &str, claims: Value) -> Principal {
        Principal::builder("bearer", "alice").issuer(issuer).claims(claims.as_object().unwrap().clone()).build()
    }

    #[test]
    fn the_age_of_an_authentication_is_counted_in_whole_seconds_by_our_clock() {
        let now = 1_767_225_600;
        for (auth_time, expected) in [
            (json!(now), Some(true)),
            (json!(now - 299), Some(true)),
            (json!(now - 300), Some(true)),
            (json!(now - 301), Some(false)),
            (json!(0), Some(false)),
            (json!(-1), Some(false)),
            (json!(i64::MIN), Some(false)),
            (json!(now + 60), Some(true)),
            (json!(now + 61), None),
            (json!(i64::MAX), None),
            (json!(u64::MAX), None),
            (json!(1_767_225_599.5), None),
            (json!(1_767_225_600.0), None),
            (json!("1767225600"), None),
            (json!([now]), None),
            (json!(true), None),
            (json!(null), None),
        ] {
            let caller = caller("https://idp.example", json!({ "auth_time": auth_time }));
            assert_eq!(is_recent(&caller, MaxAge::seconds(300), &At(now)), expected, "{auth_time}");
        }
        assert_eq!(is_recent(&caller("https://idp.example", json!({})), MaxAge::seconds(300), &At(now)), None);
    }

    #[test]
    fn an_order_of_classes_belongs_to_its_issuer() {
        let mut orders = AcrOrders::default();
        assert!(orders.add("https://idp.example", ["pwd", "mfa", "phr"].map(Box::from).to_vec()));
        let reaches = |issuer: &str, held: Value, wanted: &str| {
            is_strong(&caller(issuer, json!({ "acr": held })), wanted, &orders)
        };
        for (held, wanted, expected) in [
            ("mfa", "mfa", true),
            ("phr", "mfa", true),
            ("pwd", "mfa", false),
            ("MFA", "mfa", false),
            // Outside the order.
            ("gold", "pwd", false),
            ("gold", "gold", false),
        ] {
            assert_eq!(reaches("https://idp.example", json!(held), wanted), Some(expected), "{held} {wanted}");
        }
        assert_eq!(reaches("https://other.example", json!("mfa"), "mfa"), Some(true));
        assert_eq!(reaches("https://other.example", json!("phr"), "mfa"), Some(false));
        for unknown in [json!(1), json!(null), json!(["mfa"])] {
            assert_eq!(reaches("https://idp.example", unknown, "mfa"), None);
        }
        let nobody = Principal::builder("bearer", "alice").acr("phr").build();
        assert_eq!(is_strong(&nobody, "mfa", &orders), Some(false), "of no issuer");
    }

    #[test]
    fn a_challenge_asks_for_the_strongest_and_the_most_recent() {
        const MFA: Requirement = Requirement::acr("mfa");
        const PHR: Requirement = Requirement::acr("phr");
        const MINUTE: Requirement = Requirement::max_age(60);
        let asked = |requirement: &Requirement, orders: &AcrOrders| {
            let StepUp { acr, max_age } = StepUp::demanded([requirement].into_iter(), orders);
            (acr.unwrap_or_default().into_string(), max_age.map(MaxAge::as_secs))
        };
        let (none, mut orders) = (AcrOrders::default(), AcrOrders::default());
        orders.add("https://idp.example", ["mfa", "phr"].map(Box::from).to_vec());
        const BOTH: Requirement =
            Requirement::All(&[PHR, MFA, Requirement::max_age(300), MINUTE, Requirement::max_age(90)]);
        assert_eq!(asked(&BOTH, &none), ("mfa".to_owned(), Some(60)));
        assert_eq!(asked(&BOTH, &orders), ("phr".to_owned(), Some(60)));
        const EITHER: Requirement = Requirement::Any(&[Requirement::role("ops"), MINUTE]);
        assert_eq!(asked(&EITHER, &none), (String::new(), None));
    }
}
