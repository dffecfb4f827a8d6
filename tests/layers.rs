//! The house: the rooms of `auth-runtime`, each on its floor, as the map in `CONTRIBUTING.md` lists them. A room uses the floors
//! below its own, rooms of one floor never use each other in a circle, and no file is too long to be read at one go.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Lines of a file, its tests and examples aside.
const LONGEST_FILE: usize = 400;

/// Where the sources of each package are.
const PACKAGES: [&str; 6] = [
    "auth-macros/src",
    "auth-runtime/src",
    "examples/src",
    "examples/mcp_server/src",
    "examples/quickstart/src",
    "examples/services/src",
];

/// A module as the names on the way to it: `["scheme", "basic"]`.
type Module = Vec<String>;

/// The rooms and the floor each stands on.
struct House {
    floors: BTreeMap<Module, usize>,
}

impl House {
    /// Reads the lines `3   keys revocation` of the map.
    fn from_map() -> House {
        let map = std::fs::read_to_string(root().join(".github/CONTRIBUTING.md")).unwrap();
        let (_, block) =
            map.split_once("```floors\n").unwrap_or_else(|| panic!("no block `floors` in CONTRIBUTING.md"));
        let (block, _) = block.split_once("```").unwrap();
        let mut floors = BTreeMap::new();
        for line in block.lines() {
            let mut words = line.split_whitespace();
            let floor = words.next().and_then(|floor| floor.parse().ok());
            let floor = floor.unwrap_or_else(|| panic!("no floor before the rooms `{line}`"));
            for room in words {
                let path: Module = room.split('/').map(String::from).collect();
                assert_eq!(floors.insert(path, floor), None, "room `{room}` stands on the map twice");
            }
        }
        House { floors }
    }

    /// The room a module, or an item of it, is in: the innermost one that is on the map.
    fn room(&self, path: &[String]) -> Option<&Module> {
        (1..=path.len()).rev().find_map(|length| self.floors.get_key_value(&path[..length])).map(|(room, _)| room)
    }

    fn floor(&self, room: &Module) -> usize {
        self.floors[room]
    }
}

/// One use of another module.
struct Use {
    path: Module,
    line: usize,
}

/// What one file uses and declares, outside its tests.
#[derive(Default)]
struct SourceFile {
    uses: Vec<Use>,
    /// Modules that are declared here, inline ones included.
    modules: Vec<Module>,
    /// Those of them that are compiled for tests only, in files of their own.
    tests: Vec<Module>,
    lines_of_tests: usize,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The module that a file holds.
fn module(source: &Path, file: &Path) -> Module {
    let path = file.strip_prefix(source).unwrap().with_extension("");
    let mut names: Module = path.iter().map(|name| name.to_str().unwrap().into()).collect();
    if matches!(names.last().map(String::as_str), Some("mod" | "lib")) {
        names.pop();
    }
    names
}

fn read(source: &Path, file: &Path) -> (Module, String, SourceFile) {
    let text = std::fs::read_to_string(file).unwrap();
    let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let (module, mut found) = (module(source, file), SourceFile::default());
    found.declarations(tokens.clone(), &module);
    found.uses(tokens, &module);
    (module, text, found)
}

fn is(tree: Option<&TokenTree>, text: &str) -> bool {
    matches!(tree, Some(TokenTree::Ident(_) | TokenTree::Punct(_))) && tree.unwrap().to_string() == text
}

/// Whether `::` stands at this place.
fn colons(trees: &[TokenTree], at: usize) -> bool {
    is(trees.get(at), ":") && is(trees.get(at + 1), ":")
}

/// The group that stands at this place, if it has these brackets.
fn group(tree: Option<&TokenTree>, delimiter: Delimiter) -> Option<TokenStream> {
    match tree {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group.stream()),
        _ => None,
    }
}

/// Whether `#[cfg(test)]`, or one that says more beside it, begins at this place.
fn for_tests(trees: &[TokenTree], at: usize) -> bool {
    let Some(attribute) = group(trees.get(at + 1), Delimiter::Bracket) else { return false };
    let text = attribute.to_string().replace(' ', "");
    is(trees.get(at), "#") && (text.starts_with("cfg(test") || text.starts_with("cfg(all(test"))
}

