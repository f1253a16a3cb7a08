//! Why a file cannot be played: which file, where in it, what was found, and what to do.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::seen::Changed;

/// A file and what is wrong with it.
#[derive(Debug)]
pub struct ReplayError {
    pub file: PathBuf,
    pub problem: Problem,
}

impl ReplayError {
    pub fn new(file: &Path, problem: Problem) -> Self {
        Self { file: file.to_owned(), problem }
    }
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.file.as_os_str().is_empty() {
            return write!(f, "{}", self.problem);
        }
        write!(f, "{}: {}", self.file.display(), self.problem)
    }
}

impl Error for ReplayError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.source()
    }
}

#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    #[error("no file to replay: name at least one CSV file")]
    NoFiles,
    #[error("no such file: check the path")]
    Missing,
    #[error("is a folder without CSV files")]
    EmptyFolder,
    #[error("no file fits this pattern")]
    NothingFits,
    #[error("is no pattern: {0}")]
    Pattern(String),
    #[error("stands for {found} files, which is too many: name fewer, or raise --max-files")]
    TooManyFiles { found: usize },
    #[error("the zip archive cannot be read: {0}")]
    Zip(String),
    #[error("{0}")]
    Sidecar(String),
    #[error("rows cannot be sorted on disk: {0}")]
    Sort(#[source] io::Error),
    #[error("is not a regular file: a replay reads its files twice, so save the stream to a file first")]
    NotAFile,
    #[error("cannot be opened")]
    Open(#[source] io::Error),
    #[error("cannot be read beyond line {line}")]
    Read {
        line: u64,
        #[source]
        source: io::Error,
    },
    #[error("the packed data end early, after line {line}: the file is incomplete, so fetch it again")]
    PackedEndsEarly { line: u64 },
    /// No problem for what comes before it.
    #[error("its last zstd frame, behind line {line}, is not whole")]
    Torn { line: u64 },
    #[error("the packed data are damaged after line {line}: fetch the file again")]
    PackedDamaged {
        line: u64,
        #[source]
        source: io::Error,
    },
    #[error("has changed: {0}; start again to play it as it is now")]
    Changed(Changed),
    #[error("is empty")]
    Empty,
    #[error("has a header in line {line} but no rows")]
    NoRows { line: u64 },
    #[error("is {found}, not CSV text: {remedy}")]
    NotCsv { found: &'static str, remedy: &'static str },
    #[error("line {line} is longer than {limit} bytes: is this a CSV file? --max-line-bytes raises the limit")]
    LineTooLong { line: u64, limit: usize },
    #[error("no column holds the time; the columns are {columns}: name it by --columns time=NAME")]
    NoTimeColumn { columns: String },
    #[error(
        "no column holds a price; the columns are {columns}: name them by --columns price=NAME, or bid=.. and ask=.., \
         or open=.., high=.., low=.. and close=.."
    )]
    NoPriceColumn { columns: String },
    #[error("there is no column `{column}` among its {columns}: --columns takes names, or numbers from 1")]
    NoSuchColumn { column: String, columns: usize },
    #[error("none of its {rows} rows could be read; the first is line {line}{}: {reason} ({value})", in_column(*column))]
    NoReadableRow { rows: u64, line: u64, column: Option<usize>, reason: &'static str, value: String },
    #[error("more than {limit} ticks of bars overlap: are the times right? --max-waiting-ticks raises the limit")]
    TooManyAtOnce { limit: usize },
    #[error("line {line}: there are more than {limit} symbols: is {column} the symbol column?")]
    TooManySymbols { line: u64, limit: usize, column: String },
}

fn in_column(column: Option<usize>) -> String {
    column.map(|n| format!(", column {n}")).unwrap_or_default()
}

/// The most characters of a file's own text that go into a message.
const MAX_ECHO_CHARS: usize = 40;

/// A piece of a file for people to read: short, and without control characters.
pub fn echo(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(&text[..text.len().min(4 * MAX_ECHO_CHARS)]);
    let mut echoed = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == MAX_ECHO_CHARS {
            echoed.push('…');
            break;
        }
        if is_plain(c) { echoed.push(c) } else { echoed.extend(c.escape_default()) }
    }
    echoed
}

/// Neither a control character nor one that turns the direction of the text around it.
pub fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn echoed_text_is_short_and_cannot_move_the_cursor() {
        assert_eq!(echo(b"12.5x"), "12.5x");
        assert_eq!(echo(b"\x1b[2J\0\n"), "\\u{1b}[2J\\u{0}\\n");
        assert_eq!(echo("\u{202e}abc".as_bytes()), "\\u{202e}abc");
        assert_eq!(echo(&[b'7'; 500]), format!("{}…", "7".repeat(40)));
        assert_eq!(echo(b"\xff"), "\u{fffd}");
    }
}
