//! The first bytes of files that are not CSV.

use super::lines::UTF8_BOM;
use crate::feed::replay::error::Problem;

pub const GZIP: &[u8] = b"\x1f\x8b";
pub const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
pub const ZIP: [u8; 4] = *b"PK\x03\x04";

const UNPACK: &str = "unpack it first; only gzip, zstd and zip are unpacked here";
pub const EXPORT: &str = "export it as CSV";
const WRONG_FILE: &str = "is this the right file?";

/// First bytes, the kind of file that they begin, and the remedy.
const SIGNATURES: [(&[u8], &str, &str); 20] = [
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

/// First words of texts that are not CSV, in lower case, with the kind of text and the remedy.
const TEXTS: [(&str, &str, &str); 7] = [
    ("version https://git-lfs", "a Git LFS pointer", "fetch the data themselves with `git lfs pull`"),
    ("<!doctype", "an HTML page", "was it a download that needs a login?"),
    ("<html", "an HTML page", "was it a download that needs a login?"),
    ("<?xml", "XML text", EXPORT),
    ("{", "JSON text", EXPORT),
    ("[", "JSON text", EXPORT),
    ("%!ps", "a PostScript file", WRONG_FILE),
];

/// Checks bytes, unpacked but not decoded.
///
/// # Errors
/// When they are no text.
pub fn check_bytes(head: &[u8]) -> Result<(), Problem> {
    let known = SIGNATURES.iter().find(|(signature, ..)| head.starts_with(signature));
    if let Some((_, found, remedy)) = known {
        return Err(Problem::NotCsv { found, remedy });
    }
    if head.get(257..262) == Some(b"ustar") {
        return Err(Problem::NotCsv { found: "a tar archive", remedy: UNPACK });
    }
    Ok(())
}

/// Checks the beginning of a text. `is_all` where the text ends with it.
///
/// # Errors
/// When it is no table.
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
    fn first_bytes_tell_the_kind_of_file() {
        check(b"time,price\n", "fine");
        check(b"<DATE>\t<TIME>\t<BID>\n", "fine");
        check(b"\xef\xbb\xbftime,price\n", "fine");
        check(b"", "the file is empty");
        check(b"\n \r\n", "the file is empty");
        check(b"\xef\xbb\xbf", "the file is empty");
        check(b"PK\x03\x04rest", "this is a zip archive");
        check(b"  {\"a\": 1}", "this is JSON text");
        check(b"\n<!DOCTYPE html>", "this is an HTML page");
        check(b"version https://git-lfs.github.com/spec/v1\n", "this is a Git LFS pointer");
        check(b"time,pr\0ice\n", "this is binary data");
    }

    proptest! {
        #[test]
        fn checks_never_panic(head in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = check_bytes(&head).and_then(|()| check_text(&head, false));
        }
    }
}