/// The place behind the item that begins here.
fn behind_item(trees: &[TokenTree], mut at: usize) -> usize {
    while at < trees.len() && !is(trees.get(at), ";") && group(trees.get(at), Delimiter::Brace).is_none() {
        at += 1;
    }
    at + 1
}

impl SourceFile {
    fn declarations(&mut self, tokens: TokenStream, module: &Module) {
        let trees: Vec<_> = tokens.into_iter().collect();
        for (at, pair) in trees.windows(2).enumerate() {
            if !is(Some(&pair[0]), "mod") || !matches!(pair[1], TokenTree::Ident(_)) {
                continue;
            }
            let child = [module.as_slice(), &[pair[1].to_string()]].concat();
            let attributes = trees[..at].iter().rposition(|tree| is(Some(tree), ";")).map_or(0, |end| end + 1);
            if is(trees.get(at + 2), ";") && (attributes..at).any(|at| for_tests(&trees, at)) {
                self.tests.push(child.clone());
            }
            self.modules.push(child);
        }
    }

    fn uses(&mut self, tokens: TokenStream, module: &Module) {
        let trees: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            if for_tests(&trees, at) {
                let (first, end) = (at, behind_item(&trees, at + 2).min(trees.len()));
                let lines = trees[end - 1].span().end().line + 1 - trees[first].span().start().line;
                self.lines_of_tests += lines;
                at = end;
                continue;
            }
            let inside = at > 0 && (is(trees.get(at - 1), ":") || is(trees.get(at - 1), "$"));
            match &trees[at] {
                TokenTree::Group(group) => {
                    let inline = at >= 2 && is(trees.get(at - 2), "mod");
                    let name = inline.then(|| trees[at - 1].to_string());
                    self.uses(group.stream(), &module.iter().cloned().chain(name).collect());
                }
                TokenTree::Ident(name) if !inside && colons(&trees, at + 1) => {
                    let name = name.to_string();
                    let child = [module.as_slice(), std::slice::from_ref(&name)].concat();
                    let start = match name.as_str() {
                        "crate" => Some(Vec::new()),
                        "self" => Some(module.clone()),
                        "super" => Some(module[..module.len().saturating_sub(1)].to_vec()),
                        _ => self.modules.contains(&child).then_some(child),
                    };
                    if let Some(start) = start {
                        self.paths(&trees[at + 3..], start);
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// The paths that go on at the first of these tokens, behind `::`.
    fn paths(&mut self, trees: &[TokenTree], mut path: Module) {
        let Some(first) = trees.first() else { return };
        let line = first.span().start().line;
        if let Some(list) = group(Some(first), Delimiter::Brace) {
            let list: Vec<_> = list.into_iter().collect();
            for entry in list.split(|tree| is(Some(tree), ",")) {
                self.paths(entry, path.clone());
            }
            return;
        }
        match first.to_string().as_str() {
            "super" => drop(path.pop()),
            "self" | "*" => {}
            name => path.push(name.trim_start_matches("r#").into()),
        }
        if colons(trees, 1) {
            self.paths(&trees[3..], path);
        } else {
            self.uses.push(Use { path, line });
        }
    }
}

/// A room that uses another.
struct Arrow {
    from: Module,
    to: Module,
    place: String,
}

impl fmt::Display for Arrow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}/ uses {}/", self.place, self.from.join("/"), self.to.join("/"))
    }
}

fn arrows(house: &House, faults: &mut Vec<String>) -> Vec<Arrow> {
    let source = root().join("auth-runtime/src");
    let files: Vec<_> = sources(&source).into_iter().map(|file| (read(&source, &file), file)).collect();
    let tests: BTreeSet<_> = files.iter().flat_map(|((_, _, found), _)| found.tests.clone()).collect();
    let mut arrows = Vec::new();
    // A room passes on the names of the rooms within it, as part of the public interface: whoever uses such a name uses the
    // room within.
    let passed_on: BTreeMap<Module, &Module> = files
        .iter()
        .flat_map(|((module, _, found), _)| {
            let below = |path: &&Use| path.path.starts_with(module) && house.room(&path.path) != house.room(module);
            let name = |path: &Module| [module.as_slice(), path.last().map(std::slice::from_ref).unwrap()].concat();
            found.uses.iter().filter(below).map(move |within| (name(&within.path), &within.path)).collect::<Vec<_>>()
        })
        .collect();
    for ((module, _, found), file) in &files {
        // `lib.rs` is the public interface: it names every room.
        if module.is_empty() || (1..=module.len()).any(|length| tests.contains(&module[..length])) {
            continue;
        }
        let name = file.strip_prefix(root()).unwrap().display();
        let Some(from) = house.room(module) else {
            faults.push(format!("{name}: in no room of the map in CONTRIBUTING.md"));
            continue;
        };
        for Use { path, line } in &found.uses {
            let within = house.room(path).is_some_and(|to| to.starts_with(module));
            let path = (1..=path.len()).find_map(|length| passed_on.get(&path[..length]).copied()).unwrap_or(path);
            match house.room(path) {
                Some(to) if to == from => {}
                Some(_) if within => {}
                Some(to) => arrows.push(Arrow { from: from.clone(), to: to.clone(), place: format!("{name}:{line}") }),
                // What is built on the public interface may name it.
                None if Some(&house.floor(from)) == house.floors.values().max() => {}
                None => faults.push(format!("{name}:{line}: crate::{} is in no room; name the room", path.join("::"))),
            }
        }
    }
    arrows
}

/// The arrows by which a room comes back to itself, if it does.
fn circle<'a>(from: &Module, to: &Module, arrows: &'a [&Arrow], seen: &mut BTreeSet<Module>) -> Option<Vec<&'a Arrow>> {
    for arrow in arrows.iter().filter(|arrow| arrow.from == *from) {
        if arrow.to == *to {
            return Some(vec![arrow]);
        }
        if seen.insert(arrow.to.clone())
            && let Some(mut rest) = circle(&arrow.to, to, arrows, seen)
        {
            rest.insert(0, arrow);
            return Some(rest);
        }
    }
    None
}

