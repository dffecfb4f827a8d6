//! Whether the texts of one language are all among those of others.

use std::collections::HashSet;

/// A regular language, as it is written.
#[derive(Clone, Debug)]
pub(super) enum Language {
    /// One character out of these ranges, sorted and apart.
    OneOf(Vec<(char, char)>),
    Sequence(Vec<Language>),
    Either(Vec<Language>),
    /// At least so many times, at most so many.
    Repeated(Box<Language>, u32, Option<u32>),
}

impl Language {
    pub(super) fn literal(text: &str) -> Self {
        Self::Sequence(text.chars().map(|character| Self::OneOf(vec![(character, character)])).collect())
    }

    pub(super) fn any_number_of(each: Self) -> Self {
        Self::Repeated(Box::new(each), 0, None)
    }

    pub(super) fn some_of(each: Self) -> Self {
        Self::Repeated(Box::new(each), 1, None)
    }
}

/// What is larger than this cannot be decided: repetitions within repetitions grow fast.
const MOST_STATES: usize = 50_000;
const MOST_STEPS: usize = 40_000;

/// Whether every text of `inner` is one of `outer`; `None` where that is too much work to find out.
pub(super) fn contains(outer: &Language, inner: &Language) -> Option<bool> {
    let (outer, inner) = (Automaton::of(outer)?, Automaton::of(inner)?);
    let start = outer.closure([START]);
    let mut open: Vec<(usize, Vec<usize>)> =
        inner.closure([START]).into_iter().map(|state| (state, start.clone())).collect();
    let mut seen: HashSet<(usize, Vec<usize>)> = open.iter().cloned().collect();
    while let Some((state, followed)) = open.pop() {
        if state == END && !followed.contains(&END) {
            return Some(false);
        }
        for (ranges, next) in inner.steps(state) {
            for character in outer.representatives(&followed, ranges) {
                let reached = outer.after(&followed, character);
                // Every state of `inner` leads to its end, so it has a text that `outer` lacks.
                if reached.is_empty() {
                    return Some(false);
                }
                for state in inner.closure([*next]) {
                    let pair = (state, reached.clone());
                    if seen.insert(pair.clone()) {
                        open.push(pair);
                    }
                }
            }
        }
        if seen.len() > MOST_STEPS {
            return None;
        }
    }
    Some(true)
}

const START: usize = 0;
const END: usize = 1;

/// Thompson's construction: states with silent moves, and moves that take one character.
struct Automaton {
    states: Vec<State>,
}

#[derive(Default)]
struct State {
    silent: Vec<usize>,
    steps: Vec<(Vec<(char, char)>, usize)>,
}

impl Automaton {
    fn of(language: &Language) -> Option<Self> {
        let mut automaton = Self { states: vec![State::default(), State::default()] };
        automaton.add(language, START, END)?;
        Some(automaton)
    }

    fn state(&mut self) -> Option<usize> {
        self.states.push(State::default());
        (self.states.len() <= MOST_STATES).then_some(self.states.len() - 1)
    }

    fn silent(&mut self, from: usize, to: usize) {
        if let Some(state) = self.states.get_mut(from) {
            state.silent.push(to);
        }
    }

    /// Leads from one state to another by the texts of `language`.
    fn add(&mut self, language: &Language, from: usize, to: usize) -> Option<()> {
        match language {
            Language::OneOf(ranges) => {
                if ranges.is_empty() {
                    return None;
                }
                self.states.get_mut(from)?.steps.push((ranges.clone(), to));
            }
            Language::Sequence(parts) => {
                let mut at = from;
                for part in parts {
                    let next = self.state()?;
                    self.add(part, at, next)?;
                    at = next;
                }
                self.silent(at, to);
            }
            Language::Either(choices) => {
                for choice in choices {
                    self.add(choice, from, to)?;
                }
            }
            Language::Repeated(each, least, most) => {
                let mut at = self.state()?;
                self.silent(from, at);
                for _ in 0..*least {
                    at = self.again(each, at)?;
                }
                match most {
                    None => {
                        let again = self.again(each, at)?;
                        self.silent(again, at);
                        self.silent(at, to);
                    }
                    Some(most) => {
                        for _ in *least..*most {
                            self.silent(at, to);
                            at = self.again(each, at)?;
                        }
                        self.silent(at, to);
                    }
                }
            }
        }
        Some(())
    }

    fn again(&mut self, each: &Language, from: usize) -> Option<usize> {
        // A state of its own before it: a choice leaves the state it starts from in several ways, and is not to be entered
        // from what follows it.
        let (start, end) = (self.state()?, self.state()?);
        self.silent(from, start);
        self.add(each, start, end)?;
        Some(end)
    }

    fn steps(&self, state: usize) -> &[(Vec<(char, char)>, usize)] {
        self.states.get(state).map_or(&[], |state| &state.steps)
    }

    /// These states and all that are reached from them silently, in order.
    fn closure(&self, states: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut reached: Vec<usize> = Vec::new();
        let mut open: Vec<usize> = states.into_iter().collect();
        while let Some(state) = open.pop() {
            if !reached.contains(&state) {
                reached.push(state);
                open.extend(self.states.get(state).into_iter().flat_map(|state| &state.silent));
            }
        }
        // What only passes on is no different from where it leads.
        reached.retain(|state| *state == END || !self.steps(*state).is_empty());
        reached.sort_unstable();
        reached
    }

    fn after(&self, states: &[usize], character: char) -> Vec<usize> {
        let steps = states.iter().flat_map(|state| self.steps(*state));
        let taken = steps.filter(|(ranges, _)| ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)));
        self.closure(taken.map(|(_, next)| *next))
    }

    /// One character of `ranges` for each way in which the moves out of `states` tell characters apart.
    fn representatives(&self, states: &[usize], ranges: &[(char, char)]) -> Vec<char> {
        let edges = states.iter().flat_map(|state| self.steps(*state)).flat_map(|(ranges, _)| ranges);
        let mut starts: Vec<char> = ranges.iter().map(|(low, _)| *low).collect();
        for (low, high) in edges {
            starts.extend([Some(*low), next(*high)].into_iter().flatten());
        }
        starts.retain(|start| ranges.iter().any(|(low, high)| (*low..=*high).contains(start)));
        starts.sort_unstable();
        starts.dedup();
        starts
    }
}

/// The character that follows.
pub(super) fn next(character: char) -> Option<char> {
    (character..=char::MAX).nth(1)
}

/// The character before.
pub(super) fn previous(character: char) -> Option<char> {
    ('\0'..character).next_back()
}
