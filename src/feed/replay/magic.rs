//! What the first bytes of a file say it is, where that is not CSV.

use super::error::Problem;
use super::lines::UTF8_BOM;

pub const GZIP: &[u8] = b"\x1f\x8b";
pub const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
pub const ZIP: [u8; 4] = *b"PK\x03\x04";

const UNPACK: &str = "unpack it first; of packed files gzip, zstd and zip are read";
pub const EXPORT: &str = "export it as CSV";
const WRONG_FILE: &str = "is this the right file?";

/// First bytes, what they stand for, and what to do.
const MAGICS: [(&[u8], &str, &str); 20] = [
    (GZIP, "gzip data within packed data", "unpack it once"),
    (ZSTD, "zstd data within packed data", "unpack it once"),
    (&ZIP, "a zip archive within packed data", "unpack it once"),
    (b"PK\x05\x06", "an empty zip archive", WRONG_FILE),
    (b"\xfd7zXZ\0", "xz data", UNPACK),
    (b"BZh", "bzip2 data", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!", "a rar archive", UNPACK),
    (b"\x04\x22\x4d\x18", "lz4 data", UNPACK),
    (b"PAR1", "a Parquet file", EXPORT),
    (b"ARROW1", "an Arrow file", EXPORT),
    (b"FEA1", "a Feather file", EXPORT),
    (b"SQLite format 3\0", "an SQLite database", EXPORT),
    (b"\x89HDF", "an HDF5 file", EXPORT),
    (b"\xd0\xcf\x11\xe0", "an old Office file", EXPORT),
    (b"\x89PNG", "a PNG picture", WRONG_FILE),
    (b"\xff\xd8\xff", "a JPEG picture", WRONG_FILE),
    (b"GIF8", "a GIF picture", WRONG_FILE),
    (b"%PDF", "a PDF", WRONG_FILE),
    (b"\x7fELF", "a program", WRONG_FILE),
];

/// First words of texts that are not CSV, in lower case.
const TEXTS: [(&str, &str, &str); 7] = [
    ("version https://git-lfs", "a Git LFS pointer", "fetch the data themselves with `git lfs pull`"),
    ("<!doctype", "an HTML page", "was it a download that needs a login?"),
    ("<html", "an HTML page", "was it a download that needs a login?"),
    ("<?xml", "XML text", EXPORT),
    ("{", "JSON text", EXPORT),
    ("[", "JSON text", EXPORT),
    ("%!ps", "a PostScript file", WRONG_FILE),
];

/// Turns away bytes, unpacked but not decoded, that are no text.
///
/// # Errors
/// What they are instead.
pub fn check_bytes(head: &[u8]) -> Result<(), Problem> {
    let magic = MAGICS.iter().find(|(magic, ..)| head.starts_with(magic));
    if let Some((_, found, remedy)) = magic {
        return Err(Problem::NotCsv { found, remedy });
    }
    if head.get(257..262) == Some(b"ustar") {
        return Err(Problem::NotCsv { found: "a tar archive", remedy: UNPACK });
    }
    Ok(())
}

/// Turns away text that is no table. `is_all` where nothing follows this head.
///
/// # Errors
/// What it is instead.
pub fn check_text(head: &[u8], is_all: bool) -> Result<(), Problem> {
    let text = head.strip_prefix(UTF8_BOM).unwrap_or(head).trim_ascii_start();
    if text.is_empty() && is_all {
        return Err(Problem::Empty);
    }
    let begins = |word: &str| text.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word.as_bytes()));
    if let Some((_, found, remedy)) = TEXTS.iter().find(|(word, ..)| begins(word)) {
        return Err(Problem::NotCsv { found, remedy });
    }
    if head.contains(&0) {
        return Err(Problem::NotCsv { found: "binary data", remedy: WRONG_FILE });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(head: &[u8], want: &str) {
        let got = check_bytes(head).and_then(|()| check_text(head, true));
        let got = got.map_or_else(|problem| problem.to_string(), |()| "fine".into());
        assert!(got.starts_with(want), "{:?}: {got}", String::from_utf8_lossy(head));
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        check(b"time,price\n", "fine");
        check(b"<DATE>\t<TIME>\t<BID>\n", "fine");
        check(b"\xef\xbb\xbftime,price\n", "fine");
        check(b"", "is empty");
        check(b"\n \r\n", "is empty");
        check(b"\xef\xbb\xbf", "is empty");
        check(b"PK\x03\x04rest", "is a zip archive");
        check(b"  {\"a\": 1}", "is JSON text");
        check(b"\n<!DOCTYPE html>", "is an HTML page");
        check(b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer");
        check(b"time,pr\0ice\n", "is binary data");
    }

    proptest! {
        #[test]
        fn any_first_bytes_are_judged_without_panic(head in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = check_bytes(&head).and_then(|()| check_text(&head, false));
        }
    }
}
