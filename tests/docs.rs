//! Words against behaviour: what the README, the manual and the contributor's guide say is what the code does.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use auth_runtime::basic::Passwords;
use auth_runtime::config::ConfigError;
use auth_runtime::denial::Reason;
use auth_runtime::{Auth, Jwt};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every Rust file below a folder.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// The part of a Markdown text below a heading of the second level.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, below) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    below.split("\n## ").next().unwrap()
}

/// The words of the grammar and how each is used, as the macros' own table has them.
fn keywords() -> Vec<(String, String)> {
    let table = read("auth-macros/src/keyword.rs");
    let rows = table.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split_once("\", Use::"));
    let keywords: Vec<_> = rows.map(|(word, usage)| (word.into(), usage.trim_end_matches("),").into())).collect();
    assert!(keywords.len() > 20, "the table was not understood: {keywords:?}");
    keywords
}

// Keywords. That each stands in the Grammar section of `requires` and in compile tests is tested in `auth-macros`.

#[test]
fn every_keyword_stands_in_the_grammar_of_the_readme() {
    let readme = read("README.md");
    let known = words(section(&readme, "Grammar"));
    for (word, _) in keywords() {
        assert!(known.contains(&*word), "`{word}` is missing from the grammar of the README");
    }
}

#[test]
fn every_keyword_stands_in_a_test_over_http() {
    let mut attributes = String::new();
    for path in sources("tests/http").into_iter().chain(sources("tests/session")) {
        let text = fs::read_to_string(path).unwrap();
        // From each attribute, and from each entry of `policy!`, to the end of its line or list.
        for start in ["requires(", "public(", "policy! {"] {
            for part in text.split(start).skip(1) {
                let end = if start.ends_with('{') { "\n}" } else { ")]" };
                attributes.push_str(part.split(end).next().unwrap());
                attributes.push('\n');
            }
        }
    }
    let known = words(&attributes);
    let missing: BTreeSet<_> = keywords()
        .into_iter()
        .filter(|(word, _)| match &**word {
            "crate" => !attributes.contains("crate ="), // not the first step of a path
            word => !known.contains(word),
        })
        .map(|(word, _)| word)
        .collect();
    assert!(missing.is_empty(), "in no attribute of tests/http: {missing:?}");
}

// Answers.

#[test]
fn every_reason_stands_in_the_answers_as_the_code_has_it() {
    let page = read("auth-runtime/src/manual/answers.rs");
    let custom = Reason::Custom("of a user's own");
    for reason in Reason::ALL.iter().copied().chain([custom]) {
        let name = format!("{reason:?}");
        let name = name.split('(').next().unwrap();
        let rows: Vec<&str> = page.lines().filter(|line| line.contains(&format!("| `{name}` |"))).collect();
        assert!(!rows.is_empty(), "`{name}` has no row in the answers");
        for row in rows {
            assert!(row.contains(&format!("| {} |", reason.status().as_u16())), "status of `{name}`: {row}");
            // Wrong credentials carry an `error` only in a scheme of a user's own that has an OAuth challenge.
            if let Some(error) = reason.oauth_error().filter(|_| reason != Reason::CredentialsWrong) {
                assert!(row.contains(&format!("error=\"{error}\"")), "error of `{name}`: {row}");
            } else {
                assert!(!row.contains("error="), "`{name}` has no error: {row}");
            }
            assert_eq!(row.contains("Retry-After: 5"), reason.status() == 503, "{row}");
        }
    }
}

// Events.

/// Fields of events whose text is ours or the developer's own (names of policies, schemes, checks and types, closed sets of
/// labels, numbers), or was made by `telemetry::foreign`.
const FIELDS: &[&str] = &[
    "account",
    "address",
    "callers",
    "cause",
    "changed",
    "check",
    "claim",
    "code",
    "content_type",
    "detail",
    "ended",
    "ended_for_it",
    "endpoint",
    "error",
    "event",
    "expected",
    "explanation",
    "failures",
    "fault",
    "handler",
    "file",
    "issuer",
    "kid",
    "kind",
    "largest",
    "left_out",
    "lifetime",
    "line",
    "member",
    "origin",
    "other",
    "outcome",
    "path",
    "pause_seconds",
    "policy",
    "provider",
    "reason",
    "remedy",
    "revocations",
    "scheme",
    "schemes",
    "scope",
    "seconds",
    "session",
    "skipped",
    "subject",
];

