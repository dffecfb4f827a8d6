//! JSON Web Keys and sets of them (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).

use std::collections::HashSet;
use std::collections::hash_map::{Entry, HashMap};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::crypto::{Algorithm, KeyKind};
use crate::json;
use crate::keys::KeyError;
use crate::keys::material::Material;
use crate::keys::set_text;
use crate::telemetry::foreign;

/// A key out of a configuration, not yet bound.
#[derive(Clone)]
pub(crate) struct Candidate {
    pub(crate) id: Option<Box<str>>,
    pub(crate) algorithm: Algorithm,
    pub(crate) material: Material,
    /// The issuer that the key says it is of.
    pub(crate) issuer: Option<Box<str>>,
}

/// How keys are read where they leave something open.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyRules {
    pub(crate) secrets_beside_public_keys: bool,
    /// The algorithms of keys that name none.
    pub(crate) algorithms: Arc<[Algorithm]>,
}

impl KeyRules {
    /// The algorithms of a key that names none: each makes a key of its own.
    fn algorithms_of(&self, kind: KeyKind) -> Vec<Algorithm> {
        let mut said: Vec<Algorithm> = Vec::new();
        for &algorithm in self.algorithms.iter().filter(|algorithm| algorithm.kind() == kind) {
            if !said.contains(&algorithm) {
                said.push(algorithm);
            }
        }
        match kind {
            _ if !said.is_empty() => said,
            KeyKind::Rsa => vec![Algorithm::RS256],
            KeyKind::P256 => vec![Algorithm::ES256],
            KeyKind::P384 => vec![Algorithm::ES384],
            KeyKind::Ed25519 => vec![Algorithm::EdDSA],
            // Of three candidates none is the secret's own.
            KeyKind::Secret => Vec::new(),
        }
    }
}

/// The usable keys of a set, and why the others are not.
pub(crate) struct Set {
    pub(crate) keys: Vec<Candidate>,
    pub(crate) skipped: Vec<Box<str>>,
}

/// Reads a single JWK: a key for each algorithm that it may have.
pub(crate) fn key(text: &[u8], rules: &KeyRules) -> Result<Vec<Candidate>, KeyError> {
    let members = json::Secret(json::object(text).map_err(|_| KeyError::JsonInvalid)?);
    if members.0.contains_key("keys") {
        return Err(KeyError::JwkMember { member: "kty" });
    }
    candidates(&members.0, rules)
}

/// Reads a set. One unusable key is skipped and does not spoil the rest.
pub(crate) fn set(text: &[u8], rules: &KeyRules) -> Result<Set, KeyError> {
    let members = json::Secret(set_text::read(text)?);
    let Some(Value::Array(entries)) = members.0.get("keys") else {
        return Err(KeyError::JwkMember { member: "keys" });
    };
    let mut keys = Vec::with_capacity(entries.len());
    let mut skipped = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let read = match entry {
            Value::Object(members) => candidates(members, rules),
            _ => Err(KeyError::JsonInvalid),
        };
        match read {
            Ok(candidates) => keys.extend(candidates.into_iter().map(|candidate| (index, candidate))),
            Err(fault) => skipped.push(skip(index, entry.get("kid").and_then(Value::as_str), &fault.to_string())),
        }
    }
    if !rules.secrets_beside_public_keys && keys.iter().any(|(_, key)| key.algorithm.kind() != KeyKind::Secret) {
        keys.retain(|(index, key)| {
            let keep = key.algorithm.kind() != KeyKind::Secret;
            if !keep {
                skipped.push(skip(*index, key.id.as_deref(), "a shared secret beside public keys"));
            }
            keep
        });
    }
    let standings = standings(keys.iter().map(|(_, key)| key));
    let mut kept = Vec::with_capacity(keys.len());
    for ((index, key), standing) in keys.into_iter().zip(standings) {
        match standing {
            Standing::Counts => kept.push(key),
            Standing::Repeated => {}
            Standing::Ambiguous => {
                skipped.push(skip(index, key.id.as_deref(), "another key has the same `kid` and `alg`"));
            }
        }
    }
    Ok(Set { keys: kept, skipped })
}

/// What a key is among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Counts,
    /// The same stood before: it adds nothing.
    Repeated,
    /// Another has its id and its algorithm: nobody can say which of the two is meant.
    Ambiguous,
}