#[test]
fn no_room_uses_a_floor_above_it_nor_itself_by_way_of_another() {
    let house = House::from_map();
    let mut faults = Vec::new();
    let arrows = arrows(&house, &mut faults);
    assert!(arrows.len() > 200, "the imports were not understood: {} found", arrows.len());
    for arrow in &arrows {
        let (from, to) = (house.floor(&arrow.from), house.floor(&arrow.to));
        if to > from {
            faults.push(format!("{arrow}, from floor {from} up to floor {to}"));
        }
    }
    let level: Vec<_> = arrows.iter().filter(|arrow| house.floor(&arrow.from) == house.floor(&arrow.to)).collect();
    for room in house.floors.keys() {
        for arrow in circle(room, room, &level, &mut BTreeSet::new()).unwrap_or_default() {
            faults.push(format!("{arrow}, in a circle"));
        }
    }
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{}\n", faults.join("\n"));
}

#[test]
fn the_map_and_lib_rs_list_the_same_rooms_in_the_same_order() {
    let house = House::from_map();
    let source = root().join("auth-runtime/src");
    let (_, text, _) = read(&source, &source.join("lib.rs"));
    let declared = text.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    let declared: Vec<Module> = declared.map(|name| vec![name.into()]).collect();
    let floors: Vec<_> = declared.iter().map(|room| house.floors.get(room).copied()).collect();
    assert!(
        floors.is_sorted(),
        "rooms of lib.rs and their floors: {:?}",
        declared.iter().zip(&floors).collect::<Vec<_>>()
    );
    for room in house.floors.keys() {
        let path = source.join(room.join("/"));
        assert!(
            path.is_dir() || path.with_extension("rs").is_file(),
            "{}/ is on the map, not in the sources",
            room.join("/")
        );
        assert!(room.len() > 1 || declared.contains(room), "{}/ is on the map, not in lib.rs", room.join("/"));
    }
}

/// Lines of examples in documentation, which are tests too.
fn lines_of_examples(text: &str) -> usize {
    let mut within = false;
    let documentation = text.lines().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))
    });
    let example = |line: &&str| {
        let fence = line.trim_start().starts_with("```");
        within ^= fence;
        within || fence
    };
    documentation.filter(example).count()
}

