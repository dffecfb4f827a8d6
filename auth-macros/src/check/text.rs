//! Strings that end up in headers and tokens. Constants are checked by the compiler, with the same rules, in the
//! runtime's `const fn`s.

use syn::LitStr;

use crate::diag::{Sink, written};
use crate::model::{PATH_SEPARATOR, Text};

/// A scope-token: `%x21 / %x23-5B / %x5D-7E` (RFC 6749 section 3.3, RFC 6750 section 3).
pub(crate) fn check_scope(literal: &LitStr, sink: &Sink) {
    let value = literal.value();
    if value.is_empty() {
        sink.report(literal, "the scope is empty; name one");
    } else if value.contains(' ') {
        let remedy = "`scope = \"a b\"` is the form that splits at spaces";
        sink.report(literal, format!("`scope(…)` takes one scope, and `{value}` has a space; {remedy}"));
    } else {
        check_scope_characters(literal, &value, sink);
    }
}

/// The scopes of `scope = "a b"`.
pub(crate) fn check_scope_list(literal: &LitStr, sink: &Sink) -> Vec<LitStr> {
    let value = literal.value();
    let scopes: Vec<&str> = value.split(' ').filter(|scope| !scope.is_empty()).collect();
    if scopes.is_empty() {
        sink.report(literal, "the scope is empty; name one");
    }
    for scope in &scopes {
        check_scope_characters(literal, scope, sink);
    }
    scopes.into_iter().map(|scope| LitStr::new(scope, literal.span())).collect()
}

/// What a word in a list of a challenge is made of.
fn is_in_lists(c: char) -> bool {
    matches!(c, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E')
}

fn check_scope_characters(literal: &LitStr, scope: &str, sink: &Sink) {
    if let Some(bad) = scope.chars().find(|&c| !is_in_lists(c)) {
        let remedy = "use printable ASCII without spaces, `\"` and `\\`";
        sink.report(
            literal,
            format!(
                "scope `{}` has the character {}, which RFC 6750 forbids; {remedy}",
                scope.escape_debug(),
                shown(bad)
            ),
        );
    }
}

/// One class of a list that is separated by spaces (RFC 9470 section 3).
pub(crate) fn check_acr(literal: &LitStr, sink: &Sink) {
    let value = literal.value();
    if value.is_empty() {
        sink.report(literal, "the acr is empty; name one");
    } else if value.contains(' ') {
        let remedy = "name one, and say by `acr_order` which are stronger";
        sink.report(literal, format!("the acr `{}` has a space; {remedy}", value.escape_debug()));
    } else if let Some(bad) = value.chars().find(|&c| !is_in_lists(c)) {
        let remedy = "use printable ASCII without spaces, `\"` and `\\`";
        let fault = format!(
            "the acr `{}` has the character {}, which a challenge cannot carry",
            value.escape_debug(),
            shown(bad)
        );
        sink.report(literal, format!("{fault}; {remedy}"));
    }
}

/// Any text, for a role.
pub(crate) fn check_role(literal: &LitStr, sink: &Sink) {
    check_name(literal, "role", sink);
}

/// Any text, for the name of a claim.
pub(crate) fn check_claim(literal: &LitStr, sink: &Sink) {
    for name in literal.value().split(PATH_SEPARATOR) {
        check_text(name, literal, "claim's name", sink);
    }
}

fn check_name(literal: &LitStr, what: &str, sink: &Sink) {
    check_text(&literal.value(), literal, what, sink);
}

fn check_text(value: &str, literal: &LitStr, what: &str, sink: &Sink) {
    if value.trim().is_empty() {
        sink.report(literal, format!("the {what} is empty; name one"));
    } else if let Some(bad) = value.chars().find(|c| c.is_control()) {
        sink.report(literal, format!("the {what} has the control character {}; remove it", shown(bad)));
    } else if value.trim() != value {
        sink.report(literal, format!("the {what} begins or ends with a space; remove it"));
    }
}

/// A quoted-string of RFC 9110 section 5.6.4 that needs no escapes, which several client parsers get wrong.
pub(crate) fn check_realm(realm: &Text, sink: &Sink) -> Option<Text> {
    if let Text::Literal(literal) = realm {
        let value = literal.value();
        if value.is_empty() {
            sink.report(literal, "the realm is empty; name it, or drop the key to use the realm of `Auth`");
        } else if let Some(bad) = value.chars().find(|c| !matches!(c, ' '..='~') || matches!(c, '"' | '\\')) {
            let remedy = "use printable ASCII without `\"` and `\\`";
            sink.report(
                literal,
                format!("the realm has the character {}, which a challenge cannot carry; {remedy}", shown(bad)),
            );
        }
    }
    if let Text::Variant(path) = realm {
        let fault = format!("a realm is not a variant, which `{}` is by its letters", written(path));
        sink.report(path, format!("{fault}; write a string, or a constant in capitals"));
    }
    Some(realm.clone())
}

/// A sentence for the policy table.
pub(crate) fn check_reason(reason: &LitStr, sink: &Sink) -> Option<LitStr> {
    if reason.value().trim().is_empty() {
        sink.report(reason, "the reason is empty; say why the route is open, or drop the key");
    }
    Some(reason.clone())
}

fn shown(c: char) -> String {
    if c.is_ascii_graphic() { format!("`{c}`") } else { format!("U+{:04X}", u32::from(c)) }
}
