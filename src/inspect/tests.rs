//! No name and no text of a file reaches the terminal unescaped.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::text::is_printable;

/// Text with characters that a terminal obeys, hides, or writes backwards.
fn odd() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Z]{1,8}", "[\u{1}-\u{a0}&&[^/]]{1,30}", "[A-Z\u{1b}\u{9b}\u{202e}\u{61c}\u{feff}\r\n]{1,90}"]
}

fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A file whose names, symbols and cells are odd: long, wide, with a second header line, or hardly a table.
fn any_text() -> impl Strategy<Value = String> {
    (prop::array::uniform4(odd()), 0usize..5).prop_map(|(odd, form)| {
        let [a, b, c, d] = odd.each_ref().map(|text| cell(text));
        match form {
            0 => format!("time,symbol,price,{c}\n2024-01-01,{a},1.5,{d}\n2024-01-02,{b},1.5,{d}\n2024-01-03,A,{b},1\n"),
            1 => format!("Date,{a},{b},{c}\n2024-01-01,1,2,3\n2024-01-02,1,2,{d}\n"),
            2 => format!("Date,Close,Close\nTicker,{a},{b}\n2024-01-01,1,2\n2024-01-02,1,2\n{c},1,2\n"),
            3 => format!("Date,{a}:open,{a}:high,{a}:low,{a}:close\n2024-01-01,1,2,1,2\n2024-01-02,1,2,{b},2\n"),
            _ => format!("{a},{b}\n{c},{d}\n"),
        }
    })
}

fn check(files: &[&Path]) -> Result<(), TestCaseError> {
    for json in [false, true] {
        let files = files.iter().map(|path| path.to_path_buf()).collect();
        let config = InspectConfig { files, json, why: !json, replay: ReplayConfig::default() };
        let mut printed = String::new();
        run(&config, |text| printed.extend([text, "\n"]));
        prop_assert!(!printed.trim().is_empty());
        let odd = printed.chars().find(|c| *c != '\n' && !is_printable(*c));
        prop_assert_eq!(odd, None, "{:?}", printed);
        if json {
            for line in printed.lines().filter(|line| !line.is_empty()) {
                prop_assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{}", line);
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn inspect_prints_no_control_character(name in odd(), text in any_text(), sidecar in odd()) {
        let folder = tempfile::tempdir().unwrap();
        let name = name.replace(['\0', '/'], "_");
        let path = folder.path().join(format!("{name}.csv"));
        fs::write(&path, &text).unwrap();
        check(&[&path])?;
        check(&[folder.path()])?;
        check(&[&folder.path().join(&name)])?;
        fs::write(folder.path().join(format!("{name}.csv.toml")), format!("symbol = {sidecar:?}\n{sidecar} = 1\n")).unwrap();
        check(&[&path])?;
    }
}
