//! What a file's name tells: the symbol where no column does, and the name of the replay.

use std::path::{Path, PathBuf};

use super::error::is_plain;

const EXTENSIONS: [&str; 4] = [".gz", ".csv", ".tsv", ".txt"];
const MAX_SYMBOL_CHARS: usize = 32;
const MAX_NAMED: usize = 3;

/// The file's name without its extensions, in upper case.
pub fn symbol_of(path: &Path) -> String {
    let name = file_name(path).to_lowercase();
    let mut stem = name.as_str();
    while let Some(shorter) = EXTENSIONS.iter().find_map(|extension| stem.strip_suffix(extension)) {
        stem = shorter;
    }
    let plain = |c: char| if is_plain(c) && !c.is_whitespace() && c != ',' { c } else { '_' };
    let symbol: String = stem.to_uppercase().chars().map(plain).take(MAX_SYMBOL_CHARS).collect();
    if symbol.is_empty() { "TAPE".into() } else { symbol }
}

/// Up to three file names, and how many more there are.
pub fn of_replay(paths: &[PathBuf]) -> String {
    let named: Vec<_> = paths.iter().take(MAX_NAMED).map(|path| file_name(path)).collect();
    match paths.len().saturating_sub(MAX_NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, want: &str) {
        assert_eq!(symbol_of(Path::new(path)), want, "{path:?}");
    }

    #[test]
    fn a_symbol_is_the_file_name_without_extensions() {
        check("data/eurusd-2016.csv.gz", "EURUSD-2016");
        check("BRK.B.csv", "BRK.B");
        check("AAPL.CSV", "AAPL");
        check("my file.txt", "MY_FILE");
        check("\u{1b}[2J.csv", "_[2J");
        check(".csv", "TAPE");
    }

    #[test]
    fn a_replay_is_named_by_its_first_three_files() {
        let paths = ["a/1.csv", "b/2.csv", "3.csv", "4.csv", "5.csv"].map(PathBuf::from);
        assert_eq!(of_replay(&paths[..2]), "1.csv, 2.csv");
        assert_eq!(of_replay(&paths), "1.csv, 2.csv, 3.csv and 2 more");
    }
}