/// The arguments of all macros that write events.
fn events(source: &str) -> Vec<&str> {
    EVENT_MACROS.iter().flat_map(|name| events_of(source, name)).collect()
}

const EVENT_MACROS: [&str; 6] = ["error!(", "warn!(", "info!(", "debug!(", "limited!(", "at_severity!("];

/// The same of one macro.
fn events_of<'a>(source: &'a str, name: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for (start, _) in source.match_indices(name) {
        let inside = &source[start + name.len()..];
        let mut depth = 1;
        let end = inside.char_indices().find_map(|(index, c)| {
            depth += i32::from(matches!(c, '(' | '{' | '[')) - i32::from(matches!(c, ')' | '}' | ']'));
            (depth == 0).then_some(index)
        });
        found.push(&inside[..end.unwrap()]);
    }
    found
}

/// What the words of an event say: its message, its level, and the names of its fields.
fn event_row(event: &str, level: &str) -> Option<String> {
    // Every text by a mark, so that its commas and braces do not count.
    let (mut code, mut texts) = (String::new(), Vec::new());
    for (index, part) in event.replace("\\\"", "\u{1}").split('"').enumerate() {
        if index % 2 == 0 { code.push_str(part) } else { texts.push(part.replace('\u{1}', "\"")) }
    }
    if code.contains('$') {
        return None; // the definition of such a macro
    }
    let mut depth = 0;
    let arguments = code.split(|c: char| {
        depth += i32::from(matches!(c, '(' | '{' | '[')) - i32::from(matches!(c, ')' | '}' | ']'));
        c == ',' && depth == 0
    });
    let names =
        arguments.map(|argument| argument.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap());
    let mut fields: Vec<_> =
        names.filter(|name| !name.is_empty() && *name != "self").map(|name| format!("`{name}`")).collect();
    let level = match level {
        "limited!(" => fields.remove(0),
        "at_severity!(" => {
            fields.remove(0);
            "by reason".to_owned()
        }
        other => format!("`{}`", other.trim_end_matches("!(")),
    };
    // A message may be continued on another line.
    let message = texts.last()?.split("\\\n").map(str::trim_start).collect::<String>();
    Some(format!("| {} | {level} | {} |", message.replace('|', "\\|"), fields.join(", ")))
}

#[test]
fn every_event_stands_in_the_manual_as_the_code_has_it() {
    let mut rows = BTreeSet::new();
    for file in sources("auth-runtime/src") {
        let source = fs::read_to_string(&file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        for name in EVENT_MACROS {
            rows.extend(events_of(source, name).into_iter().filter_map(|event| event_row(event, name)));
        }
    }
    assert!(rows.len() > 60, "{rows:#?}");
    let rows: Vec<_> = rows.into_iter().collect();
    let table = format!("| message | level | fields |\n|---|---|---|\n{}\n", rows.join("\n"));
    if std::env::var_os("BLESS").is_some() {
        fs::write(root().join("auth-runtime/docs/events.md"), &table).unwrap();
    }
    assert_eq!(read("auth-runtime/docs/events.md"), table, "`BLESS=1 cargo test -p tests --test docs` writes it");
}

/// The rows of a table of the manual's chapter on watching, as names and the names in their third column.
fn watched(heading: &str) -> Vec<(String, BTreeSet<String>)> {
    let page = read("auth-runtime/src/manual/watching.rs");
    let (_, below) = page.split_once(&format!("//! # {heading}\n")).unwrap();
    // Examples have lines that look like headings.
    let prose = below.split("```").step_by(2).collect::<String>();
    let rows = prose.split("\n//! # ").next().unwrap().lines().filter_map(|line| line.strip_prefix("//! | `"));
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>())
        .map(|cells| (cells[0].trim_end_matches('`').to_owned(), quoted(cells[2])))
        .collect()
}

