//! The lines of a text, one at a time and never more of one than a limit allows.
//!
//! A line is a row: a quoted cell does not go on in the next line, so a stray quote costs one row and not the rest of
//! the file.

use std::io::{self, BufRead, BufReader, Read};

use memchr::memchr;

/// The part of a line that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    Whole,
    /// Only the beginning of the line is held; the rest was skipped.
    TooLong,
}

/// A position in a text, between two lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextPosition {
    /// Bytes of the decoded text before it.
    pub offset: u64,
    /// Lines before it.
    pub lines: u64,
}

/// The bounds of a reader of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineLimits {
    /// The longest line that is held.
    pub max_bytes: usize,
    /// The bytes read at a time.
    pub buffer_bytes: usize,
}

/// A reader of lines.
pub struct Lines<R> {
    input: BufReader<R>,
    /// The current line, where it is in several pieces of the input.
    joined: Vec<u8>,
    is_joined: bool,
    /// The length of the current line, without its end.
    length: usize,
    /// Bytes of the current line that are still at the front of the input.
    taken: usize,
    position: TextPosition,
    max_bytes: usize,
}

impl<R: Read> Lines<R> {
    /// Reads an input that begins at a position of its text.
    pub fn at(position: TextPosition, input: R, limits: LineLimits) -> Self {
        let LineLimits { max_bytes, buffer_bytes } = limits;
        let input = BufReader::with_capacity(buffer_bytes, input);
        Self { input, joined: Vec::new(), is_joined: false, length: 0, taken: 0, position, max_bytes }
    }

    /// Moves to the next line; `None` at the end of the text.
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

    /// Skips the rest of a line that began before the position, where it ends within `most` bytes. Returns whether it
    /// does.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn skip_rest(&mut self, most: u64) -> io::Result<bool> {
        let from = self.position.offset;
        while self.position.offset - from < most {
            let piece = self.input.fill_buf()?;
            let end = memchr(b'\n', piece);
            let used = end.map_or(piece.len(), |at| at + 1);
            if used == 0 {
                return Ok(false);
            }
            self.input.consume(used);
            self.position.offset += used as u64;
            if end.is_some() {
                self.position.lines += 1;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The text behind the current line, as far as it is in memory.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn ahead(&mut self) -> io::Result<&[u8]> {
        self.leave();
        self.input.fill_buf()
    }

    /// Skips `bytes` bytes of the text ahead, which must be whole lines. There is no current line then.
    pub fn pass(&mut self, bytes: usize, lines: u64) {
        self.input.consume(bytes);
        self.position.offset += bytes as u64;
        self.position.lines += lines;
    }

    /// Leaves the current line.
    fn leave(&mut self) {
        self.input.consume(self.taken);
        (self.taken, self.length, self.is_joined) = (0, 0, false);
    }

    /// Joins a line from several pieces of the input.
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
        self.position.offset += total as u64;
        self.position.lines += 1;
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

    /// The current line, without its end.
    pub fn text(&self) -> &[u8] {
        let raw = self.raw();
        if self.position.lines == 1 { raw.strip_prefix(UTF8_BOM).unwrap_or(raw) } else { raw }
    }

    /// The number of the current line, from 1; 0 before the first.
    pub const fn number(&self) -> u64 {
        self.position.lines
    }

    /// The position behind the current line.
    pub const fn position(&self) -> TextPosition {
        self.position
    }
}

pub const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, max_bytes: usize, want: &[(&str, Fit)]) {
        let mut lines = Lines::at(TextPosition::default(), text.as_bytes(), LineLimits { max_bytes, buffer_bytes: 64 });
        let mut got = Vec::new();
        while let Some(fit) = lines.advance().unwrap() {
            got.push((String::from_utf8(lines.text().to_vec()).unwrap(), fit));
        }
        let want: Vec<_> = want.iter().map(|(text, fit)| (text.to_string(), *fit)).collect();
        assert_eq!(got, want, "{text:?}");
        assert_eq!(lines.number(), want.len() as u64);
    }