/// The standing of each key. Looked up, not compared one with another: a set may hold thousands.
pub(crate) fn standings<'a>(keys: impl Iterator<Item = &'a Candidate> + Clone) -> Vec<Standing> {
    let mut named = HashMap::new();
    for key in keys.clone() {
        let Some(id) = &key.id else { continue };
        match named.entry((id, key.algorithm)) {
            Entry::Vacant(place) => drop(place.insert(Some(&key.material))),
            Entry::Occupied(mut first) if *first.get() != Some(&key.material) => drop(first.insert(None)),
            Entry::Occupied(_) => {}
        }
    }
    let mut before = HashSet::new();
    keys.map(|key| match &key.id {
        Some(id) if named.get(&(id, key.algorithm)) == Some(&None) => Standing::Ambiguous,
        _ if before.insert((&key.id, key.algorithm, &key.material, &key.issuer)) => Standing::Counts,
        _ => Standing::Repeated,
    })
    .collect()
}

/// Whether nobody can say which of two keys an id means.
pub(crate) fn conflict(one: &Candidate, other: &Candidate) -> bool {
    one.id.is_some() && one.id == other.id && one.algorithm == other.algorithm && one.material != other.material
}

fn skip(index: usize, id: Option<&str>, why: &str) -> Box<str> {
    format!("key {} (kid `{}`): {why}", index + 1, foreign(id.unwrap_or_default())).into()
}

fn candidates(members: &Map<String, Value>, rules: &KeyRules) -> Result<Vec<Candidate>, KeyError> {
    check_purpose(members)?;
    let name = |member: &'static str| match members.get(member) {
        None => Ok(None),
        Some(Value::String(name)) => Ok(Some(Box::<str>::from(name.as_str()))),
        Some(_) => Err(KeyError::JwkMember { member }),
    };
    let (id, issuer) = (name("kid")?, name("issuer")?);
    let stated = match members.get("alg") {
        None => None,
        Some(Value::String(name)) => Some(Algorithm::from_name(name).ok_or(KeyError::JwkAlgorithm)?),
        Some(_) => return Err(KeyError::JwkMember { member: "alg" }),
    };
    let material = material(members)?;
    let algorithms = stated.map_or_else(|| rules.algorithms_of(material.kind()), |stated| vec![stated]);
    let mut fault = KeyError::JwkMember { member: "alg" };
    let mut candidates = Vec::with_capacity(algorithms.len());
    for algorithm in algorithms {
        match material.bind(algorithm) {
            Ok(_) => candidates.push(Candidate {
                id: id.clone(),
                algorithm,
                material: material.clone(),
                issuer: issuer.clone(),
            }),
            Err(unfit) => fault = unfit,
        }
    }
    if candidates.is_empty() { Err(fault) } else { Ok(candidates) }
}

/// RFC 7517 sections 4.2 and 4.3.
fn check_purpose(members: &Map<String, Value>) -> Result<(), KeyError> {
    match members.get("use") {
        None => {}
        Some(Value::String(purpose)) if purpose == "sig" => {}
        Some(_) => return Err(KeyError::JwkPurpose),
    }
    match members.get("key_ops") {
        None => Ok(()),
        Some(Value::Array(operations)) if operations.iter().any(|operation| operation == "verify") => Ok(()),
        Some(_) => Err(KeyError::JwkPurpose),
    }
}

fn material(members: &Map<String, Value>) -> Result<Material, KeyError> {
    let kind = text(members, "kty")?;
    if kind != "oct" && members.contains_key("d") {
        return Err(KeyError::PrivateKeyGiven);
    }
    match kind {
        "oct" => Material::secret(&bytes(members, "k")?),
        "RSA" => Material::rsa(&bytes(members, "n")?, &bytes(members, "e")?),
        "EC" => match text(members, "crv")? {
            "P-256" => Material::p256(&point(members, 32)?),
            "P-384" => Material::p384(&point(members, 48)?),
            _ => Err(KeyError::KindUnsupported),
        },
        "OKP" => match text(members, "crv")? {
            "Ed25519" => Material::ed25519(&bytes(members, "x")?),
            _ => Err(KeyError::KindUnsupported),
        },
        _ => Err(KeyError::KindUnsupported),
    }
}

/// Coordinates have full length (RFC 7518 section 6.2.1.2), else two of wrong length could make one of right length.
fn point(members: &Map<String, Value>, coordinate: usize) -> Result<Vec<u8>, KeyError> {
    let mut point = vec![4];
    for member in ["x", "y"] {
        let bytes = bytes(members, member)?;
        if bytes.len() != coordinate {
            return Err(KeyError::JwkMember { member });
        }
        point.extend_from_slice(&bytes);
    }
    Ok(point)
}

fn text<'a>(members: &'a Map<String, Value>, member: &'static str) -> Result<&'a str, KeyError> {
    members.get(member).and_then(Value::as_str).ok_or(KeyError::JwkMember { member })
}

fn bytes(members: &Map<String, Value>, member: &'static str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let decoded = URL_SAFE_NO_PAD.decode(text(members, member)?).map_err(|_| KeyError::JwkMember { member })?;
    Ok(Zeroizing::new(decoded))
}
