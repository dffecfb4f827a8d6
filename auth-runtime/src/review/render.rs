//! The policy table as text and as Markdown.

use std::fmt;

use crate::auth::Matches;
use crate::policy::Presence;
use crate::review::{PolicyRow, PolicyTable};

const OPEN: &str = "Open to everyone";
const OPTIONAL: &str = "Open, and told who calls where credentials are sent";
const GUARDED: &str = "Guarded";
pub(super) const OPERATIONS: &str = "Operations inside requests";
pub(super) const UNMOUNTED: &str = "Linked into the program, not mounted here";

impl PolicyTable {
    /// Its parts that have rows, by the heading of each.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&'static str, Vec<&PolicyRow>)> {
        let of = |wanted| self.mounted().iter().filter(move |row| row.access() == wanted).collect::<Vec<_>>();
        let parts = [
            (OPEN, of(Presence::Public)),
            (OPTIONAL, of(Presence::Optional)),
            (GUARDED, of(Presence::Required)),
            (OPERATIONS, self.operations().iter().collect()),
            (UNMOUNTED, self.unmounted().iter().collect()),
        ];
        parts.into_iter().filter(|(_, rows)| !rows.is_empty())
    }
}

/// Aligned over all parts, one line a row: a change of one route is a change of one line, unless it is the longest.
impl fmt::Display for PolicyTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = |row: &PolicyRow| {
            let notes: String = row.notes().iter().map(|note| format!("  [{note}]")).collect();
            [route_of(row), format!("{}{notes}", row.who()), at(row)]
        };
        let parts: Vec<_> =
            self.parts().map(|(heading, rows)| (heading, rows.into_iter().map(cells).collect::<Vec<_>>())).collect();
        let lines = || parts.iter().flat_map(|(_, lines)| lines);
        let first = lines().map(|[route, ..]| route.chars().count()).max().unwrap_or(0);
        let second = lines().map(|[_, who, _]| who.chars().count()).max().unwrap_or(0);
        for (place, (heading, lines)) in parts.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            writeln!(f, "# {heading}")?;
            for [route, who, at] in lines {
                writeln!(f, "{route:first$}  {who:second$}  {at}")?;
            }
        }
        Ok(())
    }
}

pub(super) fn markdown(table: &PolicyTable) -> String {
    let mut page = String::new();
    for (heading, rows) in table.parts() {
        if !page.is_empty() {
            page.push('\n');
        }
        page.push_str(&format!(
            "## {heading}\n\n| route | who may call it | refused with | notes | handler |\n|---|---|---|---|---|\n"
        ));
        for row in rows {
            let statuses = row.statuses().iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
            let challenges = row.challenges().iter().map(|challenge| format!("<br>{}", code(challenge)));
            let refused = format!("{statuses}{}", challenges.collect::<String>());
            let cells = [code(&route_of(row)), text(row.who()), refused, text(&row.notes().join("; ")), code(&at(row))];
            page.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
    }
    page
}

pub(super) fn route_of(row: &PolicyRow) -> String {
    match row.path() {
        Some(path) => route(row.method(), path, row.is_whole_path(), row.matches()),
        None => "(no route of its own)".into(),
    }
}

/// Method and pattern, and what more it gets.
pub(crate) fn route(method: Option<&str>, path: &str, is_whole_path: bool, matches: Matches) -> String {
    let more = match matches {
        Matches::Path => "",
        Matches::Below => " and below",
        Matches::Unmatched => " and below, if nothing else matches",
    };
    format!("{} {}{path}{more}", method.unwrap_or("any"), if is_whole_path { "" } else { "…" })
}

fn at(row: &PolicyRow) -> String {
    format!("{} ({}:{})", row.handler(), row.file(), row.line())
}

/// Text in a cell of Markdown, which means nothing there but itself.
fn text(words: &str) -> String {
    let mut escaped = String::new();
    for character in words.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '#' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(character);
            }
            character => escaped.push(character),
        }
    }
    escaped
}

/// Code in a cell, where a backtick would end it and a bar would end the cell.
fn code(words: &str) -> String {
    format!("`{}`", words.replace('`', "'").replace('|', "\\|"))
}
