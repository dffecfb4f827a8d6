//! The lock file against decisions, word for word, and against hands that edit it.

use proptest::prelude::*;

use super::accept::Wishes;
use super::change::{Bearing, ChangeName, Difference};
use super::compare::compare;
use super::write::{HEAD, UNREVIEWED};
use super::*;
use crate::policy::PolicySpec;
use crate::policy::meaning::tests::{Person, anybody, policy};
use crate::policy::oracle::hierarchies;
use crate::review::kept::{Accepted, Reviewer};
use crate::setting::ANY;

fn section(scheme: Option<&str>, settings: Vec<Setting>) -> Section {
    Section { scheme: scheme.map(|scheme| scheme.parse().unwrap()), settings, because: None }
}

fn entry(place: &str, handler: &str, rule: &str) -> Entry {
    Entry { place: place.into(), handler: handler.into(), rule: rule.parse().unwrap(), because: None }
}

fn bearer() -> Section {
    section(Some("bearer"), vec![Setting::allows("issuer", "https://idp.example"), Setting::at_most("leeway", 60, "s")])
}

fn lock(routes: &[(&str, &str)]) -> Lock {
    let routes = routes.iter().map(|(place, rule)| entry(place, "shop::list", rule)).collect();
    Lock { configuration: vec![section(None, Vec::new()), bearer()], routes, ..Lock::default() }
}

fn orders(rule: &str) -> Lock {
    lock(&[("GET /orders", rule)])
}

/// What is said of the change of one rule.
fn notes(was: &Lock, is: &Lock) -> Vec<(ChangeName, Vec<String>)> {
    let words = |change: &change::Change| change.notes.iter().map(|note| note.words.clone()).collect();
    compare(was, is).changes.iter().map(|change| (change.name, words(change))).collect()
}

fn of_rules(was: &str, is: &str) -> (ChangeName, Vec<String>) {
    let mut notes = notes(&orders(was), &orders(is));
    assert_eq!(notes.len(), 1, "{was} / {is}: {notes:?}");
    notes.remove(0)
}

