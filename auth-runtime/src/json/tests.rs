//! The scanner against serde_json, and what it refuses on purpose.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use proptest::prelude::*;
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::json::scanner::NUMBER_BOUND;
use crate::json::*;

#[test]
fn an_object_is_read_whole() {
    let object = object(br#" {"a":[1,-2,0.5,"\u00e9",true,null],"b":{"a":{}}} "#).unwrap();
    assert_eq!(Value::Object(object), serde_json::json!({"a": [1, -2, 0.5, "é", true, null], "b": {"a": {}}}));
}

#[test]
fn what_is_no_single_object_is_refused() {
    for text in
        ["", "null", "[]", "1", "\"a\"", "{}{}", "{} x", "{", "{\"a\":1,}", "{'a':1}", "\u{feff}{}", "{\"a\":01}"]
    {
        assert_eq!(object(text.as_bytes()), Err(NotStrict), "{text}");
    }
}

#[test]
fn a_member_given_twice_is_refused_at_any_depth_and_however_escaped() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"alg":1,"\u0061lg":2}"#,
        r#"{"x":{"a":1,"a":2}}"#,
        r#"{"x":[[{"a":1,"b":2,"a":3}]]}"#,
        r#"{"\/":1,"/":2}"#,
        r#"{"":1,"":2}"#,
    ] {
        assert_eq!(object(text.as_bytes()), Err(NotStrict), "{text}");
    }
    assert!(object(r#"{"a":1,"A":2,"x":{"a":1}}"#.as_bytes()).is_ok());
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(object(nested(31).as_bytes()).is_ok());
    assert_eq!(object(nested(32).as_bytes()), Err(NotStrict));
    assert_eq!(object(nested(1_000_000).as_bytes()), Err(NotStrict));
    assert_eq!(object("{\"a\":".repeat(1_000_000).as_bytes()), Err(NotStrict));
}

#[test]
fn members_are_bounded_at_any_depth() {
    let of = |members: usize| {
        let members: Vec<_> = (0..members).map(|number| format!("\"{number}\":1")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert!(object(of(512).as_bytes()).is_ok());
    assert_eq!(object(of(513).as_bytes()), Err(NotStrict));
    assert!(object(format!("{{\"a\":[{0},{0}]}}", of(512)).as_bytes()).is_ok());
    assert_eq!(object(format!("{{\"a\":[{}]}}", of(513)).as_bytes()), Err(NotStrict));
    assert!(Object::of_at_most(32, &of(32)).is_ok() && Object::of_at_most(32, &of(33)).is_err());
}

#[test]
fn the_shape_counts_at_all_depths() {
    let text = r#"{"a":[1,[],{"b":{}}],"c":{"d":[0,0]},"e":"{[,:","f":{}}"#;
    assert_eq!(Object::parse(text).unwrap().shape(), Shape { objects: 3, members: 6, items: 5 });
}

#[test]
fn an_escaped_name_is_unescaped_once_however_often_members_are_looked_up() {
    let name = r"\u0061".repeat(1000);
    let text = format!("{{\"{name}\":1,\"\\u0062\":2,\"x\":{{\"\\u0063\":3}},\"\\u0064\":4}}");
    let object = Object::parse(&text).unwrap();
    let Members { places, unescaped, .. } = &*object.members;
    assert_eq!((places.len(), unescaped.as_str()), (4, &*format!("{}bd", "a".repeat(1000))));
    let number = |name: &str| object.get(name).and_then(|found| found.as_number());
    assert_eq!((number("b"), number("d"), number(&"a".repeat(1000))), (Some("2"), Some("4"), Some("1")));
    assert_eq!((number("c"), number(r"\u0062")), (None, None));
    assert_eq!(object.get("x").unwrap().member("c").unwrap().as_number(), Some("3"));
}

#[test]
fn text_that_is_no_utf8_and_half_surrogates_are_refused() {
    assert_eq!(object(b"{\"a\":\"\xff\"}"), Err(NotStrict));
    assert_eq!(object(b"{\"\xc0\xaf\":1}"), Err(NotStrict));
    assert_eq!(object(br#"{"a":"\ud800"}"#), Err(NotStrict));
}

#[test]
fn numbers_out_of_range_and_words_for_them_are_refused() {
    for number in ["1e999", "-1e999", "NaN", "Infinity", "0x10", "+1", "1.", ".5"] {
        assert_eq!(object(format!("{{\"a\":{number}}}").as_bytes()), Err(NotStrict), "{number}");
    }
}

#[test]
fn the_reserved_name_of_serde_json_is_refused() {
    assert_eq!(object(br#"{"exp":{"$serde_json::private::Number":"1"}}"#), Err(NotStrict));
}

#[test]
fn other_reserved_names_are_refused_too() {
    assert_eq!(object(br#"{"a":[{"$serde_json::private::RawValue":"[1]"}]}"#), Err(NotStrict));
    assert_eq!(object(br#"{"\u0024serde_json::private::RawValue":"[1]"}"#), Err(NotStrict));
    assert!(object(br#"{"$serde_json":1}"#).is_ok());
}

/// Why a text is refused, as serde_json and a few lines around it see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// serde_json refuses it too, or it is not an object.
    NoJson,
    Repeated,
    Deep,
    Huge,
}

/// The object that a text is, by serde_json.
pub(crate) fn oracle(text: &[u8]) -> Result<Value, Fault> {
    let value: Value = serde_json::from_slice(text).map_err(|_| Fault::NoJson)?;
    if !value.is_object() {
        return Err(Fault::NoJson);
    }
    let mut faults = Vec::new();
    let mut source = serde_json::Deserializer::from_slice(text);
    Watch { depth: DEPTH_MAX, faults: &mut faults }.deserialize(&mut source).map_err(|_| Fault::NoJson)?;
    faults.first().map_or(Ok(value), |fault| Err(*fault))
}

/// Looks for what serde_json allows.
struct Watch<'a> {
    depth: u8,
    faults: &'a mut Vec<Fault>,
}

impl Watch<'_> {
    fn inner(&mut self) -> Watch<'_> {
        if self.depth == 0 {
            self.faults.push(Fault::Deep);
        }
        Watch { depth: self.depth.saturating_sub(1), faults: self.faults }
    }
}

impl<'de> DeserializeSeed<'de> for Watch<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Watch<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<(), E> {
        if number.abs() >= NUMBER_BOUND {
            self.faults.push(Fault::Huge);
        }
        Ok(())
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let inner = self.inner();
        while items.next_element_seed(Watch { depth: inner.depth, faults: inner.faults })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let inner = self.inner();
        let mut names = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if !names.insert(name) {
                inner.faults.push(Fault::Repeated);
            }
            members.next_value_seed(Watch { depth: inner.depth, faults: inner.faults })?;
        }
        Ok(())
    }
}

/// What the scanner found, read by its own means.
fn scanned(text: &[u8]) -> Result<Value, NotStrict> {
    let object = Object::parse(str::from_utf8(text).map_err(|_| NotStrict)?)?;
    Ok(members(&object))
}

fn members(object: &Object<'_>) -> Value {
    let Members { places, unescaped, .. } = &*object.members;
    let member = |member: &Member| {
        let name = str::from_utf8(member.name.bytes(object.text, unescaped)).unwrap();
        let found = object.get(name).unwrap();
        assert_eq!(found.span, member.value, "`{name}` is found by its name");
        (name.to_owned(), value(found))
    };
    Value::Object(places.iter().map(member).collect())
}

fn value(json: Json<'_>) -> Value {
    match json.span.kind {
        ValueKind::Null => Value::Null,
        ValueKind::False => Value::Bool(false),
        ValueKind::True => Value::Bool(true),
        ValueKind::Number => serde_json::from_str(json.as_number().unwrap()).unwrap(),
        ValueKind::Plain | ValueKind::Escaped => Value::String(json.as_str().unwrap().into_owned()),
        ValueKind::Array => Value::Array(json.items().unwrap().map(value).collect()),
        ValueKind::Object => {
            let object = members(&Object::parse(json.as_written()).unwrap());
            for (name, member) in object.as_object().unwrap() {
                assert_eq!(json.member(name).map(value).as_ref(), Some(member), "`{name}` is found by its name");
            }
            object
        }
    }
}

/// Same verdict, same meaning.
fn agree(text: &[u8]) -> Result<(), TestCaseError> {
    prop_assert_eq!(scanned(text).ok(), oracle(text).ok(), "{}", String::from_utf8_lossy(text));
    prop_assert_eq!(object(text).is_ok(), oracle(text).is_ok());
    Ok(())
}

/// Types as handlers have them.
#[derive(Debug, PartialEq, Deserialize)]
struct Usual {
    sub: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    roles: Vec<String>,
    email: Option<String>,
    exp: Option<u64>,
    level: Option<Level>,
    user: Option<User>,
    pair: Option<(String, f64)>,
    letter: Option<char>,
    large: Option<i128>,
    team: Option<Team>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Low,
    High,
    Of(u8),
}

#[derive(Debug, PartialEq, Deserialize)]
struct User(String);

#[derive(Debug, PartialEq, Deserialize)]
struct Team {
    name: String,
    level: Option<Level>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Flat {
    sub: Option<User>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closed {
    sub: Option<String>,
    exp: Option<f64>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "level", rename_all = "lowercase")]
enum Tagged {
    Low { sub: String },
    High { exp: Option<u64> },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Closed(Closed),
    Usual(Box<Usual>),
    Any(Map<String, Value>),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Within(Flat);

#[derive(Debug, PartialEq, Deserialize)]
struct Wide {
    wide: Option<u128>,
    count: Count,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Count(i128);

/// What is read out of the members is what serde_json reads, and of the types that are usual nothing is left to it.
fn read_the_same(text: &str) -> Result<(), TestCaseError> {
    fn both<T: DeserializeOwned + PartialEq + fmt::Debug>(text: &str) -> (Option<T>, Option<T>) {
        (Members::parse(text).unwrap().read(text).ok(), serde_json::from_str(text).ok())
    }
    macro_rules! equal {
        ($($wanted:ty),*) => {$(
            let (read, wanted) = both::<$wanted>(text);
            prop_assert_eq!(read, wanted, "{} as {}", text, stringify!($wanted));
        )*};
    }
    equal!(Usual, Flat, Closed, Tagged, Untagged, Within, Value, Map<String, Value>, BTreeMap<String, Option<String>>);
    equal!(Wide, (String,), Vec<Value>, Option<Usual>, String, (), Level);
    // Left to serde_json, where a name is a number.
    let (read, wanted) = both::<BTreeMap<u8, Value>>(text);
    prop_assert!(read.is_none() || read == wanted, "{text}");
    Ok(())
}

#[test]
fn a_type_is_read_out_of_the_members() {
    let text = r#" {"iss":"https://a.example","sub":"al\u0069ce","n\u0061me":"A","scope":"a b","roles":["x","\n"],"exp":7,"level":"high",
        "team":{"name":"t","level":{"of":3},"more":[{}]},"pair":["p",0.5],"letter":"é","email":null,"large":-170141183460469231731687303715884105728} "#;
    let read: Usual = Members::parse(text).unwrap().read(text).unwrap();
    assert_eq!(
        (read.sub.as_str(), read.scope.as_str(), read.exp, read.email.as_ref()),
        ("alice", "a b", Some(7), None)
    );
    assert_eq!((read.roles, read.level), (vec!["x".to_owned(), "\n".to_owned()], Some(Level::High)));
    assert_eq!(read.team, Some(Team { name: "t".into(), level: Some(Level::Of(3)) }));
    read_the_same(text).unwrap();
    // Where serde_json alone would stop before the end of the number.
    for number in ["1e3", "1.5", "-1.5", "1E0", "7"] {
        let text = format!(r#"{{"sub":"a","large":{number},"wide":{number},"count":{number}}}"#);
        read_the_same(&text).unwrap();
        let is_whole = number == "7";
        assert_eq!(Members::parse(&text).unwrap().read::<Wide>(&text).is_ok(), is_whole, "{number}");
        assert_eq!(serde_json::from_str::<Wide>(&text).is_ok(), is_whole, "{number}");
    }
    for text in ["{}", r#"{"sub":1}"#, r#"{"sub":"a","sub2":"b"}"#, r#"{"level":"low","sub":"a"}"#, r#"{"7":[1]}"#] {
        read_the_same(text).unwrap();
    }
}

#[test]
fn a_type_that_stops_half_way_has_read_no_object() {
    #[derive(Debug)]
    struct First;
    impl<'de> Deserialize<'de> for First {
        fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
            source.deserialize_map(Self)
        }
    }
    impl<'de> Visitor<'de> for First {
        type Value = Self;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
            members.next_entry::<String, Value>()?;
            Ok(self)
        }
    }
    let is_read = |text: &str| Members::parse(text).unwrap().read::<First>(text).is_ok();
    for text in ["{}", r#"{"a":1}"#, r#"{"a":1,"b":2}"#] {
        assert_eq!(is_read(text), serde_json::from_str::<First>(text).is_ok(), "{text}");
    }
}

fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[ -!#-\\[\\]-~]{0,12}",
        1 => Just("\\n\\/\\u0041".to_owned()),
        1 => Just("\\ud83d\\ude00é😀".to_owned()),
        1 => "[a\u{7f}é߿ࠀ￿𐀀]{0,9}",
    ];
    prop::collection::vec(piece, 0..3).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

/// A name, often one that is there already.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![60 => "\"[a-z]{2,9}\"", 1 => "\"[ab]\"", 1 => Just("\"\\u0061\"".to_owned()), 2 => string()]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => any::<i64>().prop_map(|number| number.to_string()),
        8 => any::<u64>().prop_map(|number| number.to_string()),
        8 => any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(|number| format!("{number:e}")),
        8 => "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?",
        1 => "-?[1-9]{1,3}(\\.[0-9]{1,3})?[eE][+-]?(2[0-9]{2}|3[0-2][0-9])",
    ]
}

/// An object with members that a type asks for.
fn claims_text() -> impl Strategy<Value = String> {
    let names =
        ["sub", "scope", "roles", "email", "exp", "level", "user", "pair", "letter", "large", "team", "name", "7"];
    let fitting = prop::sample::select(vec![
        r#""low""#,
        r#""high""#,
        r#"{"of":3}"#,
        r#"["a","b"]"#,
        r#"["a",0.5]"#,
        r#"{"name":"t","level":"low"}"#,
        r#""é""#,
        "7",
        "null",
        "-7",
        "1e3",
        "[]",
        "{}",
        "true",
        "18446744073709551616",
    ]);
    let value = prop_oneof![3 => fitting.prop_map(str::to_owned), 2 => string(), 1 => number()];
    let member = (prop::sample::select(names.to_vec()), value, space());
    prop::collection::vec(member, 0..9).prop_map(|members| {
        let mut known = BTreeSet::new();
        let members: Vec<_> = members
            .into_iter()
            .filter(|(name, ..)| known.insert(*name))
            .map(|(name, value, space)| format!("{space}\"{name}\"{space}:{space}{value}{space}"))
            .collect();
        format!("{{{}}}", members.join(","))
    })
}

/// JSON as text, with spaces here and there.
fn json_text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["null", "true", "false", "\"\"", "[]", "{}", "[ ]", "{ }"]);
    let leaf = prop_oneof![string(), number(), word.prop_map(str::to_owned)];
    let nested = leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..6), space())
                .prop_map(|(items, space)| format!("[{space}{}{space}]", items.join(&format!("{space},")))),
            object_of(inner),
        ]
    });
    object_of(nested)
}

