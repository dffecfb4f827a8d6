use actix_web::dev::ResourceDef;
use proptest::prelude::*;

use super::automaton::contains;
use super::*;

fn exact(path: &str) -> Pattern {
    Pattern::exact(path).unwrap()
}

fn prefix(path: &str) -> Pattern {
    Pattern::prefix(path).unwrap()
}

fn cover(earlier: &[Pattern], later: &Pattern) -> Cover {
    later.covered_by(&earlier.iter().collect::<Vec<_>>())
}

#[track_caller]
fn hidden(earlier: &str, later: &str) {
    assert_eq!(cover(&[exact(earlier)], &exact(later)), Cover::Hidden(vec![0]), "{earlier} before {later}");
}

#[track_caller]
fn open(earlier: &str, later: &str) {
    assert_eq!(cover(&[exact(earlier)], &exact(later)), Cover::Open, "{earlier} before {later}");
}

#[test]
fn a_pattern_hides_what_it_matches_as_a_whole() {
    for (earlier, later) in [
        ("/users/{name}", "/users/{id}"),
        ("/users/{name}", "/users/me"),
        ("things", "/things"),
        ("/things", "things"),
        ("/{tail}*", "/users"),
        ("/{tail}*", "/users/{id}/orders"),
        ("/{tail:.*}", "/users"),
        ("/{tail:.+}", "/{tail:.*}a"),
        ("/{t}", "/users"),
        ("/{a}/{b}", "/users/{id}"),
        ("/{a}/{b}", "/{a}-{b}/c"),
        ("/{a}", "/{a}-{b}"),
        ("/{a}{b}", "/{a}-{b}"),
        ("/{a}-{b}", "/{a}-x-{b}"),
        ("/v{n}/x", "/v1/x"),
        ("/{a}.{b}", "/{a}.json"),
        ("/files/{tail}*", "/files/"),
        ("/files{tail}*", "/files"),
        ("/{id:[^/]+}", "/{id}"),
        ("/{id}", r"/{id:\d+}"),
        ("/{id}", "/{id:[a-z]{2,3}}"),
        (r"/{id:\w+}", r"/{id:\d{4}}"),
        (r"/{id:\d+}", r"/{number:\d+}"),
        ("/{x:a|b}", "/b"),
        ("/{tail}*", r"/{x:(a|b/c)*}"),
        (r"/{x:\bodd\b}", r"/{y:\bodd\b}"),
        ("/{x:.*}", r"/{y:\bodd\b}"),
        ("", ""),
        ("/", "/"),
    ] {
        hidden(earlier, later);
    }
}

#[test]
fn a_pattern_leaves_what_it_does_not_match() {
    for (earlier, later) in [
        ("/users/me", "/users/{id}"),
        ("/things", "/things/"),
        ("/things/", "/things"),
        ("/a//b", "/a/b"),
        ("/{a}", "/"),
        ("/{a}", "/x/y"),
        ("/{a}", "/{tail}*"),
        ("/{a}/x", "/y/{b}"),
        ("/{a}-{b}", "/{a}"),
        ("/{a}-{b}", "/-{b}"),
        ("/{a}{b}", "/{a}"),
        ("/files/{tail}*", "/files"),
        (r"/{id:\d+}", "/{id}"),
        (r"/{id:\d+}", "/me"),
        (r"/{id:\d{4}}", r"/{id:\d+}"),
        ("/{x:a|b}", "/c"),
        ("/{x:[^a]}", "/a"),
        ("", "/"),
        ("/Users", "/users"),
    ] {
        open(earlier, later);
    }
}

#[test]
fn a_scope_hides_what_is_below_it() {
    let all = [
        ("", "/x", true),
        ("/api", "/api", true),
        ("/api", "/api/", true),
        ("/api", "/api/v1/users/{id}", true),
        ("/api", "/apis", false),
        ("/api", "/{a}", false),
        ("/api/v1", "/api", false),
        ("/{tenant}", "/api/users", true),
        ("/{tenant}", "/", false),
        ("/{tenant}/users", "/api/users/{id}", true),
        ("/{a}-{b}", "/a-b/c", true),
        // actix takes the slash for an empty segment.
        ("/", "/x", false),
        ("/", "//x", true),
        ("/api/", "/api/x", false),
        ("/api/", "/api//x", true),
        (r"/{id:\d+}", "/7/x", true),
        (r"/{id:\bodd}", r"/{id:\bodd}/x", true),
    ];
    for (earlier, later, is_hidden) in all {
        let expected = if is_hidden { Cover::Hidden(vec![0]) } else { Cover::Open };
        assert_eq!(cover(&[prefix(earlier)], &exact(later)), expected, "scope {earlier:?} before {later}");
    }
    assert_eq!(cover(&[prefix("/api")], &prefix("/api/v1")), Cover::Hidden(vec![0]));
    assert_eq!(cover(&[prefix("/api/v1")], &prefix("/api")), Cover::Open);
    assert_eq!(cover(&[exact("/api")], &prefix("/api")), Cover::Open);
}