/// Those of the constants in `telemetry`, and the labels under which they are counted.
#[test]
fn every_metric_stands_in_the_manual_with_its_labels() {
    let telemetry = read("auth-runtime/src/telemetry/mod.rs");
    let constants = telemetry.split("pub const ").skip(1).map(|part| part.split('"').collect::<Vec<_>>());
    let mut metrics: Vec<(String, String, BTreeSet<String>)> = constants
        .map(|parts| (parts[0].split(':').next().unwrap().to_owned(), parts[1].to_owned(), BTreeSet::new()))
        .collect();
    for file in sources("auth-runtime/src") {
        let source = fs::read_to_string(&file).unwrap();
        for call in ["counter!(", "gauge!(", "histogram!("].iter().flat_map(|name| events_of(&source, name)) {
            let name = call.split(',').next().unwrap();
            let metric = metrics.iter_mut().find(|(constant, ..)| constant == name);
            let (.., labels) = metric.unwrap_or_else(|| panic!("`{name}` of {} is not in `telemetry`", file.display()));
            labels.extend(
                call.split('"')
                    .skip(1)
                    .step_by(2)
                    .filter(|label| call.contains(&format!("\"{label}\" =>")))
                    .map(str::to_owned),
            );
        }
    }
    // Those whose keys are made ahead of requests.
    let decision = ["policy", "scheme", "outcome", "reason"];
    for (constant, _, labels) in &mut metrics {
        let made = match &**constant {
            "DECISIONS" => &decision[..],
            "DURATION" => &["policy", "outcome"],
            "HANDLER_DENIALS" => &["policy"],
            _ => continue,
        };
        labels.extend(made.iter().map(|label| (*label).to_owned()));
    }
    let mut known: Vec<_> = metrics.into_iter().map(|(_, name, labels)| (name, labels)).collect();
    let mut said = watched("Metrics");
    known.sort();
    said.sort();
    assert_eq!(said, known);
}

#[test]
fn every_event_and_field_of_the_audit_log_stands_in_the_manual() {
    let log = read("auth-runtime/src/guard/audit/log.rs");
    let known = |text: &str, before: &str| -> BTreeSet<String> {
        let parts = text.split("#[cfg(test)]").next().unwrap().split(before).skip(1);
        parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
    };
    let mut events = known(&read("auth-runtime/src/telemetry/events.rs"), "=> \"");
    events.extend(known(&log, "name: \""));
    events.extend(known(&log, "Record { name: \""));
    let mut fields = known(&log, "#[serde(rename = \"");
    fields.insert("timestamp".to_owned());
    let mut said: BTreeSet<_> = watched("The audit log").into_iter().map(|(name, _)| name).collect();
    assert!(events.len() >= 8 && fields.len() > 15);
    for name in events.union(&fields) {
        assert!(said.remove(name), "`{name}` is not in the manual");
    }
    assert!(said.is_empty(), "only in the manual: {said:?}");
}