fn object_of(values: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (prop::collection::vec((name(), values), 0..7), space()).prop_map(|(members, space)| {
        let members: Vec<_> =
            members.into_iter().map(|(name, value)| format!("{name}{space}:{value}{space}")).collect();
        format!("{space}{{{space}{}}}{space}", members.join(&format!(",{space}")))
    })
}

fn space() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "", " ", "\n\t", "\r"])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn documents_mean_what_serde_json_says(text in json_text()) {
        agree(text.as_bytes())?;
    }

    #[test]
    fn types_are_read_out_of_members_as_serde_json_reads_them(text in prop_oneof![3 => claims_text(), 1 => json_text()]) {
        if Members::parse(&text).is_ok() {
            read_the_same(&text)?;
        }
    }

    #[test]
    fn documents_with_changed_bytes_do_too(
        text in json_text(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![
            3 => prop::sample::select(br#"{}[]",:\u019.-+eEtrufalsn /"#.to_vec()), 1 => any::<u8>(),
        ], 0..3_u8), 1..4),
    ) {
        let mut text = text.into_bytes();
        for (at, byte, how) in changes {
            let at = at.index(text.len().max(1));
            match how {
                0 => text.insert(at.min(text.len()), byte),
                1 if at < text.len() => drop(text.remove(at)),
                _ if at < text.len() => text[at] = byte,
                _ => {}
            }
        }
        agree(&text)?;
    }

    #[test]
    fn many_members_do_too(names in prop::collection::vec("[a-z]{2}|[a-z]{9}", 10..30)) {
        let members: Vec<_> = names.into_iter().map(|name| format!("\"{name}\":1")).collect();
        agree(format!("{{{}}}", members.join(",")).as_bytes())?;
    }

    #[test]
    fn bytes_that_look_like_json_do_too(text in "[{}\\[\\]\",:\\\\u019.\\-+eE trufalsn/é]{0,24}") {
        agree(text.as_bytes())?;
        agree(format!("{{\"a\":{text}}}").as_bytes())?;
    }
}
