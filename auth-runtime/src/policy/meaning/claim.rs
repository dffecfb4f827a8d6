//! A claim of a token by which something can be said of its values.

use serde_json::{Value as Json, json};

use crate::logic::{ClaimKind, Value};
use crate::policy::rule::Literal;

/// A claim with these values and without those; `is_open` says whether others matter of which nothing is to be known.
pub(super) fn claim(said: &[(&Literal, Value)], is_open: bool) -> Option<Json> {
    let of = |wanted: Value| said.iter().filter(move |(_, value)| *value == wanted).map(|(literal, _)| *literal);
    let mut held: Vec<Json> = of(Value::Held).map(json).collect();
    let absent: Vec<&Literal> = of(Value::Absent).collect();
    let kind = absent.first().map(|literal| literal.kind());
    let is_of_one_kind = absent.iter().all(|literal| Some(literal.kind()) == kind);
    match (&*held, kind) {
        ([], None) => return None,
        // Of another value nothing is known.
        (_, None) if is_open => held.push(Json::Null),
        ([], Some(ClaimKind::Text)) if is_of_one_kind => held.push(json!(other_than(&absent))),
        ([], Some(ClaimKind::Integer)) if is_of_one_kind => held.push(json!(0.5)),
        ([], Some(ClaimKind::Boolean)) => {
            if let [Literal::Boolean(only)] = *absent {
                held.push(json!(!only));
            }
        }
        _ => {}
    }
    Some(match held.pop() {
        Some(one) if held.is_empty() => one,
        last => Json::Array(held.into_iter().chain(last).collect()),
    })
}

fn json(literal: &Literal) -> Json {
    match literal {
        Literal::Text(text) => json!(text),
        Literal::Integer(integer) => json!(integer),
        Literal::Boolean(boolean) => json!(boolean),
    }
}

/// A text that is none of these.
fn other_than(texts: &[&Literal]) -> String {
    let first = texts.iter().find_map(|literal| match literal {
        Literal::Text(text) => Some(&**text),
        _ => None,
    });
    let mut other = format!("not {}", first.unwrap_or_default());
    while texts.iter().any(|literal| matches!(literal, Literal::Text(text) if *text == other)) {
        other.push('\'');
    }
    other
}
