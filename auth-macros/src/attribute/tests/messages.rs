//! Every blessed message of ours is worded alike.

use std::fs;
use std::path::Path;

/// Messages without a remedy, because the fault says it.
const SAID_BY_THE_FAULT: &[&str] = &["handler `handler` must be async"];

#[test]
fn messages_follow_the_style() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("tests/ui/fail");
    let mut seen = 0;
    for class in fs::read_dir(folder).unwrap() {
        for case in fs::read_dir(class.unwrap().path()).unwrap() {
            let case = case.unwrap().path();
            if case.extension().is_none_or(|extension| extension != "stderr") {
                continue;
            }
            // The compiler's own errors have a code.
            let text = fs::read_to_string(&case).unwrap();
            for fault in text.lines().filter_map(|line| line.strip_prefix("error: ")) {
                seen += 1;
                let first = fault.chars().next().unwrap();
                assert!(first.is_lowercase() || "`\"".contains(first), "begins in lower case: {fault}");
                assert!(!fault.ends_with('.'), "ends without a full stop: {fault}");
                assert!(SAID_BY_THE_FAULT.contains(&fault) || fault.matches("; ").count() == 1, "one remedy: {fault}");
                assert_eq!(fault.matches('`').count() % 2, 0, "pairs its backticks: {fault}");
            }
        }
    }
    assert!(seen > 150, "only {seen} messages");
}
