//! The texts that may be symbols, wherever a file has them.

use crate::feed::replay::parse::number;
use crate::text::is_printable;

/// The longest symbol, in bytes. A longer text is something else.
pub const MAX_SYMBOL_BYTES: usize = 64;

/// The option type of futures, which stand beside options in some files.
const NO_OPTION: &str = "XX";

/// Returns whether a text may be a symbol: short, and without control characters.
pub fn is_symbol(text: &str) -> bool {
    let is_ascii = || text.bytes().all(|b| b.is_ascii_graphic());
    let is_text = || text.chars().all(|c| is_printable(c) && c != '\u{fffd}');
    !text.is_empty() && text.len() <= MAX_SYMBOL_BYTES && (is_ascii() || is_text())
}

/// A text of a header as a symbol: its other characters become `_`, and its end is cut.
pub fn fit(text: &str) -> String {
    let mut symbol = String::new();
    for c in text.chars() {
        let c = if is_printable(c) && c != '\u{fffd}' { c } else { '_' };
        if symbol.len() + c.len_utf8() > MAX_SYMBOL_BYTES {
            break;
        }
        symbol.push(c);
    }
    symbol
}

/// Adds the cells that part instruments of one symbol: `NIFTY` and its expiry, option type and strike. Strikes have no
/// zeros behind the point; cells that say nothing are left out.
pub fn compose<'a>(name: &mut String, cells: impl Iterator<Item = &'a str>) {
    for cell in cells {
        let text = match cell.split_once('.') {
            Some((whole, zeros)) if is_all(whole, |b| b.is_ascii_digit()) && is_all(zeros, |b| b == b'0') => whole,
            _ => cell,
        };
        if number::is_blank(text) || is_all(text, |b| b == b'0') || text == NO_OPTION {
            continue;
        }
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(text);
    }
}

fn is_all(text: &str, is: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(is)
}

/// Parses a symbol that people give.
///
/// # Errors
/// The values that are allowed instead.
pub fn parse(text: &str) -> Result<String, String> {
    let words = || format!("1 to {MAX_SYMBOL_BYTES} bytes of text without control characters");
    if is_symbol(text) { Ok(text.to_owned()) } else { Err(words()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_made_fit_is_a_symbol(text in "\\PC{1,40}|[\u{0}-\u{2fff}]{1,90}") {
            let symbol = fit(&text);
            prop_assert!(is_symbol(&symbol), "{symbol:?}");
            prop_assert_eq!(fit(&symbol), symbol.clone());
            prop_assert!(!is_symbol(&text) || symbol == text);
        }
    }

    #[test]
    fn instrument_is_composed_of_its_cells() {
        let check = |symbol: &str, cells: &[&str], want: &str| {
            let mut name = symbol.to_owned();
            compose(&mut name, cells.iter().copied());
            assert_eq!(name, want);
        };
        check("NIFTY", &["2026-09-26", "C", "22400.00"], "NIFTY 2026-09-26 C 22400");
        check("NIFTY", &["2026-09-26", "", "0.00"], "NIFTY 2026-09-26");
        check("NIFTY", &["2026-09-26", "XX", "0"], "NIFTY 2026-09-26");
        check("ACME", &["2024.10", "22.50"], "ACME 2024.10 22.50");
        check("", &["BTC", "USD"], "BTC USD");
    }

    #[test]
    fn people_give_symbols_without_control_characters() {
        assert_eq!(parse("BRK.B"), Ok("BRK.B".into()));
        for bad in ["", "\u{1b}[2J", "a\nb", "\u{202e}a", &"A".repeat(65)] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
