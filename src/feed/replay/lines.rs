//! The lines of a text, one at a time and never more of one than a limit allows.
//!
//! A line is a row: a quoted cell does not run on into the next line, so one stray quote costs one row
//! and not the rest of the file.

use std::io::{self, BufRead, BufReader, Read};

use memchr::memchr;

/// Whether a line is held whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    Whole,
    /// Only its beginning is held; the rest was passed over.
    TooLong,
}

/// Where in a text reading stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Bytes of the decoded text before the next line.
    pub offset: u64,
    /// Lines before it.
    pub lines: u64,
}

const BUFFER_BYTES: usize = 128 * 1024;

pub struct Lines<R> {
    input: BufReader<R>,
    /// The line, where it does not lie within one piece of the input.
    joined: Vec<u8>,
    is_joined: bool,
    /// The line's length without its end.
    length: usize,
    /// Bytes at the front of the input that are gone to and not yet taken from it.
    taken: usize,
    place: Place,
    max_bytes: usize,
}

impl<R: Read> Lines<R> {
    /// The lines of an input that stands at `place` of its text.
    pub fn at(place: Place, input: R, max_bytes: usize) -> Self {
        let input = BufReader::with_capacity(BUFFER_BYTES, input);
        Self { input, joined: Vec::new(), is_joined: false, length: 0, taken: 0, place, max_bytes }
    }

    /// Goes to the next line; `None` at the end of the text.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn advance(&mut self) -> io::Result<Option<Fit>> {
        self.leave();
        let piece = self.input.fill_buf()?;
        match memchr(b'\n', piece) {
            Some(at) => {
                self.taken = at + 1;
                Ok(Some(self.finish(at, at + 1)))
            }
            None if piece.is_empty() => Ok(None),
            None => self.join().map(Some),
        }
    }

    /// The bytes behind the line that was gone to, as far as they were read.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn ahead(&mut self) -> io::Result<&[u8]> {
        self.leave();
        self.input.fill_buf()
    }

    /// Goes beyond so many bytes of what lies ahead, which are whole lines; there is no text then.
    pub fn pass(&mut self, bytes: usize, lines: u64) {
        self.input.consume(bytes);
        self.place.offset += bytes as u64;
        self.place.lines += lines;
    }

    /// Leaves the line that was gone to.
    fn leave(&mut self) {
        self.input.consume(self.taken);
        (self.taken, self.length, self.is_joined) = (0, 0, false);
    }

    /// Puts a line together from several pieces of the input.
    fn join(&mut self) -> io::Result<Fit> {
        self.joined.clear();
        self.is_joined = true;
        let (mut length, mut total) = (0, 0);
        loop {
            let piece = self.input.fill_buf()?;
            let (end, used) = match memchr(b'\n', piece) {
                Some(at) => (at, at + 1),
                None => (piece.len(), piece.len()),
            };
            let room = (self.max_bytes + 1).saturating_sub(self.joined.len());
            self.joined.extend_from_slice(&piece[..end.min(room)]);
            self.input.consume(used);
            length += end;
            total += used;
            if used == 0 || used > end {
                return Ok(self.finish(length, total));
            }
        }
    }

    fn finish(&mut self, length: usize, total: usize) -> Fit {
        self.place.offset += total as u64;
        self.place.lines += 1;
        if length > self.max_bytes {
            self.length = self.max_bytes;
            return Fit::TooLong;
        }
        self.length = length;
        if self.raw().last() == Some(&b'\r') {
            self.length -= 1;
        }
        Fit::Whole
    }

    fn raw(&self) -> &[u8] {
        let text = if self.is_joined { &self.joined } else { self.input.buffer() };
        &text[..self.length]
    }

    /// The line that was gone to, without its end.
    pub fn text(&self) -> &[u8] {
        let raw = self.raw();
        if self.place.lines == 1 { raw.strip_prefix(UTF8_BOM).unwrap_or(raw) } else { raw }
    }

    /// The line's number, from 1; 0 before the first.
    pub const fn number(&self) -> u64 {
        self.place.lines
    }

    /// Where reading goes on: behind the line that was gone to.
    pub const fn place(&self) -> Place {
        self.place
    }
}

pub const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, max_bytes: usize, want: &[(&str, Fit)]) {
        let mut lines = Lines::at(Place::default(), text.as_bytes(), max_bytes);
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
        check("abc\nabcd\nx\n", 3, &[("abc", Fit::Whole), ("abc", Fit::TooLong), ("x", Fit::Whole)]);
        check("abcdefgh", 3, &[("abc", Fit::TooLong)]);
    }

    #[test]
    fn a_line_in_pieces_is_put_together() {
        struct Drops<'a>(&'a [u8]);
        impl Read for Drops<'_> {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let n = self.0.len().min(into.len()).min(3);
                into[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        let mut lines = Lines::at(Place::default(), Drops(b"abcdefgh\r\nij\nklmnopqrstuvw"), 12);
        let mut got = Vec::new();
        while let Some(fit) = lines.advance().unwrap() {
            got.push((String::from_utf8(lines.text().to_vec()).unwrap(), fit, lines.place().offset));
        }
        assert_eq!(
            got,
            [
                ("abcdefgh".into(), Fit::Whole, 10),
                ("ij".into(), Fit::Whole, 13),
                ("klmnopqrstuv".into(), Fit::TooLong, 26)
            ]
        );
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_line() {
        check("\u{feff}time\n1", 9, &[("time", Fit::Whole), ("1", Fit::Whole)]);
    }
}
