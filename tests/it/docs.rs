//! Every public type of the crate has a doc comment: the lint `missing_docs` cannot be limited to types. The table of
//! dependencies has exactly those of `Cargo.toml`, as they are locked. Tests that `docs/CSV.md` names exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// Returns the name of each public type in a source, and the line before its attributes.
fn public_types(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let (mut before, mut in_attribute) = ("", false);
    text.lines().map(str::trim).filter_map(move |line| {
        let is_attribute = in_attribute || line.starts_with("#[");
        in_attribute = is_attribute && !line.ends_with(']');
        let found = type_name(line).map(|name| (name, before));
        if !is_attribute {
            before = line;
        }
        found
    })
}

/// Returns the name of the type that a line declares, if it is public.
fn type_name(line: &str) -> Option<&str> {
    let rest =
        line.strip_prefix("pub ").or_else(|| line.strip_prefix("pub(")?.split_once(") ").map(|(_, rest)| rest))?;
    let (keyword, rest) = rest.split_once(' ')?;
    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    ["struct", "enum", "trait", "type", "union"].contains(&keyword).then_some(name)
}

fn sources() -> Vec<PathBuf> {
    let pattern = concat!(env!("CARGO_MANIFEST_DIR"), "/src/**/*.rs");
    glob::glob(pattern).unwrap().map(Result::unwrap).collect()
}

#[test]
fn public_types_are_documented() {
    let files = sources();
    assert!(files.len() > 100, "the sources are found");
    let mut missing = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let bare = public_types(&text).filter(|(_, before)| !before.starts_with("///"));
        missing.extend(bare.map(|(name, _)| format!("{}: {name}", file.display())));
    }
    assert!(missing.is_empty(), "types without a doc comment:\n{}", missing.join("\n"));
}

#[test]
fn attributes_between_comment_and_type_are_skipped() {
    let text = "/// A.\n#[derive(\n    Debug,\n)]\npub struct A;\n\npub(super) enum B {}\npub fn c() {}\n";
    let types: Vec<_> = public_types(text).collect();
    assert_eq!((types[0].0, types[0].1, types[1].0, types.len()), ("A", "/// A.", "B", 2));
}

/// Returns the crates of a section's table in `docs/DEPENDENCIES.md`, with their versions.
fn documented(section: &str) -> BTreeMap<String, String> {
    let document = include_str!("../../docs/DEPENDENCIES.md");
    let (_, text) = document.split_once(&format!("## {section}\n")).unwrap();
    let (text, _) = text.split_once("\n## ").unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let mut cells = row.split(" | ");
        (cells.next().unwrap().trim_end_matches('`').to_owned(), cells.next().unwrap().to_owned())
    })
    .collect()
}

/// Returns the crates of the tables of `Cargo.toml` whose names end with `name`.
fn declared(manifest: &toml::Table, name: &str) -> BTreeSet<String> {
    let platforms = manifest["target"].as_table().unwrap().values().filter_map(|platform| platform.get(name));
    let tables = manifest.get(name).into_iter().chain(platforms);
    tables.flat_map(|table| table.as_table().unwrap().keys().cloned()).collect()
}

#[test]
fn dependencies_document_lists_exactly_the_direct_dependencies() {
    let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
    let lock: toml::Table = include_str!("../../Cargo.lock").parse().unwrap();
    let locked: BTreeSet<(&str, &str)> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["name"].as_str().unwrap(), package["version"].as_str().unwrap()))
        .map(|(name, version)| (name, version.split('+').next().unwrap()))
        .collect();
    let in_binary = declared(&manifest, "dependencies");
    let for_tests: BTreeSet<String> = &declared(&manifest, "dev-dependencies") - &in_binary;
    for (section, want) in [("In the binary", in_binary), ("For tests and benches", for_tests)] {
        let listed = documented(section);
        assert_eq!(listed.keys().cloned().collect::<BTreeSet<_>>(), want, "{section}");
        for (name, version) in &listed {
            assert!(locked.contains(&(name.as_str(), version.as_str())), "{name} {version} is not locked");
        }
    }
}

#[test]
fn tests_named_in_the_document_of_csv_files_exist() {
    let (_, text) = include_str!("../../docs/CSV.md").split_once("\n## Kinds of misreading\n").unwrap();
    let (text, _) = text.split_once("\n## ").unwrap();
    let names: Vec<(&str, &str)> =
        text.split('`').skip(1).step_by(2).filter_map(|name| name.split_once("::")).collect();
    let named = names.iter().filter(|(module, _)| *module != "feed");
    for (module, name) in named.clone() {
        let file = match *module {
            "plausibility" => "plausibility/tests.rs".to_owned(),
            module => format!("tests/{module}.rs"),
        };
        let path = format!("{}/src/feed/replay/{file}", env!("CARGO_MANIFEST_DIR"));
        let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(source.contains(&format!("#[test]\nfn {name}() {{")), "{module}::{name}");
    }
    assert!(named.count() >= 16, "each kind names a test");
}