/// The dashboard and the alerts use names that there are, with labels that they have.
#[test]
fn the_dashboard_and_the_alerts_ask_for_what_there_is() {
    let metrics = watched("Metrics");
    let page = read("auth-runtime/src/manual/watching.rs");
    let alerts: Vec<String> = page
        .lines()
        .filter(|line| line.contains("[5m]") || line.contains("max"))
        .map(|line| line.replace("\\|", "|"))
        .collect();
    assert!(alerts.len() >= 9, "{alerts:?}");
    let dashboard: serde_json::Value = serde_json::from_str(&read("examples/grafana/auth.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    let asked: Vec<String> = targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect();
    let mut seen = BTreeSet::new();
    for expression in alerts.iter().chain(&asked) {
        let mut allowed: BTreeSet<&str> = BTreeSet::from(["le"]);
        for word in words(expression).into_iter().filter(|word| word.starts_with("auth_")) {
            let base = word
                .strip_suffix("_bucket")
                .or(word.strip_suffix("_sum"))
                .or(word.strip_suffix("_count"))
                .unwrap_or(word);
            let (name, labels) = metrics
                .iter()
                .find(|(name, _)| name == base)
                .unwrap_or_else(|| panic!("no metric {word}: {expression}"));
            seen.insert(&**name);
            allowed.extend(labels.iter().map(String::as_str));
        }
        // `by (a, b)` and `{a="…", b=~"…"}`.
        let grouped = expression.split("by (").skip(1).flat_map(|part| part.split(')').next().unwrap().split(','));
        let chosen = expression
            .split('{')
            .skip(1)
            .flat_map(|part| part.split('}').next().unwrap().split("\","))
            .map(|part| part.split(['=', '!']).next().unwrap());
        for label in grouped.chain(chosen).map(str::trim) {
            assert!(allowed.contains(label), "no label {label}: {expression}");
        }
    }
    let unseen: Vec<_> =
        metrics.iter().filter(|(name, _)| !asked.iter().any(|asked| asked.contains(&**name))).collect();
    assert!(unseen.is_empty(), "in no panel of the dashboard: {unseen:?}");
}

/// The requirements of OWASP's ASVS that the manual says are met are met by tests that there are.
#[test]
fn the_tests_that_the_asvs_table_names_exist() {
    let page = read("auth-runtime/src/manual/sessions.rs");
    let (_, table) = page.split_once("//! # OWASP ASVS 5.0").unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("//! | ") && line.contains('.')).collect();
    let files: Vec<_> = sources("tests").into_iter().chain(sources("auth-runtime/src")).collect();
    let mut seen = 0;
    for row in &rows {
        let tests = row.split('|').nth(3).unwrap();
        for test in tests.split('`').skip(1).step_by(2).filter(|test| test.contains("::")) {
            let mut path: Vec<&str> = test.split("::").collect();
            let (name, file) = (path.pop().unwrap(), format!("{}.rs", path.join("/")));
            let is_there = files
                .iter()
                .filter(|known| known.ends_with(&file))
                .any(|known| fs::read_to_string(known).unwrap().contains(&format!("fn {name}()")));
            assert!(is_there, "`{test}`: {row}");
            seen += 1;
        }
    }
    assert!(rows.len() > 35 && seen > 30, "{} rows, {seen} tests", rows.len());
    let sections = [("3.3", 5), ("6.3", 8), ("7.1", 3), ("7.2", 4), ("7.3", 2), ("7.4", 5), ("7.5", 3), ("7.6", 2)];
    for (section, last) in sections.into_iter().chain([("10.2", 3), ("10.5", 5)]) {
        let named =
            |number| rows.iter().any(|row| row.split('|').nth(1).unwrap().contains(&format!("{section}.{number}")));
        assert!((1..=last).all(named), "{section}");
    }
}

/// `%` and `?` write what they are given as it is: text of others goes through `telemetry::foreign` first, which makes a
/// `String` of it. A new field is put on the list by somebody who has seen where its text comes from.
#[test]
fn no_event_writes_text_of_others_as_it_is() {
    let mut seen = 0;
    for file in sources("auth-runtime/src") {
        let source = fs::read_to_string(&file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        for event in events(source) {
            // Without its message.
            let code: String = event.replace("\\\"", "").split('"').step_by(2).collect();
            if code.contains('$') {
                continue; // the definition of such a macro
            }
            seen += 1;
            let file = file.display();
            assert!(!code.contains('%') && !code.contains('?'), "{file} writes text as it is: {event}");
            for argument in code.split(',').map(str::trim).filter(|argument| !argument.is_empty()) {
                let name = argument.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                let is_level = ["error", "warn", "info", "debug"].contains(&argument);
                let is_message = argument == "self.guarded" || argument == "reason.severity()";
                assert!(is_level || is_message || FIELDS.contains(&name), "`{argument}` of {file}: is it escaped?");
            }
        }
    }
    assert!(seen > 30, "{seen} events");
}

// Defaults.

/// What the page says, the room of the runtime that makes it so, and its line.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("realm of the challenges | `api` |", "auth", "realm: \"api\".into()"),
    ("| 5 seconds, then 503 |", "auth", "deadline: Duration::from_secs(5)"),
    ("one per 5 min, for each key set", "keys", "DOUBTED_EVERY: Duration = Duration::from_secs(5 * 60)"),
    ("| 8192 in 32 MiB; of", "guard", "const WAITING_BYTES: usize = 32 << 20;"),
    ("65536 in 128 MiB beside them", "guard", "const KEPT_BYTES: usize = 128 << 20;"),
    ("a look once a second, or every 5", "extract", "const IN_MEMORY: Duration = Duration::from_secs(1);"),
    ("every 5 seconds where a store", "extract", "const ELSEWHERE: Duration = Duration::from_secs(5);"),
    ("after 3 looks in a row", "extract", "const UNKNOWN_MAX: u32 = 3;"),
    ("| 16 KiB; what does not fit is left out |", "http", "const FIELDS_BYTES: usize = 16 * 1024;"),
    ("`Retry-After` of a 503 | 5 seconds |", "denial", "HeaderValue::from_static(\"5\")"),
    ("`iat` of a proof may be off | 60 seconds", "scheme/dpop", "const WINDOW: UnixTime = 60;"),
    ("nonce of DPoP | 300 seconds", "scheme/dpop", "const NONCE_LIFETIME: Duration = Duration::from_secs(300);"),
    ("longest proof | 8 KiB (8192 bytes)", "scheme/dpop", "const PROOF_BYTES_MAX: usize = 8 * 1024;"),
    ("remembered | 1,048,576; a 64th", "scheme/dpop", "const REPLAYS: usize = 1 << 20;"),
    ("a 64th for one subject, a 128th", "scheme/dpop", "const SHARES: usize = 64;"),
    ("remembered | 4096, of accepted proofs", "scheme/dpop", "const KNOWN_MAX: usize = 4096;"),
    ("| 31 days; one that lives longer is refused |", "revocation", "Duration::from_secs(31 * 86_400)"),
    ("until `exp`, 3600 seconds", "time", "const LEEWAY_MAX: Duration = Duration::from_secs(3600);"),
    ("and 300 seconds |", "revocation", "const MARGIN: Duration = Duration::from_secs(300);"),
    ("| within 1 second,", "revocation", "bound: Duration::from_secs(1)"),
    ("| 5 seconds beyond that", "revocation", "grace: Duration::from_secs(5)"),
    ("before 2020", "time", "const EARLIEST: UnixTime = 1_577_836_800;"),
    ("past 9999", "time", "const LATEST: UnixTime = 253_402_300_800;"),
    (
        "a thread looks once a second, whether requests come or not",
        "file",
        "const INTERVAL: Duration = Duration::from_secs(1);",
    ),
    ("16 MiB at most", "file", "const MAX_LEN: u64 = 16 << 20;"),
    ("| 60 seconds; at most 3600 |", "jwt", "leeway: Duration::from_secs(60)"),
    ("| 16 KiB (16384 bytes) |", "jwt", "const MAX_TOKEN_BYTES: usize = 16 * 1024;"),
    ("| 32 of the header,", "keys", "const HEADER_MEMBERS_MAX: usize = 32;"),
    ("| 32 of the header, 512 of an object in the claims |", "json", "const MEMBERS_MAX: usize = 512;"),
    ("| 32 levels |", "json", "const DEPTH_MAX: u8 = 32;"),
    ("keys tried on a token without `kid` | 4 |", "keys", "const TRIED_MAX: usize = 4;"),
    ("| 32 MiB for each configuration |", "jwt", "const CACHE_BYTES: usize = 32 * 1024 * 1024;"),
    ("claim of the subject | `sub` |", "principal", "SUBJECT_CLAIM: &str = \"sub\""),
    ("claim of the roles | `roles`, an array or one role |", "jwt", "claims.get(\"roles\")?"),
    ("shortest RSA key | 2048 bits |", "keys", "const RSA_BITS_MIN: usize = 2048;"),
    ("| 1024 bytes; 72 for bcrypt |", "scheme", "const PASSWORD_MAX: usize = 1024;"),
    ("| 1024 bytes; 72 for bcrypt |", "scheme", "const BCRYPT_MAX: usize = 72;"),
    ("| 255 bytes |", "scheme", "const NAME_MAX: usize = 255;"),
    ("| 60 seconds, which is the most |", "scheme", "const LIFETIME_MAX: Duration = Duration::from_secs(60);"),
    ("| 4096 for each configuration |", "scheme", "const ENTRIES_MAX: usize = 4096;"),
    ("| half the cores, at least 1 |", "scheme", "(cores / 2).max(1)"),
    ("| 16 for each that may run, 2 seconds", "scheme", "const WAITING_PER_TURN: usize = 16;"),
    ("| 16 for each that may run, 2 seconds", "scheme", "const WAIT: Duration = Duration::from_secs(2);"),
    ("bcrypt 15;", "scheme", "const BCRYPT_COST_MAX: u32 = 15;"),
    ("SHA-512 crypt 1000000 rounds;", "scheme", "= 1_000..=1_000_000;"),
    ("argon2 256 MiB", "scheme", "const ARGON2_MEMORY_MAX: u32 = 256 << 10;"),
    ("not used | 30 minutes, at least 2", "scheme", "const IDLE: Duration = Duration::from_secs(30 * 60);"),
    ("however it is used | 12 hours", "scheme", "const ABSOLUTE: Duration = Duration::from_secs(12 * 3600);"),
    (
        "however it is used | 12 hours, at most 400 days",
        "scheme",
        "const LONGEST: Duration = Duration::from_secs(400 * 86_400);",
    ),
    ("sessions of one subject | 50 |", "scheme", "const PER_USER: usize = 50;"),
    ("sessions in memory | 100,000 |", "scheme", "const CAPACITY: usize = 100_000;"),
    ("largest session | 16 KiB |", "scheme", "const RECORD_MAX: usize = 16 * 1024;"),
    ("use is noted | once a minute |", "scheme", "const TOUCHED_EVERY: UnixTime = 60;"),
    ("an id that was replaced is known as such | for a minute |", "scheme", "const REPLACED_FOR: UnixTime = 60;"),
    ("is barred | for 15 minutes |", "scheme", "const BARRED_FOR: Duration = Duration::from_secs(900);"),
    ("a sign-in takes | 10 minutes at most |", "login", "const LIFETIME: u64 = 600_000;"),
    ("30 seconds before it expires,", "outgoing", "const BEFORE: UnixTime = 30;"),
    ("| 16 MiB are remembered,", "outgoing", "const CACHE_BYTES: usize = 16 * 1024 * 1024;"),
    ("32 are asked for at once", "shares", "const AT_ONCE: usize = 32;"),
    ("authenticated within 5 minutes |", "login", "const RECENT: u32 = 300;"),
    ("counts | for 5 minutes, once |", "login", "const AGE_MAX: UnixTime = 300;"),
    ("sign-ins under way in one browser | 4 |", "login", "const AT_ONCE: usize = 4;"),
    ("of itself counts | for an hour;", "provider", "const FRESH: Duration = Duration::from_secs(3600);"),
    (
        "for a day where it cannot be asked again |",
        "provider",
        "const STALE: Duration = Duration::from_secs(24 * 3600);",
    ),
    ("longest key | 512 bytes |", "scheme", "const KEY_MAX: usize = 512;"),
    ("| 300 seconds |", "testing", "const LIFETIME: UnixTime = 300;"),
    ("| `https://issuer.test`, `https://api.test` |", "testing", "issuer: \"https://issuer.test\".into()"),
];

#[test]
fn every_default_is_what_the_code_has() {
    let page = read("auth-runtime/src/manual/defaults.rs");
    for (said, room, code) in DEFAULTS {
        assert!(page.contains(said), "the defaults no longer say {said:?}");
        let files = sources(&format!("auth-runtime/src/{room}"));
        let found = files.iter().any(|file| fs::read_to_string(file).unwrap().contains(code));
        assert!(found, "`{room}/` no longer has `{code}`; it is {said:?}");
    }
}

fn bearer(jwt: impl auth_runtime::jwt::ReadyJwt) -> Result<Auth, ConfigError> {
    Auth::builder().dangerous_allow_unconfigured().bearer(jwt).build()
}

#[test]
fn bounds_are_where_the_defaults_say() {
    let complete = |jwt: Jwt| jwt.issuer("https://idp.example").audience("https://api.example");
    let leeway = |seconds| bearer(complete(Jwt::hs256([7; 32])).leeway(Duration::from_secs(seconds)));
    assert!(leeway(3600).is_ok() && leeway(3601).is_err());

    let hs256 = |bytes| bearer(complete(Jwt::hs256(vec![7; bytes]))).is_ok();
    let hs384 = |bytes| bearer(complete(Jwt::hs384(vec![7; bytes]))).is_ok();
    let hs512 = |bytes| bearer(complete(Jwt::hs512(vec![7; bytes]))).is_ok();
    assert!(hs256(32) && !hs256(31));
    assert!(hs384(48) && !hs384(47));
    assert!(hs512(64) && !hs512(63));

    let remember = |seconds| {
        let users = Passwords::htpasswd("alice:$2y$04$abcdefghijklmnopqrstuujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu");
        let users = users.remember_for(Duration::from_secs(seconds));
        Auth::builder().dangerous_allow_unconfigured().basic(users).build()
    };
    assert!(remember(60).is_ok() && remember(61).is_err());
}

/// Public functions with a `# Security` section that do not weaken anything: they say what to mind.
const CAUTIONS: &[&str] = &[
    "AuditLog",
    "CsrfToken",
    "because",
    "confirmation",
    "htdigest_file",
    "htdigest_line",
    "Ha1",
    "Checked",
    "expose_hex",
    "SharedNonces",
    "SharedProofs",
    "lookup",
    "stripped_base_path",
    "Md5",
    "SchemeRoute",
    "forbidden",
    "public_origin",
    "trusted_proxies",
    "verify_with",
    "expose_hex",
    "expose_password",
    "expose_secret",
    "Ha1",
    "htdigest_file",
    "htdigest_line",
    "KeyDigest",
    "lookup",
    "stripped_base_path",
    "Scheme",
    "Revocations",
    "RedisRevocations",
    "SharedNonces",
    "RedisSessions",
    "SessionStore",
    "CarryOver",
    "Linking",
    "SignIn",
    "SignOut",
    "key",
    "details",
    "SharedResults",
    "revoke_token",
    "revoke_session",
    "ServiceToken",
];

#[test]
fn every_weakening_is_in_the_defaults() {
    let page = read("auth-runtime/src/manual/defaults.rs");
    let (_, weakenings) = page.split_once("# What weakens protection").unwrap();
    let mut seen = 0;
    for path in sources("auth-runtime/src") {
        let text = fs::read_to_string(&path).unwrap();
        if path.ends_with("manual/defaults.rs") {
            continue;
        }
        for part in text.split("/// # Security\n").skip(1) {
            // The item below the section: a variant, or what stands after `pub` and its kind.
            let mut lines = part.lines().map(str::trim);
            let item =
                lines.find(|line| line.starts_with("pub ") || line.starts_with(char::is_uppercase)).unwrap_or_default();
            let mut words = item.split(['(', '<', ' ', ':', ';', '{', ',']).filter(|word| !word.is_empty());
            let name = if item.starts_with("pub ") { words.nth(2) } else { words.next() }.unwrap_or_default();
            seen += 1;
            let known = CAUTIONS.contains(&name) || weakenings.contains(&format!("::{name}`"));
            assert!(known, "`{name}` of {} has a `# Security` section and is not in the defaults", path.display());
        }
        for part in text.split("pub fn dangerous_").skip(1) {
            let name = part.split(['(', '<']).next().unwrap();
            assert!(weakenings.contains(&format!("dangerous_{name}`")), "`dangerous_{name}` is not in the defaults");
        }
    }
    assert!(seen > 15, "only {seen} sections were found");
}

// README and guide.

/// The languages of the fenced blocks of a page, and what is in each.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let mut parts = page.split("\n```");
    parts.next();
    let opened = parts.step_by(2).map(|block| block.split_once('\n').unwrap());
    opened.collect()
}