#[test]
fn several_together_hide_what_none_of_them_hides_alone() {
    let halves = [exact("/{x:[a-m].*}"), exact("/unrelated/x"), exact("/{x:[n-z].*}")];
    assert_eq!(cover(&halves, &exact("/{x:[a-z]+}")), Cover::Hidden(vec![0, 2]));
    assert_eq!(cover(&halves, &exact("/{x:[a-z0-9]+}")), Cover::Open);
    assert_eq!(cover(&[exact("/a"), prefix("/b")], &exact("/{x:a|b/c}")), Cover::Hidden(vec![0, 1]));
}

#[test]
fn an_expression_that_is_not_looked_into_is_undecided_where_it_might_matter() {
    assert_eq!(cover(&[exact(r"/{x:\bodd\b}")], &exact("/me")), Cover::Undecided(0));
    assert_eq!(cover(&[exact(r"/{x:\pL+}")], &exact(r"/{x:[a-z]+}")), Cover::Undecided(0));
    assert_eq!(cover(&[exact("/me")], &exact(r"/{x:\bodd\b}")), Cover::Open);
    assert_eq!(cover(&[exact("/{x}")], &exact(r"/{x:\bodd\b}")), Cover::Undecided(0));
    assert_eq!(cover(&[exact(r"/a/{x:\bodd\b}")], &exact("/b/c")), Cover::Open);
    // Digits of other scripts, of which actix-web knows or not, by a feature of its own.
    assert_eq!(cover(&[exact("/{x:[0-9]+}")], &exact(r"/{x:\d+}")), Cover::Undecided(0));
    assert_eq!(cover(&[exact("/{x:(a{30}){30}}")], &exact("/{x:(a{300}){300}}")), Cover::Undecided(0));
}

#[test]
fn patterns_that_match_something_else_than_they_seem_to_are_refused() {
    for (path, fault) in [
        ("/files*", PatternFault::TailUnnamed),
        ("/{a}/b*", PatternFault::TailUnnamed),
        ("*", PatternFault::TailUnnamed),
        ("/{a", PatternFault::Malformed),
        ("/{a:x}*", PatternFault::Malformed),
        ("/caf%C3%A9", PatternFault::Encoded),
        ("/a%20b/{c}", PatternFault::Encoded),
    ] {
        assert_eq!(Pattern::exact(path).unwrap_err(), fault, "{path}");
    }
    assert_eq!(Pattern::prefix("/{tail}*").unwrap_err(), PatternFault::TailInPrefix);
    // These three actix-web leaves encoded, and it has its own opinion of what is no escape.
    for path in ["/a%2Fb", "/a%2fb", "/50%25", "/a%2Bb", "/100%", "/%zz", "/%é"] {
        assert!(ResourceDef::new(path).is_match(path), "{path}");
        exact(path);
    }
}

#[test]
fn patterns_within_a_scope_follow_its_own() {
    let joined = prefix("api").join(&exact("users/{id}"));
    assert_eq!(joined.to_string(), "/api/users/{id}");
    assert_eq!(cover(&[exact("/api/users/{name}")], &joined), Cover::Hidden(vec![0]));
    assert_eq!(prefix("").join(&exact("")).to_string(), "");
    assert_eq!(prefix("/a").join(&prefix("b")).join(&exact("/c")).to_string(), "/a/b/c");
}

