//! What has changed between two states of a program.

use std::mem;

use super::change::{Change, ChangeName, Difference, Note, Part};
use super::{Entry, Lock, configuration};
use crate::policy::meaning::{Counterexample, Meaning};
use crate::policy::{Hide, Hierarchies, Limit, LimitBy, Presence, Rule, SchemeName};

/// Compares what was accepted with what is, each under its own hierarchies and authorities.
pub(super) fn compare(old: &Lock, new: &Lock) -> Difference {
    let mut changes = configuration::compare(old, new);
    let judge = |entry: &Entry, of: &Lock, hierarchies: &Hierarchies| {
        let loads = |place: usize| entry.rule.alternatives.get(place).is_none_or(|by| of.loads(&by.scheme));
        Meaning::of_rule(&entry.rule, hierarchies, loads)
    };
    let (before, now) = (old.hierarchies(), new.hierarchies());
    for (part, were, are) in
        [(Part::Routes, &old.routes, &new.routes), (Part::Unmounted, &old.unmounted, &new.unmounted)]
    {
        let Pairs { pairs, gone, added } = pair(were, are);
        changes.extend(pairs.into_iter().filter_map(|(was, is)| {
            let change = changed(part, was, is, &judge(was, old, &before), &judge(is, new, &now));
            (!change.notes.is_empty()).then_some(change)
        }));
        changes.extend(gone.into_iter().map(|was| Change {
            name: ChangeName::Gone,
            part,
            place: was.place.clone(),
            lines: lines(was, part),
            notes: Vec::new(),
        }));
        changes.extend(added.into_iter().map(|is| {
            let is_open = is.rule.presence != Presence::Required && part == Part::Routes;
            let notes: Vec<_> = is_open.then(|| Note::opens("lets in EVERYONE")).into_iter().collect();
            let name = if is_open { ChangeName::Weaker } else { ChangeName::New };
            Change { name, part, place: is.place.clone(), lines: lines(is, part), notes }
        }));
    }
    changes.sort_by(|one, other| (one.name, one.part, &one.place).cmp(&(other.name, other.part, &other.place)));
    Difference { changes }
}

/// What an entry says, a line each.
fn lines(entry: &Entry, part: Part) -> Vec<String> {
    let handler = (part == Part::Routes).then(|| format!("by    {}", entry.handler));
    [format!("rule  {}", entry.rule)].into_iter().chain(handler).collect()
}

/// Which of the old entries each of the new ones is.
pub(super) struct Pairs<'a> {
    pub(super) pairs: Vec<(&'a Entry, &'a Entry)>,
    pub(super) gone: Vec<&'a Entry>,
    pub(super) added: Vec<&'a Entry>,
}

/// Pairs what is alike in all, then in place and handler, then in place, then in handler; never where that leaves a choice.
pub(super) fn pair<'a>(old: &'a [Entry], new: &'a [Entry]) -> Pairs<'a> {
    type Likeness = fn(&Entry, &Entry) -> bool;
    let alike: [Likeness; 4] = [
        |one, other| one.place == other.place && one.handler == other.handler && one.rule == other.rule,
        |one, other| one.place == other.place && one.handler == other.handler,
        |one, other| one.place == other.place,
        |one, other| one.handler == other.handler,
    ];
    let (mut gone, mut added) = (old.iter().collect::<Vec<_>>(), new.iter().collect::<Vec<_>>());
    let mut pairs = Vec::new();
    for alike in alike {
        let left = mem::take(&mut added);
        for is in &left {
            let mut like_it = gone.iter().enumerate().filter(|(_, was)| alike(was, is)).map(|(place, _)| place);
            let only = like_it.next().filter(|_| like_it.next().is_none());
            match only.filter(|_| left.iter().filter(|other| alike(is, other)).count() == 1) {
                Some(place) => pairs.push((gone.remove(place), *is)),
                None => added.push(*is),
            }
        }
    }
    Pairs { pairs, gone, added }
}

