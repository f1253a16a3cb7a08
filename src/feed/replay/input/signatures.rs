//! The first bytes of files that are not CSV.

use super::lines::UTF8_BOM;
use crate::feed::replay::error::Problem;

pub const GZIP: &[u8] = b"\x1f\x8b";
pub const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
pub const ZIP: [u8; 4] = *b"PK\x03\x04";

const UNPACK: &str = "unpack it first; only gzip, zstd and zip are unpacked here";
const EXPORT: &str = "export it as CSV";
const FEATHER: &str = "export it as CSV, such as by `pandas.read_feather(FILE).to_csv(..)`";
const DBN: &str = "a DBN file of Databento";
const DBN_EXPORT: &str = "export it as CSV: `dbn FILE --csv --output FILE.csv`";
pub const NUMPY: &str = "export it as CSV, such as by `numpy.savetxt`";
const PICKLE: &str = "export it as CSV, such as by `pandas.read_pickle(FILE).to_csv(..)`";
const R: &str = "export it as CSV: `write.csv` in R";
pub const SPREADSHEET: &str = "save it as CSV in a spreadsheet program, one file for each sheet";
const WRONG_FILE: &str = "is this the right file?";

/// First bytes, the kind of file that they begin, and the remedy.
const SIGNATURES: [(&[u8], &str, &str); 38] = [
    (GZIP, "gzip data within packed data", "unpack it once"),
    (ZSTD, "zstd data within packed data", "unpack it once"),
    (&ZIP, "a zip archive within packed data", "unpack it once"),
    (b"PK\x05\x06", "an empty zip archive", WRONG_FILE),
    (b"\xfd7zXZ\0", "xz data", UNPACK),
    (b"BZh", "bzip2 data", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!", "a rar archive", UNPACK),
    (b"\x04\x22\x4d\x18", "lz4 data", UNPACK),
    (b"PAR1", "a Parquet file", "export it as CSV, such as by `pandas.read_parquet(FILE).to_csv(..)`"),
    (b"ARROW1", "an Arrow file", FEATHER),
    (b"\xff\xff\xff\xff", "an Arrow stream", "export it as CSV, such as by `pyarrow.ipc.open_stream`"),
    (b"FEA1", "a Feather file", FEATHER),
    (b"DBN\x01", DBN, DBN_EXPORT),
    (b"DBN\x02", DBN, DBN_EXPORT),
    (b"DBN\x03", DBN, DBN_EXPORT),
    (
        b"SCID8\0",
        "an intraday file of Sierra Chart",
        "export it as CSV: Sierra Chart, Edit, Export Intraday Data to Text",
    ),
    (b"\x93NUMPY", "a NumPy array", NUMPY),
    (b"\x80\x02", "a Python pickle", PICKLE),
    (b"\x80\x03", "a Python pickle", PICKLE),
    (b"\x80\x04", "a Python pickle", PICKLE),
    (b"\x80\x05", "a Python pickle", PICKLE),
    (b"Obj\x01", "an Avro file", EXPORT),
    (b"RDX2\n", "data of R", R),
    (b"RDX3\n", "data of R", R),
    (b"X\n\0\0\0", "data of R", R),
    (b"<stata_dta>", "a Stata file", "export it as CSV, such as by `pandas.read_stata(FILE).to_csv(..)`"),
    (b"MATLAB 5.0", "a MATLAB file", EXPORT),
    (b"\x5d\0\0", "LZMA data, such as Dukascopy's bi5", "fetch the ticks as CSV: those files have no text"),
    (b"\xff\x01", "a kdb+ file", "export it as CSV: `save` in q"),
    (b"SQLite format 3\0", "an SQLite database", "export it as CSV: `sqlite3 -csv -header FILE 'select * from TABLE'`"),
    (b"\x89HDF", "an HDF5 file", "export it as CSV, such as by `pandas.read_hdf(FILE).to_csv(..)`"),
    (b"\xd0\xcf\x11\xe0", "an old Office file", "save it as CSV in a spreadsheet program"),
    (b"\x89PNG", "a PNG picture", WRONG_FILE),
    (b"\xff\xd8\xff", "a JPEG picture", WRONG_FILE),
    (b"GIF8", "a GIF picture", WRONG_FILE),
    (b"%PDF", "a PDF", WRONG_FILE),
    (b"\x7fELF", "a program", WRONG_FILE),
];

/// First words of texts that are not CSV, in lower case, with the kind of text and the remedy.
const TEXTS: [(&str, &str, &str); 6] = [
    ("version https://git-lfs", "a Git LFS pointer", "fetch the data themselves with `git lfs pull`"),
    ("<!doctype", "an HTML page", "was it a download that needs a login?"),
    ("<html", "an HTML page", "was it a download that needs a login?"),
    ("<?xml", "XML text", EXPORT),
    ("{", "JSON text", EXPORT),
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
    // A name of a column may stand in brackets.
    let in_list = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    if in_list.is_some_and(|rest| rest.starts_with(b"{") || rest.starts_with(b"[") || rest.starts_with(b"\"")) {
        return Err(Problem::NotCsv { found: "JSON text", remedy: EXPORT });
    }
    if has_many_zeros(head) {
        return Err(Problem::NotCsv { found: "binary data", remedy: WRONG_FILE });
    }
    Ok(())
}

/// Zero bytes in more than a line here and there, as an interrupted write leaves them.
fn has_many_zeros(head: &[u8]) -> bool {
    if !head.contains(&0) {
        return false;
    }
    let mut lines = head.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let is_first_hit = lines.next().is_none_or(|line| line.contains(&0));
    let (count, hit) = lines.fold((0, 0), |(count, hit), line| (count + 1, hit + usize::from(line.contains(&0))));
    is_first_hit || hit > 1.max(count / 10) || hit == count
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
        check(b"[\n{\"a\": 1}]", "this is JSON text");
        check(b"[QUOTE_TIME], [BID]\n", "fine");
        check(b"\n<!DOCTYPE html>", "this is an HTML page");
        check(b"version https://git-lfs.github.com/spec/v1\n", "this is a Git LFS pointer");
        check(b"time,pr\0ice\n", "this is binary data");
        check(b"time,price\n1,2\n3\0\0,4\n5,6\n", "fine");
        check(b"time,price\n1\0,2\n3\0,4\n5,6\n", "this is binary data");
        check(b"DBN\x01", "this is a DBN file of Databento, not CSV text: export it as CSV: `dbn");
        check(b"SCID8\0\0\0", "this is an intraday file of Sierra Chart");
        check(b"\x80\x04\x95\0", "this is a Python pickle");
        check(b"\x93NUMPY\x01\0", "this is a NumPy array");
    }

    proptest! {
        #[test]
        fn checks_never_panic(head in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = check_bytes(&head).and_then(|()| check_text(&head, false));
        }
    }
}
