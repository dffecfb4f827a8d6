//! The claims of a token, read when somebody asks for them.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::json::{Members, Shape};

/// What reading an ordinary token takes, in bytes: that is in what every remembered token weighs.
const ORDINARY: usize = 6 * 1024;
/// Tokens of at most so many objects, members and items are ordinary.
const SEVERAL_TYPES_MAX: u32 = 64;

/// Claims as text, as a map, or both: most handlers want a type of their own, which the text makes faster.
pub(crate) struct Claims {
    /// Empty where the claims came as a map. Behind it, where the token is to be known again, the token: with one allocation
    /// for both, a memory of many grows faster and lets go faster.
    text: String,
    /// How much of it is claims.
    length: usize,
    shape: Shape,
    /// Where the claims stand in the text, as whoever checked them has found them. Not kept with a token that is remembered.
    members: Option<Members>,
    map: OnceLock<Map<String, Value>>,
}

impl Claims {
    /// Of a text that is known to be one object of this shape.
    pub(crate) fn of_text(text: String, shape: Shape) -> Self {
        let length = text.len();
        Self { text, length, shape, members: None, map: OnceLock::new() }
    }

    /// With the token that they are of, by which it is known again.
    pub(crate) fn with_token(mut self, token: &str) -> Self {
        self.text.push_str(token);
        self
    }

    /// With the places where they stand, so that a type is read out of them at once.
    pub(crate) fn with_members(self, members: Option<Members>) -> Self {
        Self { members, ..self }
    }

    pub(super) fn of_map(map: Map<String, Value>) -> Self {
        Self { map: map.into(), ..Self::of_text(String::new(), Shape::default()) }
    }

    pub(super) fn text(&self) -> &str {
        self.text.get(..self.length).unwrap_or_default()
    }

    /// Empty where it was not kept.
    pub(super) fn token(&self) -> &str {
        self.text.get(self.length..).unwrap_or_default()
    }

    pub(super) fn map(&self) -> &Map<String, Value> {
        // The text was parsed before, more strictly; without it nothing could be read anyway.
        self.map.get_or_init(|| serde_json::from_str(self.text()).unwrap_or_default())
    }

    /// How many bytes are taken by what handlers read out of a remembered token: the map, and a type of their own. An estimate
    /// on the high side, beyond what an [ordinary](ORDINARY) token takes.
    pub(super) fn growth(&self) -> usize {
        const VALUE: usize = size_of::<Value>();
        /// A node of a `BTreeMap` has room for eleven members and is half full at least, the first aside.
        const NODE: usize = 11 * (size_of::<String>() + VALUE);
        /// The least that an allocator gives, and what it needs itself.
        const ALLOCATION: usize = 32;
        let Shape { objects, members, items } = self.shape;
        let [objects, members, items] =
            [objects, members, items].map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        let texts = self.length;
        // A vector grows by doubling; each value may be a text of its own.
        let item = 2 * VALUE + ALLOCATION;
        let map = [(objects, NODE + ALLOCATION), (members, NODE / 5 + 2 * ALLOCATION), (items, item)];
        // Nobody knows the type: as a map is, less the room that its nodes leave.
        let typed = [(objects, VALUE + 2 * ALLOCATION), (members, VALUE + ALLOCATION), (items, item)];
        let sum = |parts: [(usize, usize); 3]| {
            parts.into_iter().fold(texts, |sum, (count, bytes)| sum.saturating_add(count.saturating_mul(bytes)))
        };
        let typed = if self.may_keep_several_types() { 0 } else { sum(typed) };
        sum(map).saturating_add(typed).saturating_sub(ORDINARY)
    }

    /// Whether several types may be kept beside the map: what is read of a large token counts for its bound.
    fn may_keep_several_types(&self) -> bool {
        let Shape { objects, members, items } = self.shape;
        objects.saturating_add(members).saturating_add(items) <= SEVERAL_TYPES_MAX
    }

    fn read<C: DeserializeOwned>(&self) -> Result<C, Unfit> {
        let found = self.members.as_ref().and_then(|members| members.read(self.text()).ok());
        if let Some(claims) = found.or_else(|| serde_json::from_str(self.text()).ok()) {
            return Ok(claims);
        }
        serde_path_to_error::deserialize(self.map())
    }
}

/// The error of claims that do not fit a type, with the path to the claim.
pub(crate) type Unfit = serde_path_to_error::Error<serde_json::Error>;

/// The claims as the types that handlers asked for: a remembered token is read once for each, not with each request.
#[derive(Default)]
pub(super) struct TypedClaims {
    first: OnceLock<AnyClaims>,
    /// Seldom there: a place that is empty is remembered with each token.
    more: OnceLock<Box<[OnceLock<AnyClaims>; Self::MORE]>>,
}

type AnyClaims = Arc<dyn Any + Send + Sync>;

impl TypedClaims {
    /// How many types are kept beside the first; an application rarely reads one issuer's tokens in more ways.
    const MORE: usize = 3;

    pub(super) fn read<C>(&self, claims: &Claims) -> Result<Arc<C>, Unfit>
    where
        C: DeserializeOwned + Send + Sync + 'static,
    {
        let more = self.more.get().into_iter().flat_map(|more| more.iter());
        for known in [&self.first].into_iter().chain(more).map_while(OnceLock::get) {
            if let Ok(known) = Arc::clone(known).downcast() {
                return Ok(known);
            }
        }
        let read: Arc<C> = Arc::new(claims.read()?);
        let unkept = self.first.set(read.clone()).err().filter(|_| claims.may_keep_several_types());
        if let Some(mut unkept) = unkept {
            for place in self.more.get_or_init(Box::default).iter() {
                match place.set(unkept) {
                    Ok(()) => break,
                    Err(taken) => unkept = taken,
                }
            }
        }
        Ok(read)
    }
}
