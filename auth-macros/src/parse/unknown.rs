//! Words that begin no clause: what their author may have meant.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Token, token};

use super::condition::parse_condition;
use super::value::rest;
use crate::diag::{remedy, written};
use crate::keyword::{self, Use};

/// The fault of a word that begins nothing.
pub(super) fn unknown(input: ParseStream<'_>, word: &Ident, name: &str, first: bool) -> Error {
    let after = input.fork();
    let _ = after.call(Ident::parse_any);
    let whole = rest(&input.fork());
    // `api-key`: the compiler reads three tokens, the author meant one word.
    if after.peek(Token![-]) && after.peek2(Ident::peek_any) {
        let joined = written(&whole).replace([' ', '-'], "_").replace("___", "_");
        let fault = format!(
            "unknown scheme `{}`; {}",
            written(&whole).replace(' ', ""),
            remedy(&joined, keyword::words(&[Use::Scheme]))
        );
        return Error::new_spanned(whole, fault);
    }
    if let Some(fault) = misplaced(name, &after) {
        return Error::new_spanned(whole, fault);
    }
    let operators = written(&whole);
    let condition = operators.contains("&&") || operators.contains("||");
    if condition || after.peek(token::Paren) && (!first || near(name, &[Use::Predicate])) {
        // The condition parser finds every other unknown predicate of this clause as well.
        return match parse_condition(input) {
            Err(fault) => fault,
            Ok(_) => Error::new_spanned(whole, "expected a condition"),
        };
    }
    let flag = !near(name, &[Use::Scheme]) && near(name, &[Use::Flag]);
    let fault = if (first || near(name, &[Use::Scheme])) && !flag {
        format!("unknown scheme `{name}`; {}", remedy(name, keyword::words(&[Use::Scheme, Use::Combinator])))
    } else {
        format!("unknown word `{name}`; {}", remedy(name, keyword::words(&[Use::Flag, Use::Key])))
    };
    Error::new_spanned(word, fault)
}

/// Words that are known, but not in this shape.
fn misplaced(name: &str, after: ParseStream<'_>) -> Option<String> {
    let bare = after.is_empty();
    let called = after.peek(token::Paren);
    Some(match name {
        _ if after.peek(Token![==]) => format!("`==` compares; write `{name} = …` to say what is required"),
        "scope" | "role" | "acr" if bare => format!("`{name}` lacks its value; write `{name} = \"…\"`"),
        "max_age" if bare => "`max_age` lacks its value; write `max_age = \"5m\"`".to_owned(),
        "check" if bare => "`check` lacks its function; write `check(path_of_fn)`".to_owned(),
        "claim" if bare => "`claim` lacks its name and value; write `claim(\"name\", \"value\")`".to_owned(),
        "policy" if bare || called => "`policy` lacks its name; write `policy = Name`".to_owned(),
        "realm" if bare || called => "`realm` lacks its value; write `realm = \"…\"`".to_owned(),
        "limit" if bare => "`limit` lacks its rate; write `limit = \"100/min\"`".to_owned(),
        "crate" if bare || called => "`crate` lacks its path; write `crate = path::to::auth_runtime`".to_owned(),
        "hide" if called => "`hide` takes no parentheses; write `hide`, or `hide = \"from_authenticated\"`".to_owned(),
        _ if keyword::is(name, Use::Flag) => format!("`{name}` stands alone; remove what follows it"),
        _ if keyword::is(name, Use::Predicate) || keyword::is(name, Use::Key) => {
            format!("expected `=` or `(` after `{name}`")
        }
        "public" => "`public` is an attribute of its own; write `#[public]`".to_owned(),
        "reason" => "`reason` belongs to `#[public]`; remove it here".to_owned(),
        "all" => "unknown predicate `all`; join conditions with `&&`".to_owned(),
        "not" => "unknown predicate `not`; write `!` before the condition".to_owned(),
        _ => return None,
    })
}

fn near(name: &str, uses: &[Use]) -> bool {
    remedy(name, keyword::words(uses)).starts_with("did")
}
