//! The lock file, read strictly: what is not as it was written is a fault, and nothing is guessed.

use std::fmt;
use std::iter::{Enumerate, Peekable};
use std::str::{FromStr, Lines};

use super::write::{AUTH, CONFIGURATION, HEAD, ROUTES, UNMOUNTED, UNREVIEWED, VERSION};
use super::{Entry, Lock, Section, arrow};
use crate::policy::{Hierarchies, Reader, Rule, Unreadable};
use crate::setting::{Effect, Setting};

/// What is wrong with a lock file, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    line: usize,
    what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl FromStr for Lock {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        File { lines: text.lines().enumerate().peekable(), last: 0 }.lock()
    }
}

struct File<'a> {
    lines: Peekable<Enumerate<Lines<'a>>>,
    /// The number of the line that was read last.
    last: usize,
}

impl<'a> File<'a> {
    fn lock(mut self) -> Result<Lock, Fault> {
        if let Some(line) = self.lines.clone().find(|(_, line)| is_conflict(line)) {
            return Err(Fault {
                line: line.0 + 1,
                what: "a merge conflict; take one of the two sides as a whole, run the test again and accept what it shows".into(),
            });
        }
        for head in HEAD.lines() {
            self.expect(head)?;
        }
        let is_unreviewed = self.takes(UNREVIEWED);
        self.expect(VERSION)?;
        self.expect("")?;
        self.expect(CONFIGURATION)?;
        let mut lock = Lock { is_unreviewed, ..Lock::default() };
        while let Some(heading) = self.heading(ROUTES)? {
            let section = self.section(heading)?;
            if lock.configuration.iter().any(|known| known.scheme == section.scheme) {
                return Err(self.fault(format!("`{heading}` is configured twice; take one of the two away")));
            }
            lock.configuration.push(section);
        }
        self.expect(ROUTES)?;
        while let Some(place) = self.heading(UNMOUNTED)? {
            let Some(handler) = self.takes_after("  handler ") else { return Err(self.unexpected("`  handler …`")) };
            let entry = self.entry(place, handler)?;
            add(&mut lock.routes, entry).map_err(|what| self.fault(what))?;
        }
        if self.takes(UNMOUNTED) {
            while let Some(handler) = self.heading("")? {
                let entry = self.entry(handler, handler)?;
                add(&mut lock.unmounted, entry).map_err(|what| self.fault(what))?;
            }
        }
        match self.lines.peek() {
            Some(_) => Err(self.unexpected("the end of the file")),
            None => Ok(lock),
        }
    }

