//! From a path to the text of a file: unpacks gzip, and turns away what is no CSV.
//!
//! What a file is, is told by its first bytes and never by its extension.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::error::{Problem, ReplayError};
use super::lines::{Lines, UTF8_BOM};

/// How many bytes are read at a time, and looked at to tell what a file is.
const BUFFER_BYTES: usize = 64 * 1024;

/// The decoded text of a file.
pub type Text = BufReader<Box<dyn Read + Send>>;

/// Opens a file for reading line by line.
///
/// # Errors
/// When there is no such file, or it is not CSV text.
pub fn open(path: &Path, max_line_bytes: usize) -> Result<Lines<Text>, ReplayError> {
    open_text(path).map(|text| Lines::new(text, max_line_bytes)).map_err(|problem| ReplayError::new(path, problem))
}

/// The problem that a failed read is, `line` lines into the file.
pub fn read_problem(source: io::Error, line: u64) -> Problem {
    match source.kind() {
        io::ErrorKind::UnexpectedEof => Problem::GzipEndsEarly { line },
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Problem::GzipDamaged { line, source },
        _ => Problem::Read { line, source },
    }
}

fn open_text(path: &Path) -> Result<Text, Problem> {
    let meta = fs::metadata(path).map_err(open_problem)?;
    if meta.is_dir() {
        return Err(Problem::Directory);
    }
    if !meta.is_file() {
        return Err(Problem::NotAFile);
    }
    let mut raw = BufReader::with_capacity(BUFFER_BYTES, File::open(path).map_err(open_problem)?);
    let is_gzip = raw.fill_buf().map_err(|e| read_problem(e, 0))?.starts_with(GZIP_MAGIC);
    let decoded: Box<dyn Read + Send> = if is_gzip { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) };
    let mut text = BufReader::with_capacity(BUFFER_BYTES, decoded);
    check_head(text.fill_buf().map_err(|e| read_problem(e, 0))?)?;
    Ok(text)
}

fn open_problem(error: io::Error) -> Problem {
    if error.kind() == io::ErrorKind::NotFound { Problem::Missing } else { Problem::Open(error) }
}

const GZIP_MAGIC: &[u8] = b"\x1f\x8b";

const UNPACK: &str = "unpack it first; of packed files only gzip is read";
const EXPORT: &str = "export it as CSV";
const WRONG_FILE: &str = "is this the right file?";

/// First bytes, what they stand for, and what to do.
const MAGICS: [(&[u8], &str, &str); 21] = [
    (GZIP_MAGIC, "gzip within gzip", "unpack it once"),
    (b"PK\x03\x04", "a zip archive or a spreadsheet", UNPACK),
    (b"\x28\xb5\x2f\xfd", "zstd data", UNPACK),
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
    (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
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

fn check_head(head: &[u8]) -> Result<(), Problem> {
    let refuse = |found, remedy| Err(Problem::NotCsv { found, remedy });
    if let Some((_, found, remedy)) = MAGICS.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return refuse(found, remedy);
    }
    let text = head.strip_prefix(UTF8_BOM).unwrap_or(head).trim_ascii_start();
    if text.is_empty() && head.len() < BUFFER_BYTES {
        return Err(Problem::Empty);
    }
    let begins = |word: &str| text.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word.as_bytes()));
    if let Some((_, found, remedy)) = TEXTS.iter().find(|(word, ..)| begins(word)) {
        return refuse(found, remedy);
    }
    if head.contains(&0) {
        return refuse("binary data", WRONG_FILE);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(head: &[u8], want: &str) {
        let got = check_head(head).map_or_else(|problem| problem.to_string(), |()| "fine".into());
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
        check(b"PK\x03\x04rest", "is a zip archive or a spreadsheet");
        check(b"\x28\xb5\x2f\xfdrest", "is zstd data");
        check(b"\xff\xfet\0i\0", "is UTF-16 text");
        check(b"  {\"a\": 1}", "is JSON text");
        check(b"\n<!DOCTYPE html>", "is an HTML page");
        check(b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer");
        check(b"time,pr\0ice\n", "is binary data");
    }

    proptest! {
        #[test]
        fn any_first_bytes_are_judged_without_panic(head in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = check_head(&head);
        }
    }
}
