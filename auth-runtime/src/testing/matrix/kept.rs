//! The table as it was accepted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::review::kept::{Accepted, Reviewer};

pub(super) const HEAD: &str = "\
# Who just passes and who just fails: each was sent to its route, and the checks say what the line says. `testing::matrix` compares
# the program with it. Review a change of this file as you review code. To make one, change the program and do what the failing test
# says. What has no line differs from one of these by more than one thing.
";

pub(super) const ACCEPT: &str = "AUTH_MATRIX";

/// Compares what was kept with what is so; says what is to be written, if anything.
///
/// # Errors
/// With what to tell where the test must fail.
pub(super) fn judge(reviewer: &Reviewer, path: &str, old: Option<&str>, new: &str) -> Result<Option<Accepted>, String> {
    reviewer.check_reviewer(path, ACCEPT)?;
    let Some(old) = old else {
        reviewer.check_missing(path)?;
        let note = format!(
            "ATTENTION: {path} was not there, and was written as the program is now.\nRead it, and commit it. From now on this test \
             fails where the program says something else."
        );
        return Ok(Some(Accepted { text: new.to_owned(), note }));
    };
    // As git may have checked it out.
    let old = old.replace("\r\n", "\n");
    let difference = difference(&old, new);
    match reviewer.accept.as_deref() {
        _ if old == new => Ok(None),
        Some("accept") => {
            Ok(Some(Accepted { text: new.to_owned(), note: format!("{path}: accepted\n\n{difference}") }))
        }
        Some(other) => Err(format!("`{ACCEPT}={}` means nothing; write `{ACCEPT}=accept`", other.escape_debug())),
        None => {
            let remedy = match reviewer.is_ci {
                true => "run this test where `CI` is not set, do what it says, and commit the file".to_owned(),
                false => format!("run:\n\n    {ACCEPT}=accept {}\n", reviewer.cargo_test()),
            };
            Err(format!("{path} says something else than the program:\n\n{difference}\nIf this is meant, {remedy}"))
        }
    }
}

/// The paragraphs that are not the same, with the lines that went and those that came.
fn difference(old: &str, new: &str) -> String {
    let paragraphs = |text: &str| -> Vec<(String, Vec<String>)> {
        let paragraphs = text.split("\n\n").map(|paragraph| paragraph.lines().map(str::to_owned));
        paragraphs.filter_map(|mut lines| Some((lines.next()?, lines.collect()))).collect()
    };
    let (old, new) = (paragraphs(old), paragraphs(new));
    let of = |paragraphs: &[(String, Vec<String>)], place: &str| {
        let found = paragraphs.iter().filter(|(known, _)| known == place);
        found.flat_map(|(_, lines)| lines.iter().cloned()).collect::<Vec<_>>()
    };
    let mut text = String::new();
    let places = new.iter().chain(&old).map(|(place, _)| place);
    let mut told = BTreeSet::new();
    for place in places.filter(|place| told.insert(place.to_owned())) {
        let (was, is) = (of(&old, place), of(&new, place));
        if was == is {
            continue;
        }
        let _ = writeln!(text, "  {place}");
        let lines = [("-", &was, &is), ("+", &is, &was)];
        for (sign, these, others) in lines {
            for line in these.iter().filter(|line| !others.contains(line)) {
                let _ = writeln!(text, "  {sign} {}", line.trim_start());
            }
        }
        if was.iter().all(|line| is.contains(line)) && is.iter().all(|line| was.contains(line)) {
            text.push_str("    in another order\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str =
        "# head\n\nGET /a\n  rule bearer\n  passes    a bearer token\n  401       a caller without credentials\n";

    fn reviewer(accept: Option<&str>, is_ci: bool) -> Reviewer {
        Reviewer { accept: accept.map(str::to_owned), is_ci, test: Some("matrix".into()) }
    }

    #[test]
    fn the_first_run_writes_but_where_nobody_reviews() {
        let written = judge(&reviewer(None, false), "auth.matrix", None, OLD).unwrap().unwrap();
        assert_eq!(written.text, OLD);
        assert!(written.note.starts_with("ATTENTION: auth.matrix was not there"));
        let refused = judge(&reviewer(None, true), "auth.matrix", None, OLD).unwrap_err();
        assert!(refused.contains("auth.matrix is missing"), "{refused}");
        assert_eq!(judge(&reviewer(None, true), "auth.matrix", Some(&OLD.replace('\n', "\r\n")), OLD), Ok(None));
    }

    #[test]
    fn a_change_is_shown_by_its_route_and_accepted_by_hand() {
        let new = OLD.replace("  401       a caller", "  passes    a caller") + "\nGET /b\n  rule public\n";
        let told = judge(&reviewer(None, false), "auth.matrix", Some(OLD), &new).unwrap_err();
        let expected = "\
auth.matrix says something else than the program:

  GET /a
  - 401       a caller without credentials
  + passes    a caller without credentials
  GET /b
  + rule public

If this is meant, run:

    AUTH_MATRIX=accept cargo test matrix
";
        assert_eq!(told, expected);
        let accepted = judge(&reviewer(Some("accept"), false), "auth.matrix", Some(OLD), &new).unwrap().unwrap();
        assert_eq!(accepted.text, new);
        assert!(judge(&reviewer(Some("accept"), true), "auth.matrix", Some(OLD), &new).unwrap_err().contains("`CI`"));
        assert!(judge(&reviewer(Some("yes"), false), "m", Some(OLD), &new).unwrap_err().contains("`AUTH_MATRIX=yes`"));
    }
}
