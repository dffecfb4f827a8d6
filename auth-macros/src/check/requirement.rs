//! Clauses to one requirement, with `!` moved to its leaves.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::LitStr;

use super::layers::Layers;
use super::text;
use crate::diag::{Sink, written};
use crate::model::{Atom, ClaimValue, Requirement, RequirementKind, Text};
use crate::parse::{Clause, Condition, ConditionKind, Key};

/// All clauses, joined by AND.
pub(crate) fn check_requirement(layers: &Layers, sink: &Sink) -> Requirement {
    let mut parts = Vec::new();
    for clause in layers.clauses() {
        match clause {
            Clause::Condition(condition) => parts.push(check_condition(condition, true, sink)),
            Clause::Key(_, Key::Scope(Text::Literal(list))) => {
                for scope in text::check_scope_list(list, sink) {
                    parts.push(atom(Atom::Scope(Text::Literal(scope)), list.to_token_stream()));
                }
            }
            Clause::Key(_, Key::Scope(constant)) => parts.push(key(Atom::Scope(constant.clone()), sink)),
            Clause::Key(_, Key::Role(role)) => parts.push(key(Atom::Role(role.clone()), sink)),
            Clause::Key(_, Key::Acr(class)) => parts.push(key(Atom::Acr(class.clone()), sink)),
            Clause::Key(word, Key::MaxAge(age)) => parts.push(atom(Atom::MaxAge(*age), word.to_token_stream())),
            Clause::Key(_, Key::Check(call)) => parts.push(key(Atom::Check(call.clone()), sink)),
            _ => {}
        }
    }
    join(parts, None, RequirementKind::All)
}

/// The condition of one alternative.
pub(super) fn check_own_condition(condition: &Condition, sink: &Sink) -> Requirement {
    check_condition(condition, true, sink)
}

/// A condition, or its negation where `holds` is false.
fn check_condition(condition: &Condition, holds: bool, sink: &Sink) -> Requirement {
    let tokens = || if holds { condition.tokens.clone() } else { negated(&condition.tokens) };
    match &condition.kind {
        ConditionKind::Atom(atom) => {
            check_atom(atom, sink);
            if let (Atom::Check(call), false) = (atom, holds) {
                let fault = format!(
                    "`!check({0})` would admit whoever the check fails to decide on; negate inside `{0}`",
                    written(&call.path)
                );
                sink.report(&condition.tokens, fault);
            }
            if let (Atom::Acr(_) | Atom::MaxAge(_), false) = (atom, holds) {
                let fault = format!("`!{atom}` would demand a weaker or older authentication; remove it");
                sink.report(&condition.tokens, fault);
            }
            let kind = if holds { RequirementKind::Atom(atom.clone()) } else { RequirementKind::Not(atom.clone()) };
            Requirement { kind, tokens: tokens() }
        }
        ConditionKind::Not(inner) => {
            let inner = check_condition(inner, !holds, sink);
            Requirement { tokens: if holds { condition.tokens.clone() } else { inner.tokens }, kind: inner.kind }
        }
        ConditionKind::All(parts) | ConditionKind::Any(parts) => {
            let all = matches!(condition.kind, ConditionKind::All(_)) == holds;
            let parts = parts.iter().map(|part| check_condition(part, holds, sink)).collect();
            join(parts, Some(tokens()), if all { RequirementKind::All } else { RequirementKind::Any })
        }
    }
}

/// What stands under a `!` that has been moved inwards. Its own `!` was not written, so only the operand is shown.
fn negated(tokens: &TokenStream) -> TokenStream {
    quote!(!#tokens)
}

/// `a && (b && c)` as `a && b && c`; a single part as itself.
fn join(
    parts: Vec<Requirement>,
    tokens: Option<TokenStream>,
    kind: fn(Vec<Requirement>) -> RequirementKind,
) -> Requirement {
    let all = matches!(kind(Vec::new()), RequirementKind::All(_));
    let mut flat = Vec::new();
    for part in parts {
        match part.kind {
            RequirementKind::All(inner) if all => flat.extend(inner),
            RequirementKind::Any(inner) if !all => flat.extend(inner),
            RequirementKind::Authenticated => {}
            _ => flat.push(part),
        }
    }
    let tokens = tokens.unwrap_or_else(|| flat.iter().map(|part| part.tokens.clone()).collect());
    match flat.len() {
        0 => Requirement { kind: RequirementKind::Authenticated, tokens },
        1 => flat.pop().unwrap_or(Requirement { kind: RequirementKind::Authenticated, tokens }),
        _ => Requirement { kind: kind(flat), tokens },
    }
}

fn key(of: Atom, sink: &Sink) -> Requirement {
    check_atom(&of, sink);
    let tokens = match &of {
        Atom::Scope(text) | Atom::Role(text) | Atom::Claim(text, _) | Atom::Acr(text) => tokens(text),
        Atom::MaxAge(age) => Literal::u32_unsuffixed(age.seconds).into_token_stream(),
        Atom::Check(call) => call.to_token_stream(),
    };
    atom(of, tokens)
}

fn atom(atom: Atom, tokens: TokenStream) -> Requirement {
    Requirement { kind: RequirementKind::Atom(atom), tokens }
}

fn tokens(text: &Text) -> TokenStream {
    match text {
        Text::Literal(literal) => literal.to_token_stream(),
        Text::Constant(path) | Text::Variant(path) => path.to_token_stream(),
    }
}

fn check_atom(atom: &Atom, sink: &Sink) {
    let literal = |text: &Text| -> Option<LitStr> {
        match text {
            Text::Literal(literal) => Some(literal.clone()),
            Text::Constant(_) | Text::Variant(_) => None,
        }
    };
    match atom {
        Atom::Scope(scope) => literal(scope).iter().for_each(|scope| text::check_scope(scope, sink)),
        Atom::Role(role) => literal(role).iter().for_each(|role| text::check_role(role, sink)),
        Atom::Claim(name, value) => {
            literal(name).iter().for_each(|name| text::check_claim(name, sink));
            if let ClaimValue::Text(value) = value
                && value.value().is_empty()
            {
                sink.report(value, "the claim's value is empty; write what it must be");
            }
        }
        Atom::Acr(class) => literal(class).iter().for_each(|class| text::check_acr(class, sink)),
        Atom::MaxAge(_) | Atom::Check(_) => {}
    }
}