#[test]
fn every_change_has_its_name() {
    for (was, is, name, words) in [
        (
            "bearer, role(\"ops\") && scope(\"orders\")",
            "bearer, role(\"viewer\")",
            ChangeName::Other,
            &[
                "newly lets in a bearer token with role viewer and no scope",
                "no longer lets in a bearer token with scope orders and role ops",
            ][..],
        ),
        (
            "bearer, role(\"ops\") && scope(\"orders\")",
            "bearer, role(\"ops\")",
            ChangeName::Weaker,
            &["newly lets in a bearer token with role ops and no scope"],
        ),
        (
            "bearer",
            "bearer, check(shop::owns)",
            ChangeName::Stronger,
            &["no longer lets in a bearer token, refused by check(shop::owns)"],
        ),
        (
            "bearer, check(shop::owns)",
            "bearer",
            ChangeName::Weaker,
            &["newly lets in a bearer token, refused by check(shop::owns)"],
        ),
        (
            "bearer, check_after(shop::fits)",
            "bearer",
            ChangeName::Weaker,
            &["newly lets in a bearer token, refused by check(shop::fits)"],
        ),
        (
            "bearer, acr(\"mfa\") && max_age(\"5m\")",
            "bearer, acr(\"mfa\") && max_age(\"15m\")",
            ChangeName::Weaker,
            &["newly lets in a bearer token with acr mfa, authenticated more than 5 min and at most 15 min ago"],
        ),
        ("bearer, max_age(\"5m\")", "bearer", ChangeName::Weaker, &["newly lets in a bearer token"]),
        (
            "bearer, acr(\"mfa\")",
            "bearer, acr(\"mfa\") && max_age(\"1h\")",
            ChangeName::Stronger,
            &["no longer lets in a bearer token with acr mfa"],
        ),
        ("bearer", "optional(bearer)", ChangeName::Weaker, &["newly lets in a caller without credentials"]),
        ("bearer", "public", ChangeName::Weaker, &["newly lets in a caller without credentials"]),
        (
            "bearer, hide",
            "bearer",
            ChangeName::Weaker,
            &["hidden from nobody now; it was from everybody who is refused"],
        ),
        (
            "bearer, hide",
            "bearer, hide = \"from_authenticated\"",
            ChangeName::Weaker,
            &["hidden from callers who are known now; it was from everybody who is refused"],
        ),
        (
            "bearer",
            "bearer, hide",
            ChangeName::Stronger,
            &["hidden from everybody who is refused now; it was from nobody"],
        ),
        (
            "bearer",
            "bearer, shared_cache",
            ChangeName::Weaker,
            &["shared caches may give its answers to others than who asked"],
        ),
        ("bearer, limit = \"5/min\"", "bearer", ChangeName::Weaker, &["no longer limited; it was to 5/min a caller"]),
        ("bearer", "bearer, limit = \"5/min\"", ChangeName::Stronger, &["limited to 5/min a caller"]),
        (
            "bearer, limit = \"5/min\"",
            "bearer, limit = \"6/min\"",
            ChangeName::Weaker,
            &["limited to 6/min a caller now; it was to 5/min a caller"],
        ),
        (
            "bearer, limit = \"60/h\"",
            "bearer, limit = \"1/min\"",
            ChangeName::Stronger,
            &["limited to 1/min a caller now; it was to 60/h a caller"],
        ),
        (
            "bearer, limit = \"5/min\"",
            "bearer, limit(\"5/min\", by = address)",
            ChangeName::Weaker,
            &["limited to 5/min an address now; it was to 5/min a caller"],
        ),
        ("bearer, shared_cache", "bearer", ChangeName::Stronger, &["shared caches no longer store its answers"]),
        ("bearer", "bearer, realm = \"x\"", ChangeName::Other, &["its challenges name another realm"]),
        ("public(reason = \"a\")", "public(reason = \"b\")", ChangeName::Other, &["it is public for another reason"]),
        (
            "bearer, role(\"a\") && role(\"b\")",
            "bearer, role(\"b\") && role(\"a\")",
            ChangeName::Other,
            &["lets in the same callers, written differently"],
        ),
        (
            "bearer",
            "any(bearer, api_key)",
            ChangeName::Weaker,
            &[
                "newly lets in an API key",
                "who sends several credentials may be judged by another one of them than before",
            ],
        ),
        (
            "any(bearer, api_key)",
            "any(api_key, bearer)",
            ChangeName::Other,
            &["who sends several credentials may be judged by another one of them than before"],
        ),
    ] {
        assert_eq!(of_rules(was, is), (name, words.iter().map(|word| (*word).to_owned()).collect()), "{was} / {is}");
    }
    assert!(compare(&orders("bearer"), &orders("bearer")).changes.is_empty());
}

#[test]
fn what_is_new_gone_or_moved_says_so() {
    let one = orders("bearer");
    let both = lock(&[("GET /health", "public"), ("GET /orders", "bearer")]);
    let names = |was: &Lock, is: &Lock| notes(was, is).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(&both, &one), [ChangeName::Gone]);
    assert_eq!(notes(&one, &both), [(ChangeName::Weaker, vec!["lets in EVERYONE".to_owned()])]);
    let mut guarded = both.clone();
    guarded.routes[0] = entry("GET /invoices", "shop::invoices", "bearer, role(\"ops\")");
    assert_eq!(names(&one, &guarded), [ChangeName::New]);
    assert!(!compare(&one, &guarded).needs_reason());

    // One that moved is compared with what it was.
    let moved = lock(&[("GET /all-orders", "bearer")]);
    assert_eq!(notes(&one, &moved), [(ChangeName::Other, vec!["moved; it was `GET /orders`".to_owned()])]);
    let weaker = lock(&[("GET /all-orders", "any(bearer, api_key)")]);
    assert!(compare(&one, &weaker).needs_reason());
    let open = lock(&[("GET /everything", "public")]);
    assert!(compare(&lock(&[("GET /health", "public")]), &open).needs_reason());

    let mut renamed = one.clone();
    renamed.routes[0].handler = "shop::all".into();
    assert_eq!(
        notes(&one, &renamed),
        [(ChangeName::Other, vec!["answered by shop::all now; it was shop::list".to_owned()])]
    );

    let mut unmounted = one.clone();
    unmounted.unmounted = vec![entry("shop::purge", "shop::purge", "bearer")];
    assert_eq!(names(&one, &unmounted), [ChangeName::New]);
    let mut weaker = unmounted.clone();
    weaker.unmounted[0].rule = "public".parse().unwrap();
    assert_eq!(names(&unmounted, &weaker), [ChangeName::Weaker]);
}