    /// The first line of the next paragraph; `None` where the next part begins, or nothing comes.
    fn heading(&mut self, next_part: &str) -> Result<Option<&'a str>, Fault> {
        if self.lines.peek().is_none() {
            return Ok(None);
        }
        self.expect("")?;
        match self.lines.peek() {
            Some((_, line)) if !next_part.is_empty() && *line == next_part => Ok(None),
            Some((_, line)) if line.is_empty() || line.starts_with([' ', '#', '[']) || line.trim_end() != *line => {
                Err(self.unexpected("the first line of a paragraph"))
            }
            Some(_) => Ok(self.next()),
            None => Err(self.unexpected("the first line of a paragraph")),
        }
    }

    fn section(&mut self, heading: &str) -> Result<Section, Fault> {
        let scheme = match heading.strip_prefix("scheme ") {
            Some(scheme) => Some(scheme.parse().map_err(|wrong| self.unreadable(&wrong))?),
            None if heading == AUTH => None,
            None => return Err(self.fault(format!("`{heading}`, where `{AUTH}` or `scheme …` was expected"))),
        };
        let mut settings: Vec<Setting> = Vec::new();
        let mut hierarchies = Hierarchies::default();
        while let Some(line) = self.takes_if(|line| line.starts_with("  ") && !line.starts_with("  because ")) {
            let setting = setting(line.trim_start_matches("  ")).map_err(|wrong| self.unreadable(&wrong))?;
            let is_bound = |known: &Setting| {
                known.name == setting.name
                    && [known, &setting].iter().all(|one| matches!(one.effect, Effect::AtMost(..)))
            };
            if settings.iter().any(|known| *known == setting || is_bound(known)) {
                return Err(self.fault(format!("`{setting}` is said twice; take one of the two away")));
            }
            if let Some((hierarchy, [higher, lower])) = arrow(&mut hierarchies, &setting).filter(|_| scheme.is_none())
                && hierarchy.imply(higher, lower).is_err()
            {
                return Err(self.fault(format!("`{setting}` goes in a circle with the lines above")));
            }
            settings.push(setting);
        }
        Ok(Section { scheme, settings, because: self.because()? })
    }

    fn entry(&mut self, place: &str, handler: &str) -> Result<Entry, Fault> {
        let Some(rule) = self.takes_after("  rule ") else { return Err(self.unexpected("`  rule …`")) };
        let rule: Rule = rule.parse().map_err(|wrong| self.unreadable(&wrong))?;
        Ok(Entry { place: place.to_owned(), handler: handler.to_owned(), rule, because: self.because()? })
    }

    fn because(&mut self) -> Result<Option<String>, Fault> {
        let Some(reason) = self.takes_after("  because ") else { return Ok(None) };
        let mut reader = Reader { rest: reason };
        let reason = reader.text().and_then(|reason| reader.end().map(|()| reason));
        reason.map(Some).map_err(|wrong| self.unreadable(&wrong))
    }

    fn next(&mut self) -> Option<&'a str> {
        let (place, line) = self.lines.next()?;
        self.last = place + 1;
        Some(line)
    }

    fn takes_if(&mut self, wanted: impl Fn(&str) -> bool) -> Option<&'a str> {
        if self.lines.peek().is_some_and(|(_, line)| wanted(line)) { self.next() } else { None }
    }

    fn takes(&mut self, wanted: &str) -> bool {
        self.takes_if(|line| line == wanted).is_some()
    }

    fn takes_after(&mut self, prefix: &str) -> Option<&'a str> {
        self.takes_if(|line| line.starts_with(prefix)).and_then(|line| line.strip_prefix(prefix))
    }

    fn expect(&mut self, wanted: &str) -> Result<(), Fault> {
        match self.takes(wanted) {
            true => Ok(()),
            false if wanted.is_empty() => Err(self.unexpected("an empty line")),
            false => Err(self.unexpected(&format!("`{wanted}`"))),
        }
    }

    /// Of the line that was read last.
    fn fault(&self, what: String) -> Fault {
        Fault { line: self.last, what }
    }

    fn unreadable(&self, wrong: &Unreadable) -> Fault {
        let found = if wrong.found.is_empty() { "the line ends".into() } else { format!("`{}` stands", wrong.found) };
        self.fault(format!("{found} where {} was expected", wrong.expected))
    }

    /// Of the line that comes next.
    fn unexpected(&mut self, expected: &str) -> Fault {
        let (line, found) = match self.lines.peek() {
            Some((place, "")) => (place + 1, "an empty line stands".to_owned()),
            Some((place, line)) => (place + 1, format!("`{line}` stands")),
            None => (self.last + 1, "the file ends".to_owned()),
        };
        Fault { line, what: format!("{found} where {expected} was expected") }
    }
}

fn is_conflict(line: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark))
}

fn add(entries: &mut Vec<Entry>, entry: Entry) -> Result<(), String> {
    let is_same =
        |known: &Entry| (&known.place, &known.handler, &known.rule) == (&entry.place, &entry.handler, &entry.rule);
    if entries.iter().any(is_same) {
        return Err(format!("`{}` stands here twice with the same handler and rule; take one away", entry.place));
    }
    entries.push(entry);
    Ok(())
}

fn setting(line: &str) -> Result<Setting, Unreadable> {
    let mut reader = Reader { rest: line };
    if reader.takes("at most ") {
        let bound = reader.rest.split(' ').collect::<Vec<_>>();
        return match *bound {
            [name, number, unit] if !name.is_empty() && !unit.is_empty() => match number.parse() {
                Ok(number) => Ok(Setting::at_most(name, number, unit)),
                Err(_) => Err(reader.fault("a name, a whole number and a unit")),
            },
            _ => Err(reader.fault("a name, a whole number and a unit")),
        };
    }
    type Make = fn(String) -> Effect;
    let effects: [(&str, Make); 3] =
        [("allows ", Effect::Allows), ("demands ", Effect::Demands), ("reads ", Effect::Reads)];
    for (word, effect) in effects {
        if reader.takes(word) {
            let Some((name, rest)) = reader.rest.split_once(' ') else { return Err(reader.fault("a name and a text")) };
            reader.rest = rest;
            let value = reader.text()?;
            reader.end()?;
            return Ok(Setting { name: name.to_owned(), effect: effect(value) });
        }
    }
    Err(reader.fault("`allows …`, `demands …`, `at most …`, `reads …` or `because …`"))
}