#[test]
fn every_rust_block_of_the_readme_is_compiled_as_it_stands() {
    let readme = read("README.md");
    let blocks = blocks(&readme);
    assert!(blocks.len() > 5, "{blocks:?}");
    for (language, code) in blocks {
        // A server is not run, since it would not end; the quickstart is.
        let known =
            ["rust", "toml", "sh"].contains(&language) || (language == "rust,no_run" && code.contains(".bind("));
        assert!(known, "a block of `{language}`");
        let hidden = code.lines().any(|line| line.starts_with("# ") && language != "sh");
        assert!(!hidden, "a line that only rustdoc hides: {code}");
    }
}

/// How many crates the runtime builds from, with these features.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn crates(features: &str) -> usize {
    let arguments = ["tree", "--locked", "--package", "auth-runtime", "--no-default-features", "--features", features];
    let shape = ["--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let cargo =
        std::process::Command::new(env!("CARGO")).args(arguments).args(shape).current_dir(root()).output().unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let tree = String::from_utf8(cargo.stdout).unwrap();
    let names = tree.lines().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>());
    names.filter(|name| !name.is_empty()).collect::<BTreeSet<_>>().len()
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn the_readme_counts_the_crates_of_each_feature() {
    let readme = read("README.md");
    let rows = section(&readme, "Features").lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let feature = cells.get(1)?.strip_prefix('`')?.split('`').next()?;
        Some((feature, cells.get(3)?.strip_prefix('+')?.parse::<usize>().ok()?))
    });
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows.len(), 15, "{rows:?}");
    let none = crates("");
    assert!(readme.contains(&format!("| {none} |")), "without features: {none}");
    let usual = crates("aws_lc_rs");
    for (feature, said) in rows {
        let added = match feature {
            "aws_lc_rs" | "rust_crypto" => crates(feature) - none,
            feature => crates(&format!("aws_lc_rs,{feature}")) - usual,
        };
        assert_eq!(said, added, "crates that `{feature}` adds");
    }
}

