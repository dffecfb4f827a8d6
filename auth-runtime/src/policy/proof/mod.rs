//! Whether one policy implies another, proved while it is compiled: `policy! { AdminArea => StaffArea }`.
//!
//! By what the constants say alone. No hierarchy counts, since an `Auth` may be built without it; a function has no name yet, so that
//! a check, a variant's word or a scheme of the application's own equals only itself, where both policies have it of a third one.

mod message;

use crate::logic::{
    AgeAtom, ClaimAtom, ClaimKind, Costs, Diagram, Diagrams, Price, Slot, Value, absent, possible, possible_ages,
};
use crate::policy::{ClaimValue, Policy, PolicySpec, Presence, Requirement, SchemeUse, Word};
pub(super) use message::Message;

/// Distinct conditions of both policies, and memory for their diagrams.
const ATOMS: usize = 64;
const SLOTS: usize = 2048;

const TOO_COMPLEX: &str =
    "too many conditions to compare while compiling; compare them in a test, by `Auth::meaning_of`";

/// Proves that everybody whom `P` admits is admitted by `W` where the same credential decides.
///
/// # Panics
/// While compiling, where that is not so; with an example.
pub const fn prove<P: Policy, W: Policy>() {
    let (strict, weak) = (&P::SPEC, &W::SPEC);
    let mut message = Message::new();
    let is_false = disprove(strict, weak, &mut message);
    assert!(!is_false, "{}", message.text());
}

/// Whether it is not so; then the message says why.
pub(super) const fn disprove(strict: &PolicySpec, weak: &PolicySpec, message: &mut Message) -> bool {
    message.says(&["`", strict.handler, "` does not imply `", weak.handler, "`: "]);
    if !matches!(strict.presence, Presence::Required) {
        message.says(&["the former lets in who sends nothing"]);
        return !matches!(weak.presence, Presence::Public);
    }
    if !matches!(weak.presence, Presence::Required) {
        return false;
    }
    if weak.check_after.is_some() {
        message.says(&["its `check_after` needs the arguments of its handler"]);
        return true;
    }
    if strict.without_authorities && !weak.without_authorities {
        message.says(&[
            "the former takes callers `without_authorities`, and so lets in whom the application does not know",
        ]);
        return true;
    }
    let is_limited = match (&strict.limit, &weak.limit) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(strict), Some(weak)) => strict.is_within(weak),
    };
    if !is_limited {
        message.says(&["the latter has a `limit` that callers of the former are not held to"]);
        return true;
    }
    let mut left = strict.schemes;
    while let [by, rest @ ..] = left {
        if disprove_by(strict, weak, by, message) {
            return true;
        }
        left = rest;
    }
    false
}

/// The same for callers by one alternative of the stricter policy.
const fn disprove_by(strict: &PolicySpec, weak: &PolicySpec, by: &SchemeUse, message: &mut Message) -> bool {
    let mut slots = [Slot::EMPTY; SLOTS];
    let mut diagrams = Diagrams::new(&mut slots);
    let mut atoms = Atoms::new();
    let admitted = atoms.demanded(strict, by, false, &mut diagrams);
    // Who is taken as the application knows them, and as their credentials describe them, may have other roles there.
    let apart = weak.without_authorities && !strict.without_authorities;
    let same = alternative(weak.schemes, by);
    let theirs = match same {
        Some(same) => atoms.demanded(weak, same, apart, &mut diagrams),
        None => Diagram::NEVER,
    };
    let (claims, count) = atoms.claims();
    let possible = match claims.split_at_checked(count) {
        Some((claims, _)) => possible(&mut diagrams, claims),
        None => Diagram::ALWAYS,
    };
    let (ages, count) = atoms.ages();
    let possible = match ages.split_at_checked(count) {
        Some((ages, _)) => possible_ages(&mut diagrams, possible, ages),
        None => possible,
    };
    let rest = diagrams.without(admitted, theirs);
    let counter = diagrams.both(possible, rest);
    if atoms.are_too_many || diagrams.is_full() {
        message.says(&[TOO_COMPLEX]);
        return true;
    }
    if counter.is(Diagram::NEVER) {
        return false;
    }
    message.scheme(by);
    let is_opaque = atoms.describe(counter, &diagrams, message) || same.is_none() && !by.is_ours();
    message.says(&[" passes the former and not the latter"]);
    if is_opaque {
        message.says(&[
            "; what is a function of yours equals only itself: let both have it of one named policy, by `policy = …`",
        ]);
    }
    true
}

