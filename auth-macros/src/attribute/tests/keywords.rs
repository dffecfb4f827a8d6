//! Every keyword is documented, and is in a case of the compile tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::keyword::{KEYWORDS, ROUTES};

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

fn read(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn every_keyword_stands_in_the_grammar() {
    let text = fs::read_to_string(root().join("auth-runtime/docs/requires.md")).unwrap();
    let grammar = text.split("# Grammar").nth(1).unwrap().split("\n# ").next().unwrap();
    let words = words(grammar);
    for (keyword, _) in KEYWORDS {
        assert!(words.contains(keyword), "`{keyword}` is missing from the grammar");
    }
}

#[test]
fn every_keyword_stands_in_a_compile_test() {
    for folder in ["tests/ui/pass", "tests/ui/fail"] {
        let mut text = String::new();
        read(&root().join(folder), &mut text);
        let words = words(&text);
        let pass = folder.ends_with("pass");
        for (keyword, _) in KEYWORDS {
            assert!(words.contains(keyword), "`{keyword}` is missing from {folder}");
        }
        for (route, _) in ROUTES.iter().filter(|_| pass) {
            assert!(words.contains(route), "`{route}` is missing from {folder}");
        }
    }
}
