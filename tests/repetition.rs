//! What is said twice will differ one day: no long run of equal lines outside of tests and benchmarks.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Longest run of equal lines, blank ones aside.
const LONGEST: usize = 12;

/// The Rust files below a folder, without those that are tests.
fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if !["tests", "benches", "target"].contains(&name) {
                sources(&path, into);
            }
        } else if name.ends_with(".rs") && name != "tests.rs" {
            into.push(path);
        }
    }
}

/// Number and text of each line that is neither blank nor in the module of tests at the end.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
    let numbered = code.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty()).collect()
}

#[test]
fn no_long_run_of_lines_stands_twice() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for folder in ["auth-macros/src", "auth-runtime/src", "examples"] {
        sources(&root.join(folder), &mut files);
    }
    let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();

    let mut seen: HashMap<Vec<&str>, (usize, usize)> = HashMap::new();
    let mut twice = Vec::new();
    for (file, text) in texts.iter().enumerate() {
        let lines = lines(text);
        // Of one long run, the first window is told and the others are not.
        let mut told_until = 0;
        for (start, window) in lines.windows(LONGEST + 1).enumerate() {
            let run = window.iter().map(|(_, line)| *line).collect();
            let here = (file, window.first().unwrap().0);
            let there = *seen.entry(run).or_insert(here);
            if there != here && start >= told_until {
                told_until = start + LONGEST;
                let place = |(file, line): (usize, usize)| {
                    format!("{}:{line}", files.get(file).unwrap().strip_prefix(root).unwrap().display())
                };
                twice.push(format!("{} and {}", place(there), place(here)));
            }
        }
    }
    assert!(files.len() > 100 && seen.len() > 10_000, "only {} files and {} runs", files.len(), seen.len());
    assert!(twice.is_empty(), "more than {LONGEST} equal lines; say it once:\n{}", twice.join("\n"));
}