const fn alternative<'a>(among: &'a [SchemeUse], wanted: &SchemeUse) -> Option<&'a SchemeUse> {
    let mut left = among;
    while let [known, rest @ ..] = left {
        let is_configured = match (known.configuration, wanted.configuration) {
            (Some(known), Some(wanted)) => same_text(known, wanted),
            (None, None) => true,
            _ => false,
        };
        if is_configured && same_text(known.keyword, wanted.keyword) && same_text(known.origin, wanted.origin) {
            return Some(known);
        }
        left = rest;
    }
    None
}

/// A condition without parts.
#[derive(Clone, Copy)]
struct Atom<'a> {
    leaf: &'a Requirement,
    /// Whether it is said of the caller as the weaker policy alone sees it.
    apart: bool,
}

struct Atoms<'a> {
    known: [Option<Atom<'a>>; ATOMS],
    are_too_many: bool,
}

impl<'a> Atoms<'a> {
    const fn new() -> Self {
        Self { known: [None; ATOMS], are_too_many: false }
    }

    const fn demanded(
        &mut self,
        of: &'a PolicySpec,
        by: &'a SchemeUse,
        apart: bool,
        diagrams: &mut Diagrams<'_>,
    ) -> Diagram {
        let common = self.condition(&of.requirement, apart, diagrams);
        match &by.condition {
            Some(own) => {
                let own = self.condition(own, apart, diagrams);
                diagrams.both(own, common)
            }
            None => common,
        }
    }

    const fn condition(&mut self, of: &'a Requirement, apart: bool, diagrams: &mut Diagrams<'_>) -> Diagram {
        match of {
            Requirement::All([]) => Diagram::NEVER,
            Requirement::All(parts) => {
                let (mut all, mut left) = (Diagram::ALWAYS, *parts);
                while let [part, rest @ ..] = left {
                    let part = self.condition(part, apart, diagrams);
                    all = diagrams.both(all, part);
                    left = rest;
                }
                all
            }
            Requirement::Any(parts) => {
                let (mut any, mut left) = (Diagram::NEVER, *parts);
                while let [part, rest @ ..] = left {
                    let part = self.condition(part, apart, diagrams);
                    any = diagrams.either(any, part);
                    left = rest;
                }
                any
            }
            leaf => self.leaf(leaf, true, apart, diagrams),
        }
    }

    /// A leaf, or its negation where `holds` is false. As in a decision, what else is negated is never known to hold.
    const fn leaf(&mut self, of: &'a Requirement, holds: bool, apart: bool, diagrams: &mut Diagrams<'_>) -> Diagram {
        match of {
            Requirement::Not(inner) => self.leaf(inner, !holds, apart, diagrams),
            Requirement::Authenticated if holds => Diagram::ALWAYS,
            Requirement::Acr(_) | Requirement::MaxAge(_) | Requirement::Check(_) if !holds => Diagram::NEVER,
            Requirement::Authenticated | Requirement::All(_) | Requirement::Any(_) => Diagram::NEVER,
            leaf => {
                let apart = apart && !is_of_credentials(leaf);
                let atom = self.place(Atom { leaf, apart });
                if holds { diagrams.held(atom) } else { absent(diagrams, atom) }
            }
        }
    }

    const fn place(&mut self, wanted: Atom<'a>) -> u16 {
        let (mut place, mut left) = (0, self.known.as_mut_slice());
        while let [known, rest @ ..] = left {
            match known {
                Some(known) if known.apart == wanted.apart && same_leaf(known.leaf, wanted.leaf) => return place,
                Some(_) => {}
                None => {
                    *known = Some(wanted);
                    return place;
                }
            }
            left = rest;
            place += 1;
        }
        self.are_too_many = true;
        0
    }

    /// Those that compare claims, and how many there are.
    const fn claims(&self) -> ([ClaimAtom; ATOMS], usize) {
        let mut claims = [ClaimAtom { atom: 0, name: 0, kind: ClaimKind::Text }; ATOMS];
        let (mut atom, mut count, mut left) = (0, 0, self.known.as_slice());
        while let [Some(known), rest @ ..] = left {
            if let Requirement::Claim(name, value) = known.leaf {
                let kind = match value {
                    ClaimValue::Str(_) => ClaimKind::Text,
                    ClaimValue::Int(_) => ClaimKind::Integer,
                    ClaimValue::Bool(_) => ClaimKind::Boolean,
                };
                if let Some((_, [claim, ..])) = claims.split_at_mut_checked(count) {
                    *claim = ClaimAtom { atom, name: self.first_of_claim(name), kind };
                    count += 1;
                }
            }
            left = rest;
            atom += 1;
        }
        (claims, count)
    }