/// A piece of a segment, with what may stand for it in a path. Names are given later.
fn piece() -> impl Strategy<Value = (&'static str, &'static [&'static str])> {
    prop_oneof![
        Just(("a", &["a"][..])),
        Just(("b", &["b"][..])),
        Just(("-", &["-"][..])),
        Just(("{}", &["z", "a", "b", "zz", "a-z", "-z-", "7"][..])),
        Just(("{:[ab]+}", &["a", "b", "ab"][..])),
        Just(("{:a|b-}", &["a", "b-"][..])),
        Just((r"{:\d{1,2}}", &["1", "77"][..])),
        Just(("{:[^b]?}", &["", "a", "z", "/"][..])),
        Just(("{:.+}", &["z", "a/b", "z/z/z", "/z", "/"][..])),
    ]
}

/// A pattern, and paths that it matches if it is no prefix.
fn pattern() -> impl Strategy<Value = (String, Vec<String>)> {
    let segment = prop::collection::vec(piece(), 0..3);
    (prop::collection::vec(segment, 0..3), prop_oneof![3 => Just(false), 1 => Just(true)]).prop_map(
        |(segments, tail)| {
            let (mut text, mut paths) = (String::new(), vec![String::new()]);
            let mut push = |written: &str, meant: &[&str]| {
                let name = format!("{{n{}", text.len());
                text.push_str(&written.replace('{', &name).replace(&format!("{name}1,2}}"), "{1,2}"));
                paths = paths.iter().flat_map(|path| meant.iter().map(move |more| format!("{path}{more}"))).collect();
                paths.truncate(400);
            };
            for segment in segments {
                push("/", &["/"]);
                segment.iter().for_each(|(written, meant)| push(written, meant));
            }
            if tail {
                push("/", &["/"]);
                push("{}*", &["", "z", "/", "/z", "z/a", "a"]);
            }
            (text, paths)
        },
    )
}

/// Both sorts of pattern, as actix-web has them and as we do.
fn both(path: &str, below: bool) -> Option<(ResourceDef, Pattern)> {
    if below {
        Pattern::prefix(path).ok().map(|pattern| (ResourceDef::root_prefix(path), pattern))
    } else {
        Some((ResourceDef::new(path), exact(path)))
    }
}

/// The same path with one more character.
fn neighbours(path: &str) -> Vec<String> {
    let places = (0..=path.len()).flat_map(|place| ["/", "a", "b", "-", "z", "7"].map(|more| (place, more)));
    places.map(|(place, more)| format!("{}{more}{}", &path[..place], &path[place..])).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn actix_web_agrees(patterns in [pattern(), pattern(), pattern()], below in any::<[bool; 3]>()) {
        let read: Option<Vec<_>> =
            patterns.iter().zip(below).map(|((pattern, _), below)| both(pattern, below)).collect();
        let Some([first, second, later]) = read.and_then(|read| <[_; 3]>::try_from(read).ok()) else { return Ok(()) };
        let ends = |path: &String| ["", "/", "/z"].map(|end| format!("{path}{end}"));
        let probes: Vec<String> = patterns.iter().flat_map(|(_, paths)| paths).flat_map(ends).collect();
        // What we take for the language is what actix-web matches.
        for probe in probes.iter().step_by(1 + probes.len() / 60) {
            let own = contains(&later.1.language(Alphabet::Ascii, None).unwrap(), &Language::literal(probe));
            prop_assert_eq!(own, Some(later.0.is_match(probe)), "{} and {}", later.1, probe);
        }
        for earlier in [&[&first][..], &[&first, &second]] {
            let taken = |path: &String| earlier.iter().any(|(actix, _)| actix.is_match(path));
            let answered = |path: &String| later.0.is_match(path) && !taken(path);
            let names = || earlier.iter().map(|(_, pattern)| pattern.to_string()).collect::<Vec<_>>();
            match later.1.covered_by(&earlier.iter().map(|(_, pattern)| pattern).collect::<Vec<_>>()) {
                Cover::Open => {
                    let near = probes.iter().flat_map(|path| neighbours(path));
                    prop_assert!(probes.iter().cloned().chain(near).any(|path| answered(&path)), "{:?} hide {}", names(), later.1);
                }
                Cover::Hidden(_) => prop_assert!(!probes.iter().any(answered), "{:?} leave {} something", names(), later.1),
                Cover::Undecided(_) => {}
            }
        }
    }
}

#[cfg(feature = "testing")]
#[test]
fn the_example_of_a_pattern_is_a_path_that_actix_matches() {
    for (pattern, expected) in [
        ("", "/"),
        ("/orders", "/orders"),
        ("/orders/{id}", "/orders/1"),
        ("/files/{tail}*", "/files/1"),
        (r"/v{version:\d+}/{name:[a-z]{3}}", "/v1/aaa"),
        ("/{kind:new|old}/{rest:.*}", "/new/1"),
        ("/{code:[^0-9a-z]+}", "/A"),
        ("/caf\u{e9} au lait", "/caf%C3%A9%20au%20lait"),
    ] {
        let example = Pattern::exact(pattern).unwrap().example().unwrap();
        assert_eq!(example, expected, "{pattern}");
        let decoded = example.replace("%C3%A9", "\u{e9}").replace("%20", " ");
        assert!(pattern.is_empty() || ResourceDef::new(pattern).is_match(&decoded), "{pattern}");
    }
    assert_eq!(Pattern::exact(r"/{word:\bx\b}").unwrap().example(), None);
}