#[test]
fn each_side_is_judged_under_its_own_configuration() {
    let was = orders("bearer, role(\"viewer\")");
    let mut is = was.clone();
    is.configuration[0].settings.push(Setting::allows(ROLE, format!("admin{ARROW}viewer")));
    let words: Vec<_> = notes(&was, &is)
        .into_iter()
        .flat_map(|(name, words)| words.into_iter().map(move |word| (name, word)))
        .collect();
    assert_eq!(
        words,
        [
            (ChangeName::Weaker, "accepts what it did not accept".to_owned()),
            (ChangeName::Weaker, "newly lets in a bearer token with role admin".to_owned()),
            (ChangeName::Weaker, "its rule is the same: this follows from the configuration".to_owned()),
        ]
    );
    assert!(!compare(&is, &was).needs_reason());
    // Without the arrow that came with the rule, nobody with role admin passed.
    is.routes[0].rule = "bearer, role(\"admin\")".parse().unwrap();
    let names: Vec<_> = notes(&was, &is).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [ChangeName::Weaker, ChangeName::Other]);
}

#[test]
fn settings_have_a_direction() {
    let with = |settings: Vec<Setting>| Lock {
        configuration: vec![section(None, Vec::new()), section(Some("bearer"), settings)],
        ..orders("bearer")
    };
    let allows = |value: &str| Setting::allows("issuer", value);
    let leeway = |seconds| Setting::at_most("leeway", seconds, "s");
    let demands = Setting::demands("profile", "at+jwt");
    let reads = |value: &str| Setting::reads("roles_claim", value);
    for (was, is, name) in [
        (vec![allows("a")], vec![allows("a"), allows("b")], ChangeName::Weaker),
        (vec![allows("a"), allows("b")], vec![allows("a")], ChangeName::Stronger),
        (vec![allows("a")], vec![allows("b")], ChangeName::Other),
        (vec![allows(ANY)], vec![allows("a")], ChangeName::Stronger),
        (vec![allows("a")], vec![allows(ANY)], ChangeName::Weaker),
        (vec![allows(ANY)], vec![allows(ANY), allows("a")], ChangeName::Other),
        (vec![leeway(60)], vec![leeway(61)], ChangeName::Weaker),
        (vec![leeway(60)], vec![leeway(59)], ChangeName::Stronger),
        (vec![leeway(60)], vec![], ChangeName::Weaker),
        (vec![], vec![leeway(60)], ChangeName::Stronger),
        (vec![leeway(60)], vec![Setting::at_most("leeway", 1, "h")], ChangeName::Other),
        (vec![demands.clone()], vec![], ChangeName::Weaker),
        (vec![], vec![demands], ChangeName::Stronger),
        (vec![reads("a")], vec![reads("b")], ChangeName::Other),
        (vec![], vec![Setting::allows("dangerous_any_token_type", ANY)], ChangeName::Weaker),
    ] {
        let difference = compare(&with(was.clone()), &with(is.clone()));
        assert_eq!(difference.changes.len(), 1, "{was:?} {is:?}");
        assert_eq!(difference.changes[0].name, name, "{was:?} {is:?}");
        let is_covered = was.contains(&allows(ANY));
        let opens = name == ChangeName::Weaker || name == ChangeName::Other && !is_covered;
        assert_eq!(difference.needs_reason(), opens, "{was:?} {is:?}");
    }
    // A scheme that nothing names yet lets nobody in; one that policies wait for does.
    let old = orders("any(bearer, api_key)");
    let mut new = old.clone();
    new.configuration.push(section(Some("basic"), vec![]));
    assert_eq!(notes(&old, &new), [(ChangeName::New, vec![])]);
    new.configuration.push(section(Some("api_key"), vec![]));
    assert!(compare(&old, &new).needs_reason());
    // One that begins with what is dangerous is looked at twice, whatever it is for.
    for (setting, is_dangerous) in [
        (Setting::allows("dangerous_query_parameter", "key"), true),
        (Setting::allows("issuer", ANY), true),
        (Setting::allows("audience", ANY), true),
        (Setting::allows("audience", "orders"), false),
        (Setting::allows("authorized_party", ANY), false),
    ] {
        let mut new = old.clone();
        new.configuration.push(section(Some("bearer(\"new\")"), vec![setting.clone()]));
        assert_eq!(compare(&old, &new).needs_reason(), is_dangerous, "{setting}");
    }
}

