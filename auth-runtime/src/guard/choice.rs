//! Which credentials decide: the choice among the schemes of a policy, made once and before any I/O.

use crate::guard::Plan;
use crate::guard::plan::Alternative;
use crate::scheme::{Context, Credentials, Evidence, Recognition};

/// The credentials that decide, and the alternative that they are for.
pub(crate) struct Choice<'a> {
    pub(crate) alternative: usize,
    pub(crate) is_ambient: bool,
    pub(crate) evidence: Evidence<'a>,
    /// Whether one alternative could be told. Where several claim one place and none can, the request is refused: what is
    /// there must not pass for nothing, and nobody may try it on one after the other.
    pub(crate) is_decided: bool,
}

impl Plan {
    /// The credentials that decide: explicit ones before ambient ones, then in written order; among alternatives that claim
    /// the same place, by form.
    pub(crate) fn choose<'a>(&self, context: &Context<'a>) -> Option<Choice<'a>> {
        let mut ambient = None;
        for (index, alternative) in self.alternatives().iter().enumerate() {
            match alternative.scheme.find(context) {
                Credentials::Explicit(evidence) => return Some(self.among_rivals(context, index, evidence, false)),
                Credentials::Ambient(evidence) if ambient.is_none() => ambient = Some((index, evidence)),
                Credentials::Ambient(_) | Credentials::Absent => {}
            }
        }
        ambient.map(|(index, evidence)| self.among_rivals(context, index, evidence, true))
    }

    /// The choice between the first alternative that found something and those whose credentials are in the same place.
    fn among_rivals<'a>(
        &self,
        context: &Context<'a>,
        first: usize,
        evidence: Evidence<'a>,
        is_ambient: bool,
    ) -> Choice<'a> {
        let alone = |evidence| Choice { alternative: first, is_ambient, evidence, is_decided: true };
        let Some(chosen) = self.alternatives().get(first) else { return alone(evidence) };
        if chosen.rivals.is_empty() || evidence.is_unreadable() {
            return alone(evidence);
        }
        let mut found = vec![(first, chosen, evidence)];
        for &index in chosen.rivals.iter().filter(|&&index| index > first) {
            let Some(rival) = self.alternatives().get(index) else { continue };
            match rival.scheme.find(context) {
                Credentials::Explicit(evidence) if !is_ambient => found.push((index, rival, evidence)),
                Credentials::Ambient(evidence) if is_ambient => found.push((index, rival, evidence)),
                Credentials::Explicit(_) | Credentials::Ambient(_) | Credentials::Absent => {}
            }
        }
        let chosen = if found.len() == 1 { Some(0) } else { self.recognized(context, &found) };
        let (alternative, _, evidence) = found.swap_remove(chosen.unwrap_or(0));
        Choice { alternative, is_ambient, evidence, is_decided: chosen.is_some() }
    }

    /// The only one that is sure, or where none is, the only one that may be meant.
    fn recognized<'a>(&self, context: &Context<'a>, found: &[(usize, &Alternative, Evidence<'a>)]) -> Option<usize> {
        let (mut mine, mut perhaps) = (Claims::default(), Claims::default());
        for (place, (_, alternative, evidence)) in found.iter().enumerate() {
            if evidence.is_unreadable() {
                continue;
            }
            match alternative.scheme.recognizes(context, evidence) {
                Recognition::Mine => mine.add(place),
                Recognition::Perhaps => perhaps.add(place),
                Recognition::No => {}
            }
        }
        if mine.count > 1 {
            let schemes: Vec<_> = found.iter().map(|(_, alternative, _)| alternative.scheme.name()).collect();
            tracing::error!(
                policy = self.spec.handler,
                ?schemes,
                "several schemes call the same credentials theirs; refused: let each recognize only its own"
            );
            return None;
        }
        mine.only().or_else(|| perhaps.only())
    }
}

/// Who claims the credentials.
#[derive(Default)]
struct Claims {
    count: usize,
    first: usize,
}

impl Claims {
    fn add(&mut self, place: usize) {
        if self.count == 0 {
            self.first = place;
        }
        self.count += 1;
    }

    fn only(&self) -> Option<usize> {
        (self.count == 1).then_some(self.first)
    }
}
