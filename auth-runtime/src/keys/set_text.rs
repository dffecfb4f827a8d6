//! The text of a JWK set (RFC 7517 section 5), in which one key may be bad and its neighbours good.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::keys::KeyError;

/// The members of a set. RFC 7517 section 4 lets a key with a member twice be refused and says nothing against the others: an
/// item of an array with a member twice in it, at whatever depth, is null here. Around the arrays no member is there twice.
pub(super) fn read(text: &[u8]) -> Result<Map<String, Value>, KeyError> {
    match serde_json::from_slice(text) {
        Ok(Read { value: Value::Object(members), twice: false }) => Ok(members),
        Ok(_) | Err(_) => Err(KeyError::JsonInvalid),
    }
}

struct Read {
    value: Value,
    /// A member is in it twice, in an array excepted.
    twice: bool,
}

impl<T: Into<Value>> From<T> for Read {
    fn from(value: T) -> Self {
        Self { value: value.into(), twice: false }
    }
}

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Read;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Read, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Read, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Read, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Read, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Read, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Read, E> {
        Ok(Value::Null.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Read, A::Error> {
        let mut items = Vec::new();
        while let Some(Read { value, twice }) = sequence.next_element()? {
            items.push(if twice { Value::Null } else { value });
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Read, A::Error> {
        let (mut members, mut any_twice) = (Map::new(), false);
        while let Some((name, Read { value, twice })) = object.next_entry()? {
            any_twice |= members.insert(name, value).is_some() || twice;
        }
        Ok(Read { value: members.into(), twice: any_twice })
    }
}
