//! The lines of a file, one at a time and never more of one than a limit allows.
//!
//! A line is a row: a quoted cell does not run on into the next line, so one stray quote costs one row
//! and not the rest of the file.

use std::io::{self, BufRead, Read};

/// Whether a line is held whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    Whole,
    /// Only its beginning is held; the rest was passed over.
    TooLong,
}

pub struct Lines<R> {
    input: R,
    text: Vec<u8>,
    number: u64,
    max_bytes: usize,
}

impl<R: BufRead> Lines<R> {
    pub fn new(input: R, max_bytes: usize) -> Self {
        Self { input, text: Vec::new(), number: 0, max_bytes }
    }

    /// Goes to the next line; `None` at the end of the file.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn advance(&mut self) -> io::Result<Option<Fit>> {
        self.text.clear();
        let limit = self.max_bytes as u64 + 1;
        if self.input.by_ref().take(limit).read_until(b'\n', &mut self.text)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if self.text.last() == Some(&b'\n') {
            self.text.pop();
        } else if self.text.len() > self.max_bytes {
            self.input.skip_until(b'\n')?;
            return Ok(Some(Fit::TooLong));
        }
        if self.text.last() == Some(&b'\r') {
            self.text.pop();
        }
        if self.number == 1 && self.text.starts_with(UTF8_BOM) {
            self.text.drain(..UTF8_BOM.len());
        }
        Ok(Some(Fit::Whole))
    }

    /// The line that was gone to, without its end.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The line's number, from 1; 0 before the first.
    pub const fn number(&self) -> u64 {
        self.number
    }
}

pub const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, max_bytes: usize, want: &[(&str, Fit)]) {
        let mut lines = Lines::new(text.as_bytes(), max_bytes);
        let mut got = Vec::new();
        while let Some(fit) = lines.advance().unwrap() {
            got.push((String::from_utf8(lines.text().to_vec()).unwrap(), fit));
        }
        let want: Vec<_> = want.iter().map(|(text, fit)| (text.to_string(), *fit)).collect();
        assert_eq!(got, want, "{text:?}");
        assert_eq!(lines.number(), want.len() as u64);
    }

    #[test]
    fn lines_end_in_lf_or_crlf_or_with_the_file() {
        check("", 9, &[]);
        check("a\nb\r\n\nc", 9, &[("a", Fit::Whole), ("b", Fit::Whole), ("", Fit::Whole), ("c", Fit::Whole)]);
    }

    #[test]
    fn of_a_line_over_the_limit_only_the_beginning_is_held() {
        check("abc\nabcd\nx\n", 3, &[("abc", Fit::Whole), ("abcd", Fit::TooLong), ("x", Fit::Whole)]);
        check("abcdefgh", 3, &[("abcd", Fit::TooLong)]);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_line() {
        check("\u{feff}time\n1", 9, &[("time", Fit::Whole), ("1", Fit::Whole)]);
    }
}
