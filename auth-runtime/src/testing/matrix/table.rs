//! What came of asking every route.

use std::fmt;

use super::kept;
use super::outcome::Outcome;

/// Who just passes and who just fails, route by route, as [`matrix`](super::matrix) found it.
///
/// It displays as the text that is kept in a file: one paragraph a route, one line a caller.
#[derive(Clone, Debug)]
pub struct MatrixTable {
    pub(super) routes: Vec<RouteAsked>,
}

/// One route.
#[derive(Clone, Debug)]
pub(super) struct RouteAsked {
    /// Method and pattern.
    pub(super) place: String,
    pub(super) rule: String,
    pub(super) answers: Vec<Answer>,
    /// Why somebody was not asked about.
    pub(super) note: Option<&'static str>,
}

/// One caller, and what became of its request.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) caller: String,
    /// Whether the policy's meaning lets it in.
    pub(super) is_to_pass: bool,
    pub(super) outcome: Outcome,
}

impl MatrixTable {
    /// Each request that was not decided as the policy's meaning says: route, caller, what was expected, what happened and why.
    pub fn disagreements(&self) -> impl Iterator<Item = String> {
        let answers = self.routes.iter().flat_map(|route| route.answers.iter().map(move |answer| (route, answer)));
        answers.filter_map(|(route, answer)| {
            let happened = match (&answer.outcome, answer.is_to_pass) {
                (Outcome::Passes, false) => "is let in".to_owned(),
                (Outcome::Refused(status, why), true) => format!("is refused with {status}{}", indented(why)),
                (Outcome::Hidden, true) => "is refused as by an unknown route".to_owned(),
                (Outcome::Undecided(what), _) => what.clone(),
                (Outcome::Passes, true) | (Outcome::Refused(..) | Outcome::Hidden, false) | (Outcome::NotSent, _) => {
                    return None;
                }
            };
            let expected = if answer.is_to_pass { "is to pass" } else { "is to be refused" };
            let RouteAsked { place, rule, .. } = route;
            Some(format!("{place}\n  rule {rule}\n  {}\n  {expected}, and {happened}", answer.caller))
        })
    }

    /// How many requests were sent.
    pub fn requests(&self) -> usize {
        let answers = self.routes.iter().flat_map(|route| &route.answers);
        answers.filter(|answer| !matches!(answer.outcome, Outcome::NotSent)).count()
    }
}

fn indented(why: &str) -> String {
    why.lines().map(|line| format!("\n    {line}")).collect()
}

impl fmt::Display for MatrixTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(kept::HEAD)?;
        for RouteAsked { place, rule, answers, note } in &self.routes {
            write!(f, "\n{place}\n  rule {rule}\n")?;
            for Answer { caller, outcome, .. } in answers {
                let word = match outcome {
                    Outcome::Passes => "passes".to_owned(),
                    Outcome::Refused(status, _) => status.to_string(),
                    Outcome::Hidden => "hidden".to_owned(),
                    Outcome::Undecided(_) => "undecided".to_owned(),
                    Outcome::NotSent => "not sent".to_owned(),
                };
                writeln!(f, "  {word:9} {caller}")?;
            }
            note.map_or(Ok(()), |note| writeln!(f, "  ({note})"))?;
        }
        Ok(())
    }
}