    /// Those that bound how long ago the caller was authenticated, and how many there are.
    const fn ages(&self) -> ([AgeAtom; ATOMS], usize) {
        let mut ages = [AgeAtom { atom: 0, seconds: 0 }; ATOMS];
        let (mut atom, mut count, mut left) = (0, 0, self.known.as_slice());
        while let [Some(known), rest @ ..] = left {
            if let Requirement::MaxAge(age) = known.leaf
                && let Some((_, [place, ..])) = ages.split_at_mut_checked(count)
            {
                *place = AgeAtom { atom, seconds: age.as_secs() };
                count += 1;
            }
            left = rest;
            atom += 1;
        }
        (ages, count)
    }

    /// The place of the first that compares this claim.
    const fn first_of_claim(&self, name: &Word) -> u16 {
        let (mut place, mut left) = (0, self.known.as_slice());
        while let [Some(known), rest @ ..] = left {
            if let Requirement::Claim(known, _) = known.leaf
                && same_word(known, name)
            {
                return place;
            }
            left = rest;
            place += 1;
        }
        place
    }

    /// Says what is to be said of the simplest caller for whom this holds. Whether a function of the application's is among what
    /// the caller has not.
    const fn describe(&self, of: Diagram, diagrams: &Diagrams<'_>, message: &mut Message) -> bool {
        let mut prices = [Price::FREE; ATOMS];
        let mut costs = [0; SLOTS];
        let (mut left, mut atoms) = (prices.as_mut_slice(), self.known.as_slice());
        while let ([price, other_prices @ ..], [Some(atom), others @ ..]) = (left, atoms) {
            *price = match atom.leaf {
                Requirement::Claim(..) | Requirement::Acr(_) | Requirement::MaxAge(_) => Price::CLAIM,
                Requirement::Check(_) => Price::CHECK,
                _ => Price::NAME,
            };
            (left, atoms) = (other_prices, others);
        }
        let costs = Costs::new(diagrams, &mut costs, &prices);
        let (mut at, mut said, mut is_opaque) = (of, false, false);
        while let Some((atom, value, rest)) = costs.next(diagrams, at) {
            if let Some((_, [Some(Atom { leaf, .. }), ..])) = self.known.split_at_checked(atom as usize) {
                match value {
                    Value::Held => message.says(&[if said { ", " } else { " with " }]),
                    Value::Absent => {
                        message.says(&[if said { ", without " } else { " without " }]);
                        is_opaque |= has_function(leaf);
                    }
                    Value::Unknown => message.says(&[if said { ", unknown " } else { " with unknown " }]),
                }
                message.leaf(leaf);
                said = true;
            }
            at = rest;
        }
        is_opaque
    }
}

const fn same_leaf(one: &Requirement, other: &Requirement) -> bool {
    match (one, other) {
        (Requirement::Scope(one), Requirement::Scope(other))
        | (Requirement::Role(one), Requirement::Role(other))
        | (Requirement::Acr(one), Requirement::Acr(other)) => same_word(one, other),
        (Requirement::MaxAge(one), Requirement::MaxAge(other)) => one.as_secs() == other.as_secs(),
        (Requirement::Claim(one, value), Requirement::Claim(other, other_value)) => {
            same_word(one, other)
                && match (value, other_value) {
                    (ClaimValue::Str(one), ClaimValue::Str(other)) => same_word(one, other),
                    (ClaimValue::Int(one), ClaimValue::Int(other)) => *one == *other,
                    (ClaimValue::Bool(one), ClaimValue::Bool(other)) => *one == *other,
                    _ => false,
                }
        }
        (Requirement::Check(one), Requirement::Check(other)) => same_text(one.origin, other.origin),
        _ => false,
    }
}

/// Whether it is said of the caller as the credentials describe it, whatever the application knows.
const fn is_of_credentials(leaf: &Requirement) -> bool {
    matches!(leaf, Requirement::Claim(..) | Requirement::Acr(_) | Requirement::MaxAge(_))
}

const fn same_word(one: &Word, other: &Word) -> bool {
    one.is_variant() == other.is_variant() && same_text(one.written(), other.written())
}

const fn has_function(leaf: &Requirement) -> bool {
    match leaf {
        Requirement::Check(_) => true,
        Requirement::Scope(word) | Requirement::Role(word) | Requirement::Acr(word) => word.is_variant(),
        Requirement::Claim(name, ClaimValue::Str(value)) => name.is_variant() || value.is_variant(),
        Requirement::Claim(name, _) => name.is_variant(),
        _ => false,
    }
}

pub(super) const fn same_text(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([a, rest @ ..], [b, others @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (rest, others);
    }
    one.is_empty() && other.is_empty()
}
