//! The key file: one JSON object a line, `#` before comments.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::file::FileFault;
use crate::scheme::api_key::key::{Key, KeyDigest, KeyFault};
use crate::scheme::api_key::table::Table;
use crate::time::UnixTime;

/// One line: `{"id":"billing-7","sha256":"…","scopes":["orders:write"],"roles":["ops"],"expires_at":1798761600,
/// "environment":"live"}`. All but the first two may be left out.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    sha256: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<Cow<'a, str>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<Cow<'a, str>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<UnixTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<Cow<'a, str>>,
}

/// Reads a file's content.
///
/// # Errors
/// A line that cannot be used, with its number, the member and a remedy; an id or a key given twice; no key at all, which
/// is what a file looks like while it is being written.
pub(super) fn parse(content: &[u8], mut table: Table) -> Result<Table, FileFault> {
    let text = str::from_utf8(content).map_err(|_| FileFault::whole("not UTF-8; save the file as UTF-8"))?;
    let mut found = false;
    for (number, line) in (1..).zip(text.split('\n')) {
        let line = line.trim_matches([' ', '\t', '\r']);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        found = true;
        let at = |fault: String| FileFault::at(number, fault);
        let (digest, key) = read_line(line).map_err(at)?;
        table.insert(digest, key).map_err(|fault| at(fault.to_string()))?;
    }
    match found {
        true => Ok(table),
        false => Err(FileFault::whole("no keys; add a line that `NewKey::line` writes")),
    }
}

fn read_line(line: &str) -> Result<(KeyDigest, Key), String> {
    let line: Line<'_> = serde_json::from_str(line).map_err(|error| malformed(&error))?;
    let digest = line.sha256.parse().map_err(|fault| format!("`sha256` {fault}"))?;
    let mut key = Key::new(line.id);
    if let Some(scopes) = line.scopes {
        key = key.with_scopes(scopes);
    }
    if let Some(roles) = line.roles {
        key = key.with_roles(roles);
    }
    if let Some(at) = line.expires_at {
        key = key.expiring_at(at);
    }
    if let Some(environment) = line.environment {
        key = key.of_environment(environment);
    }
    Ok((digest, key))
}

/// Names the member that is wrong, never a value: somebody may have written the key itself there.
fn malformed(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let of_member = ["missing field", "unknown field", "duplicate field"].iter().any(|kind| told.starts_with(kind));
    match (error.classify(), of_member) {
        (serde_json::error::Category::Data, true) => {
            format!("{told}; members are id, sha256, scopes, roles, expires_at, environment")
        }
        (serde_json::error::Category::Data, false) => format!(
            "a member before column {} is of the wrong type; `id`, `sha256` and `environment` are strings, `scopes` and \
             `roles` lists of strings, `expires_at` whole seconds since 1970",
            error.column()
        ),
        _ => format!("no JSON object from column {} on; write one object a line", error.column()),
    }
}

pub(super) fn write_line(digest: KeyDigest, key: &Key) -> Result<String, KeyFault> {
    key.check()?;
    let line = Line {
        id: key.id().into(),
        sha256: digest.to_string().into(),
        scopes: key.scopes.as_ref().map(|_| key.scopes().map(Cow::from).collect()),
        roles: key.roles.as_ref().map(|_| key.roles().map(Cow::from).collect()),
        expires_at: key.expires_at(),
        environment: key.environment().map(Cow::from),
    };
    serde_json::to_string(&line).map_err(|_| KeyFault::new("the description cannot be written as JSON"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Table, String> {
        parse(text.as_bytes(), Table::new(None)).map_err(|fault| fault.within("keys").to_string())
    }

    fn line(id: &str, secret: &str) -> String {
        format!(r#"{{"id":"{id}","sha256":"{}"}}"#, KeyDigest::of(secret))
    }

    #[test]
    fn what_is_written_is_read_back() {
        for key in [
            Key::new("plain"),
            Key::new("with \"quotes\" and ü").with_scopes(["a", "b:c"]).with_roles([""; 0]),
            Key::new("all").with_roles(["team lead"]).expiring_at(1_798_761_600).of_environment("live"),
        ] {
            let text = format!("# keys\n\n  {}\r\n", write_line(KeyDigest::of("secret"), &key).unwrap());
            let table = read(&text).unwrap();
            assert_eq!(table.find(&KeyDigest::of("secret")).unwrap().key, key);
            assert!(table.find(&KeyDigest::of("other")).is_none());
        }
    }

    #[test]
    fn faults_name_file_line_and_member() {
        let one = line("a", "1");
        let digest = KeyDigest::of("2");
        for (text, says) in [
            (String::new(), "keys: no keys"),
            ("# none\n".to_owned(), "keys: no keys"),
            (format!("{one}\nx"), "keys, line 2: no JSON object"),
            (format!("{one}\n[]"), "keys, line 2: "),
            (one.clone() + " " + &one, "line 1: no JSON object"),
            (r#"{"id":"b"}"#.to_owned(), "line 1: missing field `sha256`"),
            (r#"{"id":"b","key":"live_hunter2"}"#.to_owned(), "line 1: unknown field `key`"),
            (format!(r#"{{"id":"b","id":"c","sha256":"{digest}"}}"#), "duplicate field `id`"),
            (r#"{"id":"b","sha256":"live_hunter2"}"#.to_owned(), "`sha256` is not a SHA-256 digest"),
            (format!(r#"{{"id":"b","sha256":"{digest}","scopes":"live_hunter2"}}"#), "wrong type"),
            (format!(r#"{{"id":"b","sha256":"{digest}","expires_at":"2027-01-01"}}"#), "wrong type"),
            (format!(r#"{{"id":"b","sha256":"{digest}","expires_at":1.5}}"#), "wrong type"),
            (format!(r#"{{"id":"b","sha256":"{digest}","scopes":["a b"]}}"#), "`scopes` contains `a b`"),
            (format!(r#"{{"id":"","sha256":"{digest}"}}"#), "`id` is empty"),
            (format!(r#"{{"id":"b","sha256":"{digest}","environment":"LIVE"}}"#), "environment `LIVE`"),
            (format!("{one}\n{}", line("a", "2")), "line 2: id `a` is given twice"),
            (format!("{one}\n{}", line("b", "1")), "line 2: the key of id `b` is that of id `a`"),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.contains(says) && !error.contains("hunter2"), "{text}: {error}");
        }
        assert!(parse(b"\xff", Table::new(None)).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_without_panic(content in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&content, Table::new(None));
        }

        #[test]
        fn a_line_that_is_cut_off_is_refused(end in 1_usize..60) {
            let line = line("a", "1");
            prop_assert!(read(&line[..line.len() - end]).is_err());
        }
    }
}
