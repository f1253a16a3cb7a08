//! A line split into cells.
//!
//! Quotes are those of RFC 4180, read by the core of the csv crate: a cell that opens with a quote ends with its
//! closing quote, and a doubled quote is one quote. A quote without its end ends with the line, so that a stray one
//! costs a row and not the rest of the file. Blanks around a cell are no part of it.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::{memchr, memchr_iter};

/// The cells of one line. The next line uses the same memory.
#[derive(Debug)]
pub struct Cells {
    reader: Reader,
    delimiter: u8,
    text: String,
    /// The ends of cells in the text.
    ends: Vec<usize>,
    count: usize,
    /// The bytes of delimiter between two cells of the text: none in a line with quotes.
    gap: usize,
}

/// A quote that is not closed in its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenQuote;

impl Default for Cells {
    fn default() -> Self {
        let delimiter = b',';
        Self { reader: reader(delimiter), delimiter, text: String::new(), ends: Vec::new(), count: 0, gap: 0 }
    }
}

fn reader(delimiter: u8) -> Reader {
    ReaderBuilder::new().delimiter(delimiter).build()
}

impl Cells {
    /// Splits a line. Bytes that are not UTF-8 become U+FFFD. A blank as delimiter means any run of blanks.
    ///
    /// # Errors
    /// [`OpenQuote`], after which the cells mean nothing.
    pub fn split(&mut self, line: &[u8], delimiter: u8) -> Result<(), OpenQuote> {
        if delimiter == b' ' {
            self.split_at_blanks(line);
            return Ok(());
        }
        if memchr(b'"', line).is_some() {
            return self.split_quoted(line, delimiter);
        }
        self.take_text(line);
        self.ends.clear();
        self.ends.extend(memchr_iter(delimiter, self.text.as_bytes()));
        self.ends.push(self.text.len());
        (self.count, self.gap) = (self.ends.len(), 1);
        Ok(())
    }

    fn take_text(&mut self, line: &[u8]) {
        self.text.clear();
        match std::str::from_utf8(line) {
            Ok(text) => self.text.push_str(text),
            Err(_) => self.text.push_str(&String::from_utf8_lossy(line)),
        }
    }

    fn split_at_blanks(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        self.text.clear();
        self.ends.clear();
        for word in text.split_ascii_whitespace() {
            self.text.push_str(word);
            self.ends.push(self.text.len());
        }
        (self.count, self.gap) = (self.ends.len(), 0);
    }

    fn split_quoted(&mut self, line: &[u8], delimiter: u8) -> Result<(), OpenQuote> {
        if delimiter != self.delimiter {
            (self.reader, self.delimiter) = (reader(delimiter), delimiter);
        }
        self.reader.reset();
        self.gap = 0;
        // The text of the cells is no longer than the line and its end, and their number no more than its delimiters
        // and one.
        let mut text = std::mem::take(&mut self.text).into_bytes();
        text.resize(line.len() + 1, 0);
        if self.ends.len() <= line.len() {
            self.ends.resize(line.len() + 1, 0);
        }
        let (_, _, written, count) = self.reader.read_record(line, &mut text, &mut self.ends);
        let (result, _, _, last) = self.reader.read_record(b"\n", &mut text[written..], &mut self.ends[count..]);
        text.truncate(written);
        self.count = count + last;
        match String::from_utf8(text) {
            Ok(text) => self.text = text,
            Err(error) => self.take_legacy(error.as_bytes()),
        }
        if result == ReadRecordResult::Record { Ok(()) } else { Err(OpenQuote) }
    }

    /// Takes cells that are not all UTF-8. Each is decoded by itself, as its end moves.
    fn take_legacy(&mut self, bytes: &[u8]) {
        let mut start = 0;
        let mut text = String::new();
        for end in &mut self.ends[..self.count] {
            text.push_str(&String::from_utf8_lossy(&bytes[start..*end]));
            start = *end;
            *end = text.len();
        }
        self.text = text;
    }

    /// The number of cells.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// The cell at `index`, without the blanks around it and the quotes within those, also as `="..."`; empty where
    /// the line has none.
    pub fn get(&self, index: usize) -> &str {
        let Some(&end) = self.ends[..self.count].get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] + self.gap };
        let cell = &self.text[start..end];
        match cell.as_bytes() {
            [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'] if !cell.starts_with(['"', '=']) => cell,
            _ => trimmed(cell),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }
}

fn trimmed(cell: &str) -> &str {
    let cell = cell.trim_matches([' ', '\t', '\u{a0}', '\u{feff}']);
    // A spreadsheet writes `="0050"` to keep the zeros of a text.
    let quoted = if cell.starts_with("=\"") { &cell[1..] } else { cell };
    quoted.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(line: &str, want: Result<&[&str], OpenQuote>) {
        let mut cells = Cells::default();
        let got = cells.split(line.as_bytes(), b',').map(|()| cells.iter().map(String::from).collect::<Vec<_>>());
        assert_eq!(got, want.map(|cells| cells.iter().map(|c| c.to_string()).collect()), "{line:?}");
    }

    #[test]
    fn cells_are_split_unquoted_and_trimmed() {
        check("", Ok(&[""]));
        check("a, b ,", Ok(&["a", "b", ""]));
        check(r#""Jan 02, 2020",1"#, Ok(&["Jan 02, 2020", "1"]));
        check(r#""say ""hi""","x"y,5" pipe"#, Ok(&[r#"say "hi""#, "xy", r#"5" pipe"#]));
        check(r#""Date", "Open" ,"#, Ok(&["Date", "Open", ""]));
        check(r#""","""#, Ok(&["", ""]));
        check(r#"="0050",="12.5",=1"#, Ok(&["0050", "12.5", "=1"]));
        check(r#""=""0050""",x"#, Ok(&["0050", "x"]));
    }

    #[test]
    fn run_of_blanks_is_one_delimiter() {
        let mut cells = Cells::default();
        cells.split(b"  20200102   1.5\t7 ", b' ').unwrap();
        assert_eq!(cells.iter().collect::<Vec<_>>(), ["20200102", "1.5", "7"]);
    }

    #[test]
    fn invalid_utf8_costs_its_own_cell_alone() {
        let mut cells = Cells::default();
        for line in [&b"\xb4\xfa,1.5,x"[..], b"\"\xb4\xfa\",1.5,x"] {
            cells.split(line, b',').unwrap();
            assert_eq!((cells.get(1), cells.get(2)), ("1.5", "x"));
        }
    }

    #[test]
    fn open_quote_is_an_error() {
        check(r#"1,"2,3"#, Err(OpenQuote));
        check(r#""""""#, Ok(&["\""]));
    }

    proptest! {
        #[test]
        fn splitting_agrees_with_the_csv_crate(cells in prop::collection::vec("[a-z0-9\",;]{0,5}[a-z0-9,;]", 1..6)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&cells).unwrap();
            let line = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let mut split = Cells::default();
            prop_assert_eq!(split.split(line.trim_end().as_bytes(), b','), Ok(()));
            prop_assert_eq!(split.iter().collect::<Vec<_>>(), cells);
        }

        #[test]
        fn splitting_never_panics(line in "\\PC{0,40}|[,\" a]{0,20}") {
            let _ = Cells::default().split(line.as_bytes(), b',');
        }
    }
}
