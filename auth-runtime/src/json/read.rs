//! Claims as a type of the application's, out of the members that the scanner has found.
//!
//! Whoever checked a token has gone over its text. To read a type out of it, no more is looked at again than the members that
//! the type names: a string without an escape is taken as it stands, and every other value is left to serde_json.

use std::slice;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::de::StrRead;
use serde_json::{Error, Result};

use crate::json::{Json, Member, Members, ValueKind, ValueSpan};

impl Members {
    /// The object as `T`, given the text that was parsed.
    ///
    /// # Errors
    /// For a `T` that it does not fit, and for some that serde_json could read. For types that read what they are given, and names
    /// as text, what is `Ok` is what serde_json says.
    pub(crate) fn read<'de, T: Deserialize<'de>>(&'de self, text: &'de str) -> Result<T> {
        let span = ValueSpan { kind: ValueKind::Object, start: 0, end: text.len() };
        T::deserialize(Unread { json: Json { text, span }, members: Some(self) })
    }
}

/// A value that is still text, with its members where they are known.
struct Unread<'de> {
    json: Json<'de>,
    members: Option<&'de Members>,
}

impl<'de> Unread<'de> {
    /// What serde_json makes of it, if that is all of it: some of its numbers end before the text does.
    fn by_serde_json<T>(
        &self,
        read: impl FnOnce(&mut serde_json::Deserializer<StrRead<'de>>) -> Result<T>,
    ) -> Result<T> {
        let mut text = serde_json::Deserializer::from_str(self.json.as_written());
        let value = read(&mut text)?;
        text.end()?;
        Ok(value)
    }

    /// A string that needs no unescaping.
    fn plain(&self) -> Option<&'de str> {
        self.json.text.get(self.json.plain_range()?)
    }
}

macro_rules! left_to_serde_json {
    ($($method:ident($($argument:ident: $type:ty),*),)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value> {
            self.by_serde_json(|text| text.$method($($argument,)* visitor))
        }
    )*};
}

impl<'de> Deserializer<'de> for Unread<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match (self.members, self.plain()) {
            (Some(members), _) => MembersLeft::of(members, self.json.text).visited_by(visitor),
            (None, Some(text)) => visitor.visit_borrowed_str(text),
            (None, None) => self.by_serde_json(|text| text.deserialize_any(visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.members {
            Some(members) => MembersLeft::of(members, self.json.text).visited_by(visitor),
            None => self.by_serde_json(|text| text.deserialize_map(visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.members {
            Some(members) => MembersLeft::of(members, self.json.text).visited_by(visitor),
            None => self.by_serde_json(|text| text.deserialize_struct(name, fields, visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.plain() {
            Some(text) => visitor.visit_borrowed_str(text),
            None => self.by_serde_json(|text| text.deserialize_str(visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.json.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    left_to_serde_json! {
        deserialize_bool(), deserialize_char(), deserialize_bytes(), deserialize_byte_buf(), deserialize_unit(),
        deserialize_i8(), deserialize_i16(), deserialize_i32(), deserialize_i64(), deserialize_i128(),
        deserialize_u8(), deserialize_u16(), deserialize_u32(), deserialize_u64(), deserialize_u128(),
        deserialize_f32(), deserialize_f64(), deserialize_seq(), deserialize_identifier(),
        deserialize_tuple(length: usize),
        deserialize_unit_struct(name: &'static str),
        deserialize_newtype_struct(name: &'static str),
        deserialize_tuple_struct(name: &'static str, length: usize),
        deserialize_enum(name: &'static str, variants: &'static [&'static str]),
    }
}

/// The members that were not read yet.
struct MembersLeft<'de> {
    text: &'de str,
    unescaped: &'de str,
    left: slice::Iter<'de, Member>,
    /// Of the member whose name was read.
    value: Option<ValueSpan>,
}

impl<'de> MembersLeft<'de> {
    fn of(members: &'de Members, text: &'de str) -> Self {
        Self { text, unescaped: &members.unescaped, left: members.places.iter(), value: None }
    }

    fn visited_by<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value> {
        let visited = visitor.visit_map(&mut self)?;
        // As serde_json does: a type that stops half way has not read an object.
        if self.left.next().is_some() || self.value.is_some() {
            return Err(Error::custom("members were left"));
        }
        Ok(visited)
    }
}

impl<'de> MapAccess<'de> for MembersLeft<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if self.value.is_some() {
            return Err(Error::custom("a value was left"));
        }
        let Some(member) = self.left.next() else { return Ok(None) };
        self.value = Some(member.value);
        seed.deserialize(BorrowedStrDeserializer::new(member.name.str(self.text, self.unescaped))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let span = self.value.take().ok_or_else(|| Error::custom("a value was read before its name"))?;
        seed.deserialize(Unread { json: Json { text: self.text, span }, members: None })
    }
}