/// A lock with one policy, as the file holds it.
fn held(spec: &PolicySpec, hierarchies: &Hierarchies) -> Lock {
    let arrows = hierarchies
        .roles
        .arrows()
        .map(|pair| (ROLE, pair))
        .chain(hierarchies.scopes.arrows().map(|pair| (SCOPE, pair)));
    let arrows =
        arrows.map(|(name, (higher, lower))| Setting::allows(name, format!("{higher}{ARROW}{lower}"))).collect();
    let schemes =
        spec.schemes.iter().map(|used| Section { scheme: Some(used.into()), settings: Vec::new(), because: None });
    let configuration = [section(None, arrows)].into_iter().chain(schemes).collect();
    let routes = vec![Entry { place: "GET /".into(), handler: "h".into(), rule: spec.into(), because: None }];
    Lock { configuration, routes, ..Lock::default() }
}

/// Other hierarchies than those of the oracle.
fn flat() -> Hierarchies {
    let mut flat = Hierarchies::default();
    flat.roles.imply("d", "a").unwrap();
    flat
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_change_is_what_decisions_say(
        was in policy(),
        is in policy(),
        which in any::<[bool; 2]>(),
        is_edit in any::<bool>(),
        people in proptest::collection::vec(anybody(), 24),
    ) {
        // Half of the time only the alternatives or only the common condition change.
        let is: &'static PolicySpec = match is_edit {
            true if which[0] => Box::leak(Box::new(was.demanding(is.requirement))),
            true => Box::leak(Box::new(is.demanding(was.requirement))),
            false => is,
        };
        let [under_old, under_new] = which.map(|oracle| if oracle { hierarchies() } else { flat() });
        let (old, new) = (held(was, &under_old), held(is, &under_new));
        let old: Lock = old.to_string().parse().map_err(|fault| TestCaseError::fail(format!("{fault}\n{old}")))?;
        let change = compare(&old, &new).changes.into_iter().find(|change| change.part == change::Part::Routes);
        let has = |bearing| change.iter().flat_map(|change| &change.notes).any(|note| note.bearing == bearing);
        let passes = |person: &Person, spec: &'static PolicySpec, used: &crate::policy::SchemeUse, hierarchies: &Hierarchies| {
            let name = SchemeName::from(used);
            spec.schemes.iter().position(|own| SchemeName::from(own) == name).is_some_and(|place| person.passes_under(spec, place, hierarchies))
        };
        for used in was.schemes.iter().chain(is.schemes) {
            for person in &people {
                let (before, after) = (passes(person, was, used, &under_old), passes(person, is, used, &under_new));
                prop_assert!(before || !after || has(Bearing::Opens), "{person:?} newly passes by {used:?}");
                prop_assert!(after || !before || has(Bearing::Closes), "{person:?} no longer passes by {used:?}");
            }
        }
        if was.schemes.len() == is.schemes.len() && change.is_none() {
            prop_assert_eq!(crate::policy::Rule::from(was), crate::policy::Rule::from(is));
        }
    }

    #[test]
    fn the_file_is_read_as_what_it_was(specs in proptest::collection::vec(policy(), 0..4), reason in proptest::option::of(any::<String>()), is_unreviewed in any::<bool>()) {
        let mut whole = Lock { is_unreviewed, configuration: vec![section(None, vec![]), bearer()], ..Lock::default() };
        for (place, spec) in specs.into_iter().enumerate() {
            let mut held = held(spec, &Hierarchies::default()).routes.remove(0);
            held.place = format!("GET /{place}");
            held.because = reason.clone();
            if place % 2 == 0 { whole.routes.push(held) } else { held.handler = held.place.clone(); whole.unmounted.push(held) }
        }
        let text = whole.to_string();
        let read: Lock = text.parse().map_err(|fault| TestCaseError::fail(format!("{fault}\n{text}")))?;
        prop_assert_eq!(&read, &whole);
        prop_assert_eq!(read.to_string(), text);
    }

    #[test]
    fn a_file_that_lost_or_doubled_a_line_says_something_else(line in 0_usize..40, doubles in any::<bool>()) {
        let mut whole = lock(&[("GET /health", "public(reason = \"probe\")"), ("GET /orders", "bearer, role(\"ops\")")]);
        whole.unmounted = vec![entry("shop::purge", "shop::purge", "bearer")];
        let text = whole.to_string();
        let lines: Vec<_> = text.lines().collect();
        let line = line % lines.len();
        let edited: Vec<_> = lines.iter().enumerate().flat_map(|(place, said)| {
            let times = if place != line { 1 } else if doubles { 2 } else { 0 };
            std::iter::repeat_n(*said, times)
        }).collect();
        prop_assert_ne!(edited.join("\n").parse::<Lock>(), Ok(whole));
    }
}