fn changed(part: Part, was: &Entry, is: &Entry, old: &Meaning, new: &Meaning) -> Change {
    let mut notes = Vec::new();
    notes.extend(new.implies(old).err().map(|newcomer| match newcomer.caller() {
        Some(caller) => Note::opens(format!("newly lets in {caller}")),
        None => unclear(&newcomer),
    }));
    notes.extend(old.implies(new).err().map(|outsider| match outsider.caller() {
        Some(caller) => Note::closes(format!("no longer lets in {caller}")),
        None => unclear(&outsider),
    }));
    let is_same = was.rule == is.rule;
    if is_same && !notes.is_empty() {
        notes.push(Note::neutral("its rule is the same: this follows from the configuration"));
    }
    notes.extend(hidden(was.rule.hide, is.rule.hide));
    notes.extend(match (was.rule.shared_cache, is.rule.shared_cache) {
        (false, true) => Some(Note::opens("shared caches may give its answers to others than who asked")),
        (true, false) => Some(Note::closes("shared caches no longer store its answers")),
        _ => None,
    });
    notes.extend(limited(was.rule.limit, is.rule.limit));
    notes.extend(judged(&was.rule, &is.rule));
    if was.place != is.place {
        notes.push(match is.rule.presence {
            Presence::Public => Note::opens(format!("lets in EVERYONE at another place; it was `{}`", was.place)),
            _ => Note::neutral(format!("moved; it was `{}`", was.place)),
        });
    }
    if part == Part::Routes && was.handler != is.handler {
        notes.push(Note::neutral(format!("answered by {} now; it was {}", is.handler, was.handler)));
    }
    if was.rule.realm != is.rule.realm {
        notes.push(Note::neutral("its challenges name another realm"));
    }
    if was.rule.reason != is.rule.reason {
        notes.push(Note::neutral("it is public for another reason"));
    }
    if notes.is_empty() && !is_same {
        notes.push(Note::neutral("lets in the same callers, written differently"));
    }
    let lines = match is_same {
        true => vec![format!("rule  {}", is.rule)],
        false => vec![format!("was   {}", was.rule), format!("now   {}", is.rule)],
    };
    Change { name: ChangeName::of(&notes), part, place: is.place.clone(), lines, notes }
}

fn unclear(too_complex: &Counterexample) -> Note {
    Note::unclear(format!("nobody can tell whom it lets in: {too_complex}"))
}

fn hidden(was: Hide, is: Hide) -> Option<Note> {
    let rank = |hide| match hide {
        Hide::Nothing => 0,
        Hide::FromAuthenticated => 1,
        Hide::Everything => 2,
    };
    let whom = |hide| match hide {
        Hide::Nothing => "nobody",
        Hide::FromAuthenticated => "callers who are known",
        Hide::Everything => "everybody who is refused",
    };
    let words = format!("hidden from {} now; it was from {}", whom(is), whom(was));
    match rank(was).cmp(&rank(is)) {
        std::cmp::Ordering::Greater => Some(Note::opens(words)),
        std::cmp::Ordering::Less => Some(Note::closes(words)),
        std::cmp::Ordering::Equal => None,
    }
}

fn limited(was: Option<Limit>, is: Option<Limit>) -> Option<Note> {
    match (was, is) {
        _ if was == is => None,
        (Some(was), None) => Some(Note::opens(format!("no longer limited; it was to {was} {}", each(was)))),
        (None, Some(is)) => Some(Note::closes(format!("limited to {is} {}", each(is)))),
        (Some(was), Some(is)) => {
            let words = format!("limited to {is} {} now; it was to {was} {}", each(is), each(was));
            Some(if is.is_within(&was) { Note::closes(words) } else { Note::opens(words) })
        }
        (None, None) => None,
    }
}

fn each(limit: Limit) -> &'static str {
    match limit.by() {
        LimitBy::Caller => "a caller",
        LimitBy::Address => "an address",
    }
}

/// Whether another credential may decide for who sends several: the first that is there decides, whether it is good or not.
fn judged(was: &Rule, is: &Rule) -> Option<Note> {
    fn names(rule: &Rule) -> Vec<&SchemeName> {
        rule.alternatives.iter().map(|by| &by.scheme).collect()
    }
    let (old, new) = (names(was), names(is));
    let stays = old.iter().any(|scheme| new.contains(scheme));
    (old != new && stays)
        .then(|| Note::neutral("who sends several credentials may be judged by another one of them than before"))
}
