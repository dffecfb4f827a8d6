//! The routes of the page.

use super::html::Html;
use super::trial::RouteVerdict;
use crate::guard::findings::Findings;
use crate::guard::rehearse::Verdict;
use crate::policy::Presence;
use crate::review::render::{OPERATIONS, UNMOUNTED};
use crate::review::{PolicyRow, PolicyTable, render};

/// The routes as HTML, and how many of them are what.
#[derive(Default)]
pub(super) struct Routes {
    pub(super) html: Html,
    pub(super) rows: usize,
    /// That are mounted, and so judged.
    pub(super) mounted: usize,
    /// That have the words of the filter.
    pub(super) shown: usize,
    /// That let the caller in.
    pub(super) opens: usize,
    /// That let the caller in if what is not asked here agrees.
    pub(super) depends: usize,
}

/// What is in a row beyond what the table says.
struct Judged {
    /// `opens`, `depends` or `refused` with the status.
    word: String,
    class: &'static str,
    why: &'static str,
    label: Option<&'static str>,
    findings: Findings,
}

impl Routes {
    /// `filter` is the words that a route must have to be shown; `judge` says what the route of a row says of the caller that is
    /// asked about, if one is.
    pub(super) fn new(table: &PolicyTable, filter: &str, judge: impl Fn(&PolicyRow) -> Option<RouteVerdict>) -> Self {
        let mut routes = Self::default();
        let filter: Vec<String> = filter.to_lowercase().split_whitespace().map(str::to_owned).collect();
        for (place, (heading, rows)) in table.parts().enumerate() {
            let (mut body, mut shown, mut is_judged) = (Html::default(), 0, false);
            let is_mounted = heading != UNMOUNTED && heading != OPERATIONS;
            routes.rows += rows.len();
            routes.mounted += if is_mounted { rows.len() } else { 0 };
            for row in rows {
                // Nobody reaches what is not mounted, and no request is of an operation alone.
                let judged = if is_mounted { judge(row).map(Judged::from) } else { None };
                let words = words(row, judged.as_ref());
                let is_shown = filter.iter().all(|word| words.contains(word));
                is_judged |= judged.is_some();
                routes.count(judged.as_ref());
                shown += usize::from(is_shown);
                write_row(&mut body, row, judged.as_ref(), &words, is_shown);
            }
            routes.shown += shown;
            let html = &mut routes.html;
            html.markup(if shown > 0 { "<section data-part" } else { "<section data-part hidden" })
                .within(" aria-labelledby=\"part-", place, "\">\n")
                .within("<h2 id=\"part-", place, "\">")
                .within("", heading, "</h2>\n<table role=\"table\" class=\"routes")
                .markup(if is_judged { " judged" } else { "" })
                .within("\" aria-labelledby=\"part-", place, "\">\n<thead role=\"rowgroup\"><tr role=\"row\">\n")
                .markup("<th role=\"columnheader\" scope=\"col\" class=\"route\">Route</th>\n")
                .markup(if is_judged {
                    "<th role=\"columnheader\" scope=\"col\" class=\"verdict\">This caller</th>\n"
                } else {
                    ""
                })
                .markup("<th role=\"columnheader\" scope=\"col\">Who may call it</th>\n")
                .markup("<th role=\"columnheader\" scope=\"col\" class=\"refused\">Others are refused with</th>\n")
                .markup("</tr></thead>\n<tbody role=\"rowgroup\">\n")
                .part(&body)
                .markup("</tbody>\n</table>\n</section>\n");
        }
        routes
    }

    fn count(&mut self, judged: Option<&Judged>) {
        self.opens += usize::from(judged.is_some_and(|judged| judged.class == OPENS));
        self.depends += usize::from(judged.is_some_and(|judged| judged.class == DEPENDS));
    }
}

const OPENS: &str = "opens";
const DEPENDS: &str = "depends";
const REFUSES: &str = "refuses";