#[test]
fn what_a_hand_edited_is_refused_by_line() {
    let text = orders("bearer, role(\"ops\")").to_string();
    let fault = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}\n{text}");
        text.replacen(from, to, 1).parse::<Lock>().unwrap_err().to_string()
    };
    for (from, to, said) in [
        ("version 1", "version 2", "line 4: `version 2` stands where `version 1` was expected"),
        ("  rule bearer,", "  rule bearer(,", "line 16: `, role(\"ops\")` stands where a text in quotes was expected"),
        ("role(\"ops\")", "role(ops)", "line 16: `ops)` stands where a text in quotes was expected"),
        (
            "  handler shop::list\n",
            "",
            "line 15: `  rule bearer, role(\"ops\")` stands where `  handler …` was expected",
        ),
        (
            "  at most leeway 60 s",
            "  at most leeway much",
            "line 10: `leeway much` stands where a name, a whole number and a unit was expected",
        ),
        (
            "  allows issuer",
            "  allow issuer",
            "line 9: `allow issuer \"https://idp.example\"` stands where `allows …`, `demands …`, `at most …`, `reads …` or `because …` was expected",
        ),
        ("[routes]\n", "[routes]\n# a remark\n", "line 13: `# a remark` stands where an empty line was expected"),
        (
            "GET /orders",
            "<<<<<<< HEAD\nGET /orders",
            "line 14: a merge conflict; take one of the two sides as a whole, run the test again and accept what it shows",
        ),
        ("auth\n", "auth\n\nauth\n", "line 9: `auth` is configured twice; take one of the two away"),
        (
            "auth\n",
            "auth\n  allows role \"a includes b\"\n  allows role \"b includes a\"\n",
            "line 9: `allows role \"b includes a\"` goes in a circle with the lines above",
        ),
    ] {
        let told = fault(from, to);
        let (told, said) = (told.split_once(": ").unwrap(), said.split_once(": ").unwrap());
        assert_eq!(told.1.trim_start(), said.1, "{to}");
        assert!(told.0.starts_with("line "));
    }
    assert_eq!(
        "".parse::<Lock>().unwrap_err().to_string(),
        format!("line 1: the file ends where `{}` was expected", HEAD.lines().next().unwrap())
    );
    let twice = format!("{text}\nGET /orders\n  handler shop::list\n  rule bearer, role(\"ops\")\n");
    assert!(twice.parse::<Lock>().unwrap_err().to_string().contains("stands here twice"));
    // As a checkout on Windows writes it.
    assert!(text.replace('\n', "\r\n").parse::<Lock>().is_ok());
}

fn wishes(accept: Option<&str>, reason: Option<&str>) -> Wishes {
    let reviewer = Reviewer { accept: accept.map(str::to_owned), ..Reviewer::default() };
    Wishes { reviewer, reason: reason.map(str::to_owned) }
}

const STRICT: &str = "bearer, scope(\"orders:read\") && role(\"viewer\")";
const WIDE: &str = "bearer, role(\"viewer\")";

