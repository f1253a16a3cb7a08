//! One line split into cells.
//!
//! RFC 4180 within a line, by the core of the csv crate: a cell that opens with a quote runs to its closing
//! quote, and a doubled quote stands for one. A quote left open ends with its line, so that a stray one
//! costs a row and not the rest of the file. Blanks around a cell are not part of it.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// The cells of one line, in memory that the next line uses again.
#[derive(Debug)]
pub struct Cells {
    reader: Reader,
    delimiter: u8,
    text: String,
    ends: Vec<usize>,
    count: usize,
}

/// A quote was opened and not closed on its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenQuote;

impl Default for Cells {
    fn default() -> Self {
        let delimiter = b',';
        Self { reader: reader(delimiter), delimiter, text: String::new(), ends: Vec::new(), count: 0 }
    }
}

fn reader(delimiter: u8) -> Reader {
    ReaderBuilder::new().delimiter(delimiter).build()
}

impl Cells {
    /// Takes in a line, in place of the one before.
    ///
    /// # Errors
    /// [`OpenQuote`]; the cells are then of no use.
    pub fn split(&mut self, line: &str, delimiter: u8) -> Result<(), OpenQuote> {
        if delimiter != self.delimiter {
            (self.reader, self.delimiter) = (reader(delimiter), delimiter);
        }
        self.reader.reset();
        // The cells of a line are no longer than the line and its end, and no more than its delimiters and one.
        let mut text = std::mem::take(&mut self.text).into_bytes();
        text.resize(line.len() + 1, 0);
        if self.ends.len() <= line.len() {
            self.ends.resize(line.len() + 1, 0);
        }
        let (_, _, written, count) = self.reader.read_record(line.as_bytes(), &mut text, &mut self.ends);
        let (result, _, _, last) = self.reader.read_record(b"\n", &mut text[written..], &mut self.ends[count..]);
        text.truncate(written);
        self.count = count + last;
        self.text = String::from_utf8(text).map_err(|_| OpenQuote)?;
        match result {
            ReadRecordResult::Record => Ok(()),
            // An empty line is one empty cell.
            _ if line.is_empty() => {
                (self.ends[0], self.count) = (0, 1);
                Ok(())
            }
            _ => Err(OpenQuote),
        }
    }

    pub const fn len(&self) -> usize {
        self.count
    }

    /// The cell at `index`, without the blanks around it and the quotes behind such blanks; empty where the
    /// line has none.
    pub fn get(&self, index: usize) -> &str {
        let Some(&end) = self.ends[..self.count].get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        let cell = self.text[start..end].trim_matches([' ', '\t']);
        cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(line: &str, want: Result<&[&str], OpenQuote>) {
        let mut cells = Cells::default();
        let got = cells.split(line, b',').map(|()| cells.iter().map(String::from).collect::<Vec<_>>());
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
    }

    #[test]
    fn a_quote_left_open_is_told() {
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
            prop_assert_eq!(split.split(line.trim_end(), b','), Ok(()));
            prop_assert_eq!(split.iter().collect::<Vec<_>>(), cells);
        }

        #[test]
        fn splitting_never_panics(line in "\\PC{0,40}|[,\" a]{0,20}") {
            let _ = Cells::default().split(&line, b',');
        }
    }
}