#[test]
fn no_file_is_too_long() {
    let mut faults = Vec::new();
    for package in PACKAGES {
        let source = root().join(package);
        let files: Vec<_> = sources(&source).into_iter().map(|file| (read(&source, &file), file)).collect();
        let tests: BTreeSet<_> = files.iter().flat_map(|((_, _, found), _)| found.tests.clone()).collect();
        for ((module, text, found), file) in files {
            let lines = text.lines().count() - found.lines_of_tests - lines_of_examples(&text);
            if lines > LONGEST_FILE && !(1..=module.len()).any(|length| tests.contains(&module[..length])) {
                faults.push(format!(
                    "{}: {lines} lines, more than {LONGEST_FILE}",
                    file.strip_prefix(root()).unwrap().display()
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}\n", faults.join("\n"));
}

/// Names that say nothing of what they name: whoever meets one looks it up.
const EMPTY_NAMES: [&str; 6] = ["Attempt", "Found", "Inner", "Kind", "Place", "Source"];

/// Types with one of these names.
fn empty_names(tokens: TokenStream) -> Vec<String> {
    let trees: Vec<_> = tokens.into_iter().collect();
    let defined = trees.windows(2).filter_map(|pair| match pair {
        [TokenTree::Ident(keyword), TokenTree::Ident(name)] => {
            let defines = ["enum", "struct", "trait", "type", "union"].iter().any(|known| keyword == known);
            (defines && EMPTY_NAMES.iter().any(|empty| name == empty)).then(|| name.to_string())
        }
        _ => None,
    });
    let within = trees.iter().filter_map(|tree| match tree {
        TokenTree::Group(group) => Some(empty_names(group.stream())),
        _ => None,
    });
    defined.chain(within.flatten()).collect()
}

#[test]
fn no_type_has_an_empty_name() {
    let mut faults = Vec::new();
    for package in PACKAGES {
        for file in sources(&root().join(package)) {
            let text = std::fs::read_to_string(&file).unwrap();
            for name in empty_names(text.parse().unwrap()) {
                let file = file.strip_prefix(root()).unwrap().display();
                faults.push(format!("{file}: `{name}` names nothing; say what it is"));
            }
        }
    }
    assert!(faults.is_empty(), "{}\n", faults.join("\n"));
}

#[test]
fn empty_names_are_found_wherever_a_type_is_defined() {
    let text = "macro_rules! m { () => { enum Place {} } } struct Places; pub type Source<T> = T; fn f(kind: Kind) {}";
    assert_eq!(empty_names(text.parse().unwrap()), ["Source", "Place"]);
}

/// The test of the tests: what is written in every way there is, and what is left out.
#[test]
fn imports_are_read_however_they_are_written() {
    let text = "
        use crate::keys::{Algorithm, remote::{self, Kept}};
        mod child;
        #[cfg(test)] use crate::left_out;
        pub(crate) use child::Item;
        fn f() -> super::other::T { let x: &crate::json::Value = g!(crate::time::now()); std::fmt::x() }
        mod inline { use super::super::above::X; }
        #[cfg(test)]
        mod tests { use crate::left_out; }
        #[cfg(test)]
        mod more_tests;
        macro_rules! m { () => { $crate::__private::f() } }";
    let (mut found, module) = (SourceFile::default(), vec!["room".into(), "file".into()]);
    found.declarations(text.parse().unwrap(), &module);
    found.uses(text.parse().unwrap(), &module);
    let uses: Vec<_> = found.uses.iter().map(|Use { path, line }| format!("{} {line}", path.join("/"))).collect();
    let expected = [
        "keys/Algorithm 2",
        "keys/remote 2",
        "keys/remote/Kept 2",
        "room/file/child/Item 5",
        "room/other/T 6",
        "json/Value 6",
        "time/now 6",
        "room/above/X 7",
    ];
    assert_eq!(uses, expected);
    assert_eq!(found.tests, [vec!["room".to_string(), "file".into(), "more_tests".into()]]);
    assert_eq!(found.lines_of_tests, 5);
}