    #[test]
    fn line_ends_in_lf_or_crlf_or_with_the_file() {
        check("", 9, &[]);
        check("a\nb\r\n\nc", 9, &[("a", Fit::Whole), ("b", Fit::Whole), ("", Fit::Whole), ("c", Fit::Whole)]);
    }

    #[test]
    fn line_over_the_limit_is_cut() {
        check("abc\nabcd\nx\n", 3, &[("abc", Fit::Whole), ("abc", Fit::TooLong), ("x", Fit::Whole)]);
        check("abcdefgh", 3, &[("abc", Fit::TooLong)]);
    }

    #[test]
    fn line_in_pieces_is_joined() {
        struct Drops<'a>(&'a [u8]);
        impl Read for Drops<'_> {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let n = self.0.len().min(into.len()).min(3);
                into[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        let limits = LineLimits { max_bytes: 12, buffer_bytes: 64 };
        let mut lines = Lines::at(TextPosition::default(), Drops(b"abcdefgh\r\nij\nklmnopqrstuvw"), limits);
        let mut got = Vec::new();
        while let Some(fit) = lines.advance().unwrap() {
            got.push((String::from_utf8(lines.text().to_vec()).unwrap(), fit, lines.position().offset));
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
    fn rest_of_a_line_is_skipped_up_to_a_limit() {
        let check = |text: &str, most, want, next: Option<&str>| {
            let limits = LineLimits { max_bytes: 9, buffer_bytes: 4 };
            let mut lines = Lines::at(TextPosition::default(), text.as_bytes(), limits);
            assert_eq!(lines.skip_rest(most).unwrap(), want, "{text:?}");
            if let Some(next) = next {
                lines.advance().unwrap();
                assert_eq!((lines.text(), lines.number()), (next.as_bytes(), 2));
            }
        };
        check("rest\nrow\n", 100, true, Some("row"));
        check("a long rest\nrow\n", 4, false, None);
        check("no end", 100, false, None);
    }

    /// Rows around a line of a gigabyte, which are never in memory together.
    struct LongLine {
        texts: [&'static [u8]; 2],
        filler: u64,
    }

    impl Read for LongLine {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let [before, after] = &mut self.texts;
            if before.is_empty() && self.filler > 0 {
                let n = self.filler.min(into.len() as u64) as usize;
                into[..n].fill(b'x');
                self.filler -= n as u64;
                return Ok(n);
            }
            if before.is_empty() { after.read(into) } else { before.read(into) }
        }
    }

    #[test]
    fn gigabyte_in_one_line_is_skipped_in_constant_memory() {
        for (before, after, line) in [("a\nb\n", "\nc\n", 3), ("", "\na\nb\nc", 1), ("a\nb\nc\n", "", 4)] {
            let input = LongLine { texts: [before.as_bytes(), after.as_bytes()], filler: 1 << 30 };
            let limits = LineLimits { max_bytes: 1_000, buffer_bytes: 1 << 20 };
            let mut lines = Lines::at(TextPosition::default(), input, limits);
            let mut whole = Vec::new();
            while let Some(fit) = lines.advance().unwrap() {
                match fit {
                    Fit::TooLong => assert_eq!((lines.number(), lines.text().len()), (line, 1_000)),
                    Fit::Whole => whole.push(String::from_utf8(lines.text().to_vec()).unwrap()),
                }
            }
            assert_eq!((whole.join(" ").as_str(), lines.number()), ("a b c", 4));
            assert!(lines.joined.capacity() < 10_000, "{}", lines.joined.capacity());
        }
    }

    #[test]
    fn byte_order_mark_is_no_part_of_a_line() {
        check("\u{feff}time\n1", 9, &[("time", Fit::Whole), ("1", Fit::Whole)]);
    }
}
