//! JSON as a token may contain it: one object, no member twice at any depth, nesting bounded, nothing after it.
//!
//! RFC 8725 section 2.7 and RFC 7515 section 5.2 demand it: where two parsers pick different ones of two equal members,
//! what was checked is not what is used. Names are compared after unescaping, so `"\u0061lg"` is `"alg"`.

use std::fmt;
use std::sync::OnceLock;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use zeroize::Zeroize;

/// Objects and arrays within each other; realistic claims need four.
const DEPTH_MAX: u8 = 32;

/// The only member of the map as which serde_json presents a number under its feature `arbitrary_precision`.
const NUMBER_MEMBER: &str = "$serde_json::private::Number";

/// The text was no such object. Why is told to nobody: the text is an attacker's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotStrict;

/// Parses the whole text as one strict object.
pub(super) fn object(text: &[u8]) -> Result<Map<String, Value>, NotStrict> {
    let mut source = serde_json::Deserializer::from_slice(text);
    let value = Strict { depth: DEPTH_MAX }.deserialize(&mut source).map_err(|_| NotStrict)?;
    source.end().map_err(|_| NotStrict)?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(NotStrict),
    }
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
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("strict JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if name == NUMBER_MEMBER {
                if !numbers_are_maps() {
                    return Err(de::Error::custom("reserved name"));
                }
                let digits = members.next_value::<String>()?;
                return digits.parse().map(Value::Number).map_err(de::Error::custom);
            }
            let value = members.next_value_seed(inner)?;
            if object.insert(name, value).is_some() {
                return Err(de::Error::custom("member given twice"));
            }
        }
        Ok(Value::Object(object))
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