#[test]
fn the_commands_of_the_readme_exist() {
    let readme = read("README.md");
    for (command, needs) in
        [("cargo run -p quickstart", "examples/quickstart/src/main.rs"), ("bash tests/full", "tests/full")]
    {
        assert!(readme.contains(&format!("\n```sh\n{command}\n```\n")), "the README no longer has `{command}` alone");
        assert!(root().join(needs).is_file(), "{needs}");
    }
}

#[test]
fn the_quickstart_is_short_and_prints_three_requests() {
    let program = read("examples/quickstart/src/main.rs");
    assert!(program.lines().count() < 60, "{} lines", program.lines().count());
    assert_eq!(program.matches("curl").count(), 3, "one line to paste for each answer");
    assert!(program.contains("127.0.0.1:8080"));
}

#[test]
fn no_page_has_marks_of_an_unfinished_merge() {
    for page in ["README.md", "CHANGELOG.md", "auth-runtime/docs/requires.md", ".github/CONTRIBUTING.md"] {
        let is_mark = |line: &&str| ["<<<<<<< ", ">>>>>>> "].iter().any(|mark| line.starts_with(mark));
        assert_eq!(read(page).lines().find(is_mark), None, "{page}");
    }
}

#[test]
fn the_readme_leads_to_every_page_of_the_manual() {
    let readme = read("README.md");
    let manual = "auth-runtime/src/manual";
    for entry in fs::read_dir(root().join(manual)).unwrap() {
        let path = entry.unwrap().path();
        let page = path.file_name().unwrap().to_str().unwrap();
        // Pages of providers are listed by the one that leads to them.
        if ["mod.rs", "identity_providers"].contains(&page) {
            continue;
        }
        let page = if path.is_dir() { format!("{manual}/{page}/mod.rs") } else { format!("{manual}/{page}") };
        assert!(readme.contains(&format!("({page})")), "{page} is not linked");
    }
}

