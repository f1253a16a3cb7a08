//! The house's arrows: which module of `src` may import which.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module with the modules it may import, itself aside.
const ARROWS: [(&str, &[&str]); 13] = [
    ("market", &[]),
    ("bus", &[]),
    ("flags", &[]),
    ("wire", &["market"]),
    ("feed", &["market", "bus", "flags"]),
    ("fanout", &["market", "bus", "wire"]),
    ("server", &["market", "bus", "fanout", "wire"]),
    ("inspect", &["market", "feed"]),
    ("load", &["flags"]),
    ("record", &["market", "bus"]),
    ("cli", &["market", "bus", "flags", "feed", "fanout", "server", "inspect", "load", "record"]),
    ("app", &["market", "bus", "wire", "feed", "fanout", "server", "inspect", "load", "record", "cli"]),
    ("lib", &[]),
];

/// What the pure middle must not know.
const NOT_IN_MARKET: [&str; 7] = ["tokio", "serde", "std::time", "std::fs", "std::io", "chrono", "rand"];

fn sources(at: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The code of a file before its tests, which may stage more than the module itself needs.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The top modules that a text names as `crate::module` or `crate::{module, ..}`.
fn imports(code: &str) -> BTreeSet<String> {
    let name = |rest: &str| rest.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            None => drop(found.insert(name(rest))),
            Some(group) => {
                // The first name after each comma that is not inside an inner group.
                let mut depth = 0;
                let end = group.find(|c| {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    depth < 0
                });
                let mut depth = 0;
                let outer: String = group[..end.expect("a group ends")]
                    .chars()
                    .filter(|c| {
                        depth += i32::from(*c == '{') - i32::from(*c == '}');
                        depth == 0
                    })
                    .collect();
                found.extend(outer.split(',').map(name).filter(|name| !name.is_empty()));
            }
        }
    }
    found
}

/// A file that only tests stage: the module is declared under `cfg(test)`.
fn is_test(path: &Path) -> bool {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let is_below = |folder| path.components().any(|part| part.as_os_str() == folder);
    let is_named = ["tests", "model_tests", "fixtures", "law", "sample"].contains(&name);
    is_named || is_below("tests") || is_below("model_tests")
}

#[test]
fn modules_import_only_what_the_house_allows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 30, "the walk finds the sources");
    for file in files.iter().filter(|file| !is_test(file)) {
        let relative = file.strip_prefix(&root).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs");
        if module == "main" {
            continue;
        }
        let allowed = ARROWS.iter().find(|(name, _)| *name == module);
        let allowed = allowed.unwrap_or_else(|| panic!("{first} has no place in the house: see ARROWS")).1;
        let code = code(file);
        for import in imports(&code) {
            assert!(
                import == module || allowed.contains(&import.as_str()),
                "{} imports crate::{import}, which {module} may not",
                relative.display()
            );
        }
        if module == "market" {
            for foreign in NOT_IN_MARKET {
                assert!(!code.contains(foreign), "{} names {foreign}: the market is pure", relative.display());
            }
        }
        let knows_serde = code.contains("serde") && !["wire", "inspect", "load"].contains(&module);
        assert!(!knows_serde, "{} names serde: only wire, inspect and load know JSON", relative.display());
    }
}

#[test]
fn the_walk_sees_imports() {
    let code = "use crate::market::{A, B};\nlet x = crate::wire::y();";
    assert_eq!(imports(code).into_iter().collect::<Vec<_>>(), ["market", "wire"]);
    let group = "use crate::{bus, wire::{self, quotes}, market::Tick};";
    assert_eq!(imports(group).into_iter().collect::<Vec<_>>(), ["bus", "market", "wire"]);
}
