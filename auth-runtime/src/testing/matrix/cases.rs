//! The callers of one policy, and what checks say to each.

use std::collections::BTreeSet;

use crate::review::{Caller, Meaning};

/// So many callers who pass, and so many who fail, are asked by one policy.
const MOST: usize = 128;

/// The callers of one policy.
pub(super) struct Cases {
    pub(super) cases: Vec<Case>,
    /// By round, the checks that agree in it.
    pub(super) agreeing: Vec<BTreeSet<String>>,
    /// Why there are not all.
    pub(super) note: Option<&'static str>,
}

/// A caller who just passes or just fails.
pub(super) struct Case {
    pub(super) caller: Caller,
    pub(super) is_to_pass: bool,
    /// When its checks say what they are to say to it.
    pub(super) round: usize,
}

impl Cases {
    pub(super) fn of(meaning: &Meaning) -> Self {
        let mut cases = Self { cases: Vec::new(), agreeing: Vec::new(), note: None };
        let (Ok(passing), Ok(failing)) = (meaning.minimal_callers(), meaning.minimal_failures()) else {
            cases.note = Some("nobody was asked: there are too many conditions that depend on each other");
            return cases;
        };
        cases.add(passing, true);
        cases.add(failing, false);
        cases
    }

    fn add(&mut self, mut callers: impl Iterator<Item = Caller>, is_to_pass: bool) {
        let first = self.cases.len();
        for caller in callers.by_ref().take(MOST) {
            let agreeing: BTreeSet<String> = caller.agreeing_checks().map(str::to_owned).collect();
            let known = self.agreeing.iter().position(|known| *known == agreeing);
            let round = known.unwrap_or_else(|| {
                self.agreeing.push(agreeing);
                self.agreeing.len() - 1
            });
            let case = Case { caller, is_to_pass, round };
            match self.cases.iter_mut().skip(first).find(|known| known.sends_what(&case)) {
                // One request for both, in the words that say more.
                Some(known) if known.caller.to_string().len() < case.caller.to_string().len() => *known = case,
                Some(_) => {}
                None => self.cases.push(case),
            }
        }
        if callers.next().is_some() {
            self.note = Some("and more, who were not asked");
        }
    }
}

impl Case {
    /// Whether both call with the same credentials, and checks say the same to both.
    fn sends_what(&self, other: &Self) -> bool {
        let (one, two) = (&self.caller, &other.caller);
        self.round == other.round
            && one.scheme_name() == two.scheme_name()
            && one.is_authenticated() == two.is_authenticated()
            && one.scopes().eq(two.scopes())
            && one.roles().eq(two.roles())
            && one.claims() == two.claims()
    }
}
