//! Every public type of the crate has a doc comment. The lint `missing_docs` cannot be limited to types.

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
