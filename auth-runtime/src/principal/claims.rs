//! The claims of a token, read when somebody asks for them.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Claims as text, as a map, or both: most handlers want a type of their own, which the text makes faster.
pub(super) struct Claims {
    /// Empty where the claims came as a map.
    pub(super) text: String,
    pub(super) map: OnceLock<Map<String, Value>>,
}

impl Claims {
    pub(super) fn map(&self) -> &Map<String, Value> {
        // The text was parsed before, more strictly; without it nothing could be read anyway.
        self.map.get_or_init(|| serde_json::from_str(&self.text).unwrap_or_default())
    }

    fn read<C: DeserializeOwned>(&self) -> Result<C, Unfit> {
        if let Ok(claims) = serde_json::from_str(&self.text) {
            return Ok(claims);
        }
        serde_path_to_error::deserialize(self.map())
    }
}

/// The error of claims that do not fit a type, with the path to the claim.
pub(crate) type Unfit = serde_path_to_error::Error<serde_json::Error>;

/// The claims as the types that handlers asked for: a remembered token is read once for each, not with each request.
#[derive(Default)]
pub(super) struct TypedClaims([OnceLock<Arc<dyn Any + Send + Sync>>; Self::TYPES]);

impl TypedClaims {
    /// How many types are kept; an application rarely reads one issuer's tokens in more ways.
    const TYPES: usize = 4;

    pub(super) fn read<C>(&self, claims: &Claims) -> Result<Arc<C>, Unfit>
    where
        C: DeserializeOwned + Send + Sync + 'static,
    {
        for slot in self.0.iter().map_while(OnceLock::get) {
            if let Ok(known) = Arc::clone(slot).downcast() {
                return Ok(known);
            }
        }
        let read: Arc<C> = Arc::new(claims.read()?);
        let mut unkept: Arc<dyn Any + Send + Sync> = read.clone();
        for slot in &self.0 {
            match slot.set(unkept) {
                Ok(()) => break,
                Err(taken) => unkept = taken,
            }
        }
        Ok(read)
    }
}