#[test]
fn links_of_the_readme_and_paths_of_the_guide_exist() {
    for page in ["README.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"] {
        let text = read(page);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap();
            assert!(target.starts_with("https://") || root().join(target).exists(), "{page} links to {link}");
        }
    }
    // The map of the tree: two levels, a folder and what is in it.
    let guide = read(".github/CONTRIBUTING.md");
    let (_, map) = guide.split_once("```text\n").unwrap();
    let mut folder = String::new();
    for line in map.split("```").next().unwrap().lines() {
        for entry in line.split("   ").next().unwrap().split_whitespace().take_while(|word| is_path(word)) {
            if !line.starts_with(' ') {
                folder = entry.to_owned();
            }
            let path = if line.starts_with(' ') { root().join(&folder).join(entry) } else { root().join(entry) };
            assert!(path.exists(), "the guide names {}", path.display());
        }
    }
}

fn is_path(word: &str) -> bool {
    word.ends_with('/') || word.contains('.') || word.contains('/') || word == "full"
}

#[test]
fn the_test_targets_of_the_guide_exist() {
    let guide = read(".github/CONTRIBUTING.md");
    let manifest = read("tests/Cargo.toml");
    for target in guide.split("-p tests --test ").skip(1) {
        let name = target.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
        assert!(manifest.contains(&format!("name = \"{name}\"")), "there is no test target `{name}`");
    }
    for script in guide.split("`bash ").skip(1).filter_map(|rest| rest.split('`').next()) {
        assert!(root().join(script).is_file(), "{script}");
    }
}
