//! One line split into cells.
//!
//! RFC 4180 within a line: a cell that opens with a quote runs to its closing quote, and a doubled quote
//! stands for one. Blanks around a cell are not part of it.

/// The cells of one line, in memory that the next line uses again.
#[derive(Debug, Default)]
pub struct Cells {
    text: String,
    ends: Vec<usize>,
}

/// A quote was opened and not closed on its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenQuote;

impl Cells {
    /// Takes in a line, in place of the one before.
    ///
    /// # Errors
    /// [`OpenQuote`]; the cells are then of no use.
    pub fn split(&mut self, line: &str, delimiter: u8) -> Result<(), OpenQuote> {
        self.text.clear();
        self.ends.clear();
        let delimiter = char::from(delimiter);
        if !line.contains('"') {
            for cell in line.split(delimiter) {
                self.text.push_str(cell);
                self.ends.push(self.text.len());
            }
            return Ok(());
        }
        let mut rest = line;
        loop {
            rest = self.unquote(rest, delimiter)?;
            let end = rest.find(delimiter).unwrap_or(rest.len());
            self.text.push_str(&rest[..end]);
            self.ends.push(self.text.len());
            match rest.get(end + 1..) {
                Some(next) => rest = next,
                None => return Ok(()),
            }
        }
    }

    /// Takes the quoted part that `rest` may open with, and gives back what follows it.
    fn unquote<'a>(&mut self, rest: &'a str, delimiter: char) -> Result<&'a str, OpenQuote> {
        let inner = rest.trim_start_matches(|c: char| c == ' ' && c != delimiter);
        let Some(mut inner) = inner.strip_prefix('"') else { return Ok(rest) };
        loop {
            let end = inner.find('"').ok_or(OpenQuote)?;
            self.text.push_str(&inner[..end]);
            inner = &inner[end + 1..];
            match inner.strip_prefix('"') {
                Some(after) => {
                    self.text.push('"');
                    inner = after;
                }
                None => return Ok(inner),
            }
        }
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cell at `index`, without the blanks around it; empty where the line has none.
    pub fn get(&self, index: usize) -> &str {
        let Some(&end) = self.ends.get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.text[start..end].trim_matches([' ', '\t'])
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
        check(r#""say ""hi""", "x"y,5" pipe"#, Ok(&[r#"say "hi""#, "xy", r#"5" pipe"#]));
        check(r#""","""#, Ok(&["", ""]));
    }

    #[test]
    fn a_quote_left_open_is_told() {
        check(r#"1,"2,3"#, Err(OpenQuote));
        check(r#""""""#, Ok(&["\""]));
    }

    proptest! {
        #[test]
        fn splitting_agrees_with_the_csv_crate(cells in prop::collection::vec("[a-z0-9\",;]{1,6}", 1..6)) {
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
