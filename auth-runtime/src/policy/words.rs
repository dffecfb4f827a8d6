//! What is wrong with a policy's words, which the compiler does not see where an enum's variants stand for them.

use std::collections::BTreeSet;

use crate::denial::is_listed_word;
use crate::logic::{Diagram, Diagrams, Slot};
use crate::policy::written::condition;
use crate::policy::{ClaimPath, ClaimValue, PolicySpec, Requirement, Word};

/// Memory for the diagrams of one policy. Where that is too little, nothing is said of what its conditions make of each other.
const SLOTS: usize = 1 << 12;

/// The scopes and roles that there are, where the application says so.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    scopes: BTreeSet<String>,
    roles: BTreeSet<String>,
}

impl Vocabulary {
    pub(crate) fn add_scopes(&mut self, scopes: impl Iterator<Item = String>) {
        self.scopes.extend(scopes);
    }

    pub(crate) fn add_roles(&mut self, roles: impl Iterator<Item = String>) {
        self.roles.extend(roles);
    }

    /// All that is wrong with the words of this policy.
    pub(crate) fn faults(&self, spec: &PolicySpec) -> Vec<String> {
        let mut faults = BTreeSet::new();
        let mut atoms = Vec::new();
        let own = || spec.schemes.iter().filter_map(|used| Some((used, used.condition.as_ref()?)));
        for requirement in own().map(|(_, own)| own).chain([&spec.requirement]) {
            self.visit(requirement, &mut atoms, &mut faults);
        }
        if faults.is_empty() && !atoms.is_empty() {
            let mut slots = vec![Slot::EMPTY; SLOTS];
            let mut conditions = Conditions { atoms, diagrams: Diagrams::new(&mut slots) };
            if !conditions.visit(&spec.requirement, &mut faults) {
                own()
                    .for_each(|(used, own)| conditions.visit_beside(own, &spec.requirement, used.keyword, &mut faults));
            }
            if conditions.diagrams.is_full() {
                faults.clear();
            }
        }
        faults.into_iter().collect()
    }

    fn visit(&self, requirement: &Requirement, atoms: &mut Vec<String>, faults: &mut BTreeSet<String>) {
        match requirement {
            Requirement::Authenticated => return,
            Requirement::Not(inner) => return self.visit(inner, atoms, faults),
            Requirement::All(parts) | Requirement::Any(parts) => {
                return parts.iter().for_each(|part| self.visit(part, atoms, faults));
            }
            Requirement::Scope(scope) => {
                faults.extend(unsendable("scope", scope.as_str()));
                faults.extend(unknown("scope", scope, &self.scopes));
            }
            Requirement::Role(role) => {
                faults.extend(unreadable("role", role.as_str()));
                faults.extend(unknown("role", role, &self.roles));
            }
            Requirement::Claim(name, value) => {
                let names = ClaimPath(name.as_str()).names();
                faults.extend(names.filter_map(|name| unreadable("name of a claim", name)));
                if matches!(value, ClaimValue::Str(text) if text.as_str().is_empty()) {
                    faults.insert(format!("the value of claim `{}` is empty; write what it must be", name.as_str()));
                }
            }
            Requirement::Acr(class) => faults.extend(unsendable("acr", class.as_str())),
            Requirement::MaxAge(_) | Requirement::Check(_) => {}
        }
        let atom = condition(requirement);
        if !atoms.contains(&atom) {
            atoms.push(atom);
        }
    }
}

/// A scope, or a class of authentication, that no challenge can carry in a list (RFC 6749 section 3.3, RFC 9470 section 3).
fn unsendable(kind: &str, word: &str) -> Option<String> {
    if word.is_empty() {
        Some(format!("the {kind} is empty; name it"))
    } else if is_listed_word(word) {
        None
    } else {
        let remedy = "use printable ASCII without spaces, `\"` and `\\`";
        Some(format!("{kind} {word:?} has a character that RFC 6749 forbids; {remedy}"))
    }
}

fn unreadable(what: &str, word: &str) -> Option<String> {
    let fault = if word.trim().is_empty() {
        "is empty; name it"
    } else if word.chars().any(char::is_control) {
        "has control characters; remove them"
    } else if word.trim() != word {
        "begins or ends with a space; remove it"
    } else {
        return None;
    };
    Some(format!("the {what} {word:?} {fault}"))
}

fn unknown(kind: &str, word: &Word, known: &BTreeSet<String>) -> Option<String> {
    let word = word.as_str();
    if known.is_empty() || known.contains(word) {
        return None;
    }
    let nearest = known.iter().map(|known| (distance(word, known), known)).min();
    let remedy = match nearest {
        Some((edits, near)) if edits <= (word.chars().count() / 3).max(1) => format!("did you mean `{near}`?"),
        _ => format!("it is not among `known_{kind}s`; add it there, or name one of them"),
    };
    Some(format!("{kind} `{word}` is unknown; {remedy}"))
}