#[test]
fn a_weaker_change_is_accepted_by_its_hash_and_with_a_reason() {
    let (old, new) = (orders(STRICT).to_string(), orders(WIDE));
    let judge = |wishes: Wishes| wishes.judge("auth.lock", Some(&old), new.clone());
    let message =
        judge(Wishes { reviewer: Reviewer { test: Some("policies".into()), ..Reviewer::default() }, reason: None })
            .unwrap_err();
    let hash = Difference::hash(&old.parse().unwrap(), &new);
    assert_eq!(
        message,
        format!(
            "auth.lock: 1 change, which may let in somebody new

  WEAKER    GET /orders
            was   bearer, scope(\"orders:read\") && role(\"viewer\")
            now   bearer, role(\"viewer\")
            =>    newly lets in a bearer token with role viewer and no scope

If this is meant, say why and run:

    AUTH_LOCK=accept:{hash} AUTH_LOCK_REASON='…' cargo test policies
"
        )
    );
    let named = format!("accept:{hash}");
    for (wishes, said) in [
        (wishes(Some("accept"), Some("why")), "`AUTH_LOCK=accept` accepts what lets in nobody new."),
        (wishes(Some(&named), None), "`AUTH_LOCK_REASON` says nothing."),
        (wishes(Some(&named), Some("  ")), "`AUTH_LOCK_REASON` says nothing."),
        (wishes(Some("accept:000000000000"), Some("why")), "accepts another change than this one"),
        (wishes(Some("yes"), Some("why")), "`AUTH_LOCK=yes` means nothing."),
        (wishes(Some("accept everything"), Some("why")), "`AUTH_LOCK=accept everything` means nothing."),
    ] {
        let message = judge(wishes).unwrap_err();
        assert!(message.contains(said) && message.contains(&named), "{message}");
    }
    let Accepted { text, note } = judge(wishes(Some(&named), Some(" viewers may read, says Ann "))).unwrap().unwrap();
    assert!(note.starts_with("auth.lock: accepted 1 change"), "{note}");
    let kept: Lock = text.parse().unwrap();
    assert_eq!(kept.routes[0].because.as_deref(), Some("viewers may read, says Ann"));
    assert_eq!(wishes(None, None).judge("auth.lock", Some(&text), new.clone()), Ok(None));
    // It stays until the next one.
    let back = wishes(Some("accept"), None).judge("auth.lock", Some(&text), orders(STRICT)).unwrap().unwrap();
    assert!(back.text.contains("because \"viewers may read, says Ann\""));
}

#[test]
fn what_lets_in_nobody_new_needs_no_reason() {
    let old = orders(WIDE).to_string();
    let judge = |wishes: Wishes| wishes.judge("auth.lock", Some(&old), orders(STRICT));
    let message = judge(wishes(None, None)).unwrap_err();
    assert!(message.contains("1 change, which lets in nobody new"), "{message}");
    assert!(message.contains("  stronger  GET /orders\n"), "{message}");
    assert!(message.ends_with("run:\n\n    AUTH_LOCK=accept cargo test\n"), "{message}");
    assert_eq!(judge(wishes(Some("accept"), None)).unwrap().unwrap().text, orders(STRICT).to_string());
}

#[test]
fn the_first_run_writes_and_nobody_accepts_where_ci_is_set() {
    let ci = |wishes: Wishes| Wishes { reviewer: Reviewer { is_ci: true, ..wishes.reviewer }, ..wishes };
    let first = wishes(None, None).judge("auth.lock", None, orders(WIDE)).unwrap().unwrap();
    assert!(
        first.text.contains(UNREVIEWED) && first.note.starts_with("ATTENTION: auth.lock was not there"),
        "{}",
        first.note
    );
    assert!(first.note.contains("1 route, 0 of them open to everyone"), "{}", first.note);
    assert_eq!(wishes(None, None).judge("auth.lock", Some(&first.text), orders(WIDE)), Ok(None));
    // The line stays until a person deletes it.
    let accepted = wishes(Some("accept"), None).judge("auth.lock", Some(&first.text), orders(STRICT)).unwrap().unwrap();
    assert!(accepted.text.contains(UNREVIEWED));

    let missing = ci(wishes(None, None)).judge("auth.lock", None, orders(WIDE)).unwrap_err();
    assert!(missing.contains("auth.lock is missing"), "{missing}");
    for old in [None, Some(&*first.text)] {
        let refused = ci(wishes(Some("accept"), None)).judge("auth.lock", old, orders(STRICT)).unwrap_err();
        assert!(refused.contains("`AUTH_LOCK` is set where `CI` is"), "{refused}");
    }
    let different = ci(wishes(None, None)).judge("auth.lock", Some(&first.text), orders(STRICT)).unwrap_err();
    assert!(
        different.ends_with("run this test where `CI` is not set, do what it says, and commit the file"),
        "{different}"
    );

    let nothing = wishes(None, None).judge("auth.lock", None, Lock::default()).unwrap_err();
    assert!(nothing.contains("no route is mounted"), "{nothing}");
    let torn = wishes(Some("accept"), None).judge("auth.lock", Some("what?"), orders(WIDE)).unwrap_err();
    assert!(torn.starts_with("auth.lock, line 1: `what?` stands where"), "{torn}");
}
