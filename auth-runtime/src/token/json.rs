//! JSON as a token may contain it: one object, no member twice at any depth, nesting bounded, nothing after it.
//!
//! RFC 7515 section 4 and RFC 7519 section 4 demand it of names: where two parsers pick different ones of two equal members,
//! what was checked is not what is used. Names are compared after unescaping, so `"\u0061lg"` is `"alg"`.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use zeroize::Zeroize;

/// Objects and arrays within each other; realistic claims need four.
const DEPTH_MAX: u8 = 32;
/// Up to so many members are compared one by one; more are sorted first, or a token of many would cost their square.
const COMPARED_MAX: usize = 16;

/// The only member of the map as which serde_json presents a number under its feature `arbitrary_precision`.
const NUMBER_MEMBER: &str = "$serde_json::private::Number";

/// The text was no such object. Why is told to nobody: the text is an attacker's.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotStrict;

/// A value whose strings stay in the text they were read from, as far as they need no unescaping.
#[derive(Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    String(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Object<'a>),
}

/// The members of an object, each name once.
#[derive(Debug, PartialEq)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    /// Parses the whole text as one strict object.
    pub(crate) fn parse(text: &'a [u8]) -> Result<Self, NotStrict> {
        let mut source = serde_json::Deserializer::from_slice(text);
        let value = Strict { depth: DEPTH_MAX }.deserialize(&mut source).map_err(|_| NotStrict)?;
        source.end().map_err(|_| NotStrict)?;
        match value {
            Json::Object(members) => Ok(members),
            _ => Err(NotStrict),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The same, owned.
    pub(crate) fn into_map(self) -> Map<String, Value> {
        self.0.into_iter().map(|(name, value)| (name.into_owned(), value.into_value())).collect()
    }

    /// No name twice, however it was escaped.
    fn distinct(&self) -> bool {
        if self.0.len() <= COMPARED_MAX {
            return self
                .0
                .iter()
                .enumerate()
                .all(|(index, (name, _))| self.0.iter().take(index).all(|(earlier, _)| earlier != name));
        }
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        names.windows(2).all(|pair| pair.first() != pair.last())
    }
}

impl<'a> Json<'a> {
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// A member of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(name),
            _ => None,
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Number(number) => Value::Number(number),
            Self::String(text) => Value::String(text.into_owned()),
            Self::Array(items) => Value::Array(items.into_iter().map(Json::into_value).collect()),
            Self::Object(members) => Value::Object(members.into_map()),
        }
    }
}

/// Parses the whole text as one strict object, owned.
pub(crate) fn object(text: &[u8]) -> Result<Map<String, Value>, NotStrict> {
    Object::parse(text).map(Object::into_map)
}

/// An object with a secret in it, overwritten when dropped.
pub(super) struct Secret(pub(super) Map<String, Value>);

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe);
    }
}

/// Overwrites all strings within; depth is bounded by the parser.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[derive(Clone, Copy)]
struct Strict {
    depth: u8,
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth }),
            None => Err(E::custom("nested too deeply")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Json<'de>, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("strict JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json<'de>, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Borrowed(value)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let inner = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let inner = self.deeper()?;
        let mut object = Vec::with_capacity(COMPARED_MAX);
        while let Some(name) = members.next_key_seed(Name)? {
            if name == NUMBER_MEMBER {
                if !numbers_are_maps() {
                    return Err(de::Error::custom("reserved name"));
                }
                let digits = members.next_value::<String>()?;
                return digits.parse().map(Json::Number).map_err(de::Error::custom);
            }
            object.push((name, members.next_value_seed(inner)?));
        }
        let object = Object(object);
        if object.distinct() { Ok(Json::Object(object)) } else { Err(de::Error::custom("member given twice")) }
    }
}

/// The name of a member, borrowed where it can be.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Cow<'de, str>, D::Error> {
        source.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// Whether some crate of the program turned on `arbitrary_precision`.
fn numbers_are_maps() -> bool {
    struct Probe;

    impl<'de> Visitor<'de> for Probe {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number")
        }

        fn visit_u64<E: de::Error>(self, _: u64) -> Result<bool, E> {
            Ok(false)
        }

        fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<bool, A::Error> {
            Ok(true)
        }
    }

    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| serde_json::Deserializer::from_str("1").deserialize_any(Probe).unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