/// Edits between two words: insertion, deletion, replacement.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (line, left) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(row.first_mut().unwrap_or(&mut 0), line + 1);
        let mut before = line + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(other.chars()) {
            let replaced = diagonal + usize::from(left != right);
            diagonal = *cell;
            before = replaced.min(before + 1).min(diagonal + 1);
            *cell = before;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// What conditions mean, of whom everything is known: each atom holds or does not.
struct Conditions<'m> {
    atoms: Vec<String>,
    diagrams: Diagrams<'m>,
}

impl Conditions<'_> {
    /// Whether a fault was found within; what contains it is then left alone. What is merely superfluous beside an
    /// inherited condition is not one.
    fn visit(&mut self, requirement: &Requirement, faults: &mut BTreeSet<String>) -> bool {
        let (Requirement::All(parts) | Requirement::Any(parts)) = requirement else { return false };
        let mut faulty = false;
        for part in *parts {
            faulty |= self.visit(part, faults);
        }
        if faulty {
            return true;
        }
        let fault = match self.meaning(requirement) {
            Diagram::NEVER => {
                Some(format!("`{}` holds for nobody, so that every caller is refused", condition(requirement)))
            }
            Diagram::ALWAYS => Some(format!("`{}` holds for every caller; remove it", condition(requirement))),
            _ if matches!(requirement, Requirement::Any(_)) => self.shadowed(parts),
            _ => None,
        };
        let faulty = fault.is_some();
        faults.extend(fault);
        faulty
    }

    /// What one alternative demands beside what all do.
    fn visit_beside(&mut self, own: &Requirement, common: &Requirement, scheme: &str, faults: &mut BTreeSet<String>) {
        if self.visit(own, faults) {
            return;
        }
        let (meaning, of_all) = (self.meaning(own), self.meaning(common));
        if self.diagrams.both(meaning, of_all).is(Diagram::NEVER) {
            let (own, common) = (condition(own), condition(common));
            faults.insert(format!("`{own}` contradicts `{common}`, so that nobody passes by `{scheme}`"));
        }
    }

    /// A branch that admits nobody whom another one does not.
    fn shadowed(&mut self, parts: &[Requirement]) -> Option<String> {
        let meanings: Vec<_> = parts.iter().map(|part| self.meaning(part)).collect();
        for (place, (part, &meaning)) in parts.iter().zip(&meanings).enumerate() {
            for (at, (other, &wider)) in parts.iter().zip(&meanings).enumerate() {
                if at != place && self.implies(meaning, wider) && (at < place || meaning != wider) {
                    let (part, other) = (condition(part), condition(other));
                    return Some(format!("branch `{part}` admits nobody whom branch `{other}` does not; remove it"));
                }
            }
        }
        None
    }

    fn implies(&mut self, one: Diagram, other: Diagram) -> bool {
        self.diagrams.without(one, other).is(Diagram::NEVER)
    }

    fn meaning(&mut self, requirement: &Requirement) -> Diagram {
        match requirement {
            Requirement::Authenticated => Diagram::ALWAYS,
            Requirement::All(parts) => parts.iter().fold(Diagram::ALWAYS, |all, part| {
                let part = self.meaning(part);
                self.diagrams.both(all, part)
            }),
            Requirement::Any(parts) => parts.iter().fold(Diagram::NEVER, |any, part| {
                let part = self.meaning(part);
                self.diagrams.either(any, part)
            }),
            Requirement::Not(inner) => {
                let inner = self.meaning(inner);
                self.diagrams.without(Diagram::ALWAYS, inner)
            }
            atom => {
                let atom = condition(atom);
                let place = self.atoms.iter().position(|known| *known == atom).unwrap_or(self.atoms.len());
                self.diagrams.held(u16::try_from(place).unwrap_or(u16::MAX))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Presence, SchemeUse};

    fn faults(vocabulary: &Vocabulary, requirement: Requirement) -> Vec<String> {
        vocabulary.faults(&PolicySpec::new("handler", "file.rs", 1).demanding(requirement))
    }

    const READ: Requirement = Requirement::Scope(Word::variant("", || "read"));
    const REED: Requirement = Requirement::Scope(Word::variant("", || "reed"));

    #[test]
    fn words_must_be_known_where_the_application_says_which_there_are() {
        let mut vocabulary = Vocabulary::default();
        assert!(faults(&vocabulary, REED).is_empty(), "nothing is said of scopes");
        vocabulary.add_scopes(["read", "write"].map(String::from).into_iter());
        assert!(faults(&vocabulary, READ).is_empty());
        assert!(faults(&vocabulary, Requirement::role("reed")).is_empty(), "nothing is said of roles");
        assert_eq!(faults(&vocabulary, Requirement::Not(&REED)), ["scope `reed` is unknown; did you mean `read`?"]);
        vocabulary.add_roles(["admin"].map(String::from).into_iter());
        let expected = "role `viewer` is unknown; it is not among `known_roles`; add it there, or name one of them";
        assert_eq!(faults(&vocabulary, const { Requirement::Any(&[READ, Requirement::role("viewer")]) }), [expected]);
    }

    #[test]
    fn words_are_held_to_the_rules_for_literals() {
        let vocabulary = Vocabulary::default();
        for scope in ["", "a b", "a\"b", "ä", "a\\b", "a\n"] {
            assert_eq!(faults(&vocabulary, Requirement::scope(scope)).len(), 1, "{scope:?}");
        }
        for name in ["", " ", "a\n", " a"] {
            assert_eq!(faults(&vocabulary, Requirement::role(name)).len(), 1, "{name:?}");
            let claim = Requirement::claim(name, ClaimValue::Bool(true));
            assert_eq!(faults(&vocabulary, claim).len(), 1, "{name:?}");
        }
        assert_eq!(faults(&vocabulary, Requirement::claim("tenant", ClaimValue::text(""))).len(), 1);
    }

    #[test]
    fn two_spellings_of_one_word_are_one_condition() {
        let vocabulary = Vocabulary::default();
        const ELSE: Requirement = Requirement::Not(&Requirement::scope("read"));
        const NARROW: Requirement = Requirement::All(&[READ, Requirement::role("ops")]);
        let nobody = faults(&vocabulary, Requirement::All(&[READ, ELSE]));
        let expected = "`scope(\"read\") && !scope(\"read\")` holds for nobody, so that every caller is refused";
        assert_eq!(nobody, [expected]);
        let all = faults(&vocabulary, Requirement::Any(&[READ, ELSE]));
        assert_eq!(all, ["`scope(\"read\") || !scope(\"read\")` holds for every caller; remove it"]);
        let shadowed = faults(&vocabulary, const { Requirement::Any(&[Requirement::scope("read"), NARROW]) });
        assert!(shadowed[0].contains("admits nobody whom branch `scope(\"read\")` does not"), "{shadowed:?}");
        assert!(faults(&vocabulary, Requirement::Any(&[REED, NARROW])).is_empty());
        assert!(faults(&vocabulary, Requirement::All(&[READ, NARROW])).is_empty(), "inherited, and said again");
    }

    #[test]
    fn many_conditions_are_compared_as_few_are() {
        const MANY: [Requirement; 16] = [
            Requirement::scope("a"),
            Requirement::scope("b"),
            Requirement::scope("c"),
            Requirement::scope("d"),
            Requirement::scope("e"),
            Requirement::scope("f"),
            Requirement::scope("g"),
            Requirement::scope("h"),
            Requirement::role("a"),
            Requirement::role("b"),
            Requirement::role("c"),
            Requirement::role("d"),
            Requirement::role("e"),
            Requirement::role("f"),
            Requirement::role("g"),
            Requirement::role("h"),
        ];
        let vocabulary = Vocabulary::default();
        assert!(faults(&vocabulary, const { Requirement::All(&MANY) }).is_empty());
        const NOBODY: Requirement = Requirement::All(&[Requirement::All(&MANY), Requirement::Not(&MANY[7])]);
        let nobody = faults(&vocabulary, NOBODY);
        assert!(
            nobody.len() == 1 && nobody[0].ends_with("holds for nobody, so that every caller is refused"),
            "{nobody:?}"
        );
    }

    #[test]
    fn an_alternatives_own_condition_is_read_beside_that_of_all() {
        use crate::scheme::BearerScheme;

        const ON_READING: SchemeUse = SchemeUse::new::<BearerScheme>("bearer").on_condition(READ);
        let faults = |common| {
            let spec = PolicySpec::new("handler", "file.rs", 1).accepting(Presence::Required, &[ON_READING]);
            Vocabulary::default().faults(&spec.demanding(common))
        };
        assert!(faults(Requirement::Authenticated).is_empty() && faults(READ).is_empty());
        let expected = "`scope(\"read\")` contradicts `!scope(\"read\")`, so that nobody passes by `bearer`";
        assert_eq!(faults(const { Requirement::Not(&Requirement::scope("read")) }), [expected]);
    }

    #[test]
    fn distances_count_edits() {
        for (one, other, edits) in [("", "", 0), ("a", "", 1), ("", "ab", 2), ("read", "reed", 1), ("write", "rite", 1)]
        {
            assert_eq!((distance(one, other), distance(other, one)), (edits, edits), "{one} {other}");
        }
    }
}