impl From<RouteVerdict> for Judged {
    fn from(RouteVerdict { verdict, status, findings }: RouteVerdict) -> Self {
        let (class, why, label) = match verdict {
            Some(Verdict::Open) => (OPENS, "whoever calls", None),
            Some(Verdict::Anonymous) => (OPENS, "as nobody: it does not look at these credentials", None),
            Some(Verdict::Admitted) => (OPENS, "", None),
            Some(Verdict::IfChecked) => (DEPENDS, "on a check, which is not run here", None),
            Some(Verdict::IfKnown) => {
                (DEPENDS, "on what the application knows of the caller, which is not loaded here", None)
            }
            Some(Verdict::IfProven) => {
                (DEPENDS, "on the key or certificate that the token is bound to, which is not shown here", None)
            }
            Some(Verdict::IfVouchedFor) => (DEPENDS, "on who knows such tokens, who is not asked here", None),
            Some(Verdict::Refused(reason)) => (REFUSES, reason.description(), Some(reason.label())),
            None => (REFUSES, "this server cannot enforce the policy", None),
        };
        let word = match status {
            Some(status) => format!("refused {}", status.as_u16()),
            None => class.to_owned(),
        };
        Self { word, class, why, label, findings }
    }
}

/// What a filter looks at, in lower case.
fn words(row: &PolicyRow, judged: Option<&Judged>) -> String {
    let mut words = format!("{} {} {}:{}", render::route_of(row), row.handler(), row.file(), row.line());
    let statuses: Vec<String> = row.statuses().iter().map(u16::to_string).collect();
    let judged = judged.into_iter().flat_map(|judged| [&*judged.word, judged.why, judged.label.unwrap_or_default()]);
    for more in
        [row.who()].into_iter().chain(row.notes().iter().copied()).chain(statuses.iter().map(|it| &**it)).chain(judged)
    {
        words.push(' ');
        words.push_str(more);
    }
    words.to_lowercase()
}

fn write_row(html: &mut Html, row: &PolicyRow, judged: Option<&Judged>, words: &str, is_shown: bool) {
    let is_open = row.access() == Presence::Public;
    html.within("<tr role=\"row\" data-words=\"", words, "\"")
        .markup(if is_open { " class=\"open\"" } else { "" })
        .markup(if is_shown { ">\n" } else { " hidden>\n" })
        .within(
            "<th role=\"rowheader\" scope=\"row\" class=\"route\"><span class=\"mono\">",
            render::route_of(row),
            "</span>",
        )
        .within("<br><span class=\"faint mono\">", row.handler(), "<br>")
        .within("", row.file(), ":")
        .within("", row.line(), "</span></th>\n");
    if let Some(judged) = judged {
        write_verdict(html, judged);
    }
    html.markup("<td role=\"cell\" data-label=\"Who may call it\">").within(
        if is_open { "<span class=\"everyone\">" } else { "<span>" },
        row.who(),
        "</span>",
    );
    if !row.notes().is_empty() {
        html.markup("<ul class=\"notes\">");
        row.notes().iter().for_each(|note| _ = html.within("<li>", note, "</li>"));
        html.markup("</ul>");
    }
    html.markup("</td>\n<td role=\"cell\" class=\"refused small\" data-label=\"Others are refused with\">");
    if row.statuses().is_empty() {
        html.markup("<span class=\"faint\">nobody is</span>");
    }
    let statuses: Vec<String> = row.statuses().iter().map(u16::to_string).collect();
    html.text(statuses.join(", "));
    row.challenges().iter().for_each(|challenge| _ = html.within("<br><code>", challenge, "</code>"));
    html.markup("</td>\n</tr>\n");
}

fn write_verdict(html: &mut Html, judged: &Judged) {
    html.within(
        "<td role=\"cell\" class=\"verdict small\" data-label=\"This caller\"><span class=\"badge ",
        judged.class,
        "\">",
    )
    .within("", &judged.word, "</span> ")
    .text(judged.why);
    if let Some(label) = judged.label {
        html.within(" (<code>", label, "</code>)");
    }
    let Findings { conditions, sufficient } = &judged.findings;
    if !sufficient.is_empty() {
        let before = if judged.class == DEPENDS { "<br>it suffices if " } else { "<br>would have sufficed: " };
        html.markup(before).within("<code>", sufficient.join(" or "), "</code>");
    }
    if !conditions.is_empty() {
        html.markup("<details><summary>The rule</summary><table class=\"rule\"><tbody>\n");
        for condition in conditions {
            html.within("<tr><th scope=\"row\"><code>", &condition.written, "</code></th>")
                .within("<td>", condition.found.word(), "</td>")
                .within("<td>", &condition.note, "</td></tr>\n");
        }
        html.markup("</tbody></table></details>");
    }
    html.markup("</td>\n");
}
