//! The configuration of an `Auth`, as the lock file holds it, and what a change of it means.

use super::change::{Change, ChangeName, Note, Part};
use super::{ACR, ARROW, Lock, ROLE, SCOPE, Section};
use crate::auth::Auth;
use crate::setting::{ANY, Effect, Setting};

/// That of an `Auth`, and of each scheme.
pub(super) fn sections(auth: &Auth) -> Vec<Section> {
    let mut settings = auth.reviewed();
    let hierarchies = &auth.settings().hierarchies;
    for (name, hierarchy) in [(ROLE, &hierarchies.roles), (SCOPE, &hierarchies.scopes)] {
        settings
            .extend(hierarchy.arrows().map(|(higher, lower)| Setting::allows(name, format!("{higher}{ARROW}{lower}"))));
    }
    for (issuer, order) in hierarchies.acr.iter() {
        let pairs = order.iter().enumerate().flat_map(|(place, lower)| {
            order.iter().skip(place + 1).map(move |higher| format!("{higher}{ARROW}{lower} of {issuer}"))
        });
        settings.extend(pairs.map(|pair| Setting::allows(ACR, pair)));
    }
    let mut schemes: Vec<_> = auth
        .configured()
        .map(|configured| Section {
            scheme: Some(configured.name.clone()),
            settings: ordered(configured.reviewed()),
            because: None,
        })
        .collect();
    schemes.sort_by(|one, other| one.scheme.cmp(&other.scheme));
    let whole = Section { scheme: None, settings: ordered(settings), because: None };
    [whole].into_iter().chain(schemes).collect()
}

/// In an order that does not depend on how they were said. Of two bounds of one name the wider one counts.
fn ordered(mut settings: Vec<Setting>) -> Vec<Setting> {
    settings.sort();
    settings.dedup();
    settings.reverse();
    settings.dedup_by(|one, wider| {
        one.name == wider.name && matches!((&one.effect, &wider.effect), (Effect::AtMost(..), Effect::AtMost(..)))
    });
    settings.reverse();
    settings
}

pub(super) fn compare(old: &Lock, new: &Lock) -> Vec<Change> {
    let find = |among: &'_ Lock, section: &Section| {
        among.configuration.iter().find(|known| known.scheme == section.scheme).cloned()
    };
    let changed = old.configuration.iter().filter_map(|was| match find(new, was) {
        Some(is) => changed(was, &is),
        None => Some(Change {
            name: ChangeName::Gone,
            part: Part::Configuration,
            place: was.heading(),
            lines: was.settings.iter().map(|setting| format!("- {setting}")).collect(),
            notes: Vec::new(),
        }),
    });
    let added = new.configuration.iter().filter(|is| find(old, is).is_none()).map(|is| {
        let names =
            |entry: &&super::Entry| entry.rule.alternatives.iter().any(|by| Some(&by.scheme) == is.scheme.as_ref());
        let waiting = old.routes.iter().chain(&old.unmounted).any(|entry| names(&entry));
        let notes = [
            waiting.then(|| Note::opens("policies name it already, and nobody could pass by it")),
            is.settings.iter().any(Setting::is_dangerous).then(|| Note::opens("begins with what is dangerous")),
        ];
        let notes: Vec<_> = notes.into_iter().flatten().collect();
        Change {
            name: if notes.is_empty() { ChangeName::New } else { ChangeName::Weaker },
            part: Part::Configuration,
            place: is.heading(),
            lines: is.settings.iter().map(|setting| format!("+ {setting}")).collect(),
            notes,
        }
    });
    changed.chain(added).collect()
}

fn changed(was: &Section, is: &Section) -> Option<Change> {
    let missing = |from: &Section, of: &Section| -> Vec<Setting> {
        of.settings.iter().filter(|setting| !from.settings.contains(setting)).cloned().collect()
    };
    let (gone, added) = (missing(is, was), missing(was, is));
    let allowed_all = |section: &Section, name: &str| section.settings.contains(&Setting::allows(name, ANY));
    let bound = |section: &Section, setting: &Setting| {
        section.settings.iter().find_map(|other| match (&other.effect, &setting.effect) {
            (Effect::AtMost(number, unit), Effect::AtMost(_, of)) if other.name == setting.name && unit == of => {
                Some(*number)
            }
            _ => None,
        })
    };
    let (mut opens, mut closes, mut unclear) = (false, false, false);
    for setting in &added {
        match &setting.effect {
            Effect::Allows(_) => opens |= !allowed_all(was, &setting.name),
            Effect::Demands(_) => closes = true,
            Effect::AtMost(number, _) => match bound(was, setting) {
                Some(before) if before < *number => opens = true,
                _ => closes = true,
            },
            Effect::Reads(_) => unclear = true,
        }
    }
    for setting in &gone {
        match &setting.effect {
            Effect::Allows(_) => closes |= !allowed_all(is, &setting.name),
            Effect::Demands(_) => opens = true,
            Effect::AtMost(..) => opens |= bound(is, setting).is_none(),
            Effect::Reads(_) => unclear = true,
        }
    }
    let notes = [
        opens.then(|| Note::opens("accepts what it did not accept")),
        closes.then(|| Note::closes("no longer accepts all that it accepted")),
        unclear.then(|| Note::unclear("nobody can tell whom the other value lets in")),
    ];
    let mut notes: Vec<_> = notes.into_iter().flatten().collect();
    let mut lines: Vec<_> = gone.iter().map(|setting| format!("- {setting}")).collect();
    lines.extend(added.iter().map(|setting| format!("+ {setting}")));
    if notes.is_empty() && !lines.is_empty() {
        notes.push(Note::neutral("accepts the same"));
    }
    (!lines.is_empty()).then(|| Change {
        name: ChangeName::of(&notes),
        part: Part::Configuration,
        place: is.heading(),
        lines,
        notes,
    })
}
