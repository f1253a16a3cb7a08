//! Text of a file in messages.

use crate::text::escape_to;

/// The most characters of a file that a message shows.
const MAX_ECHO_CHARS: usize = 40;

/// A piece of a file for people: short, and without control characters.
pub fn echo(text: &[u8]) -> String {
    escape_to(&String::from_utf8_lossy(&text[..text.len().min(4 * MAX_ECHO_CHARS)]), MAX_ECHO_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn echoed_text_is_short_and_moves_no_cursor() {
        assert_eq!(echo(b"12.5x"), "12.5x");
        assert_eq!(echo(b"\x1b[2J\0\n"), "\\u{1b}[2J\\u{0}\\n");
        assert_eq!(echo("\u{202e}abc".as_bytes()), "\\u{202e}abc");
        assert_eq!(echo(&[b'7'; 500]), format!("{}…", "7".repeat(40)));
        assert_eq!(echo(b"\xff"), "\u{fffd}");
    }
}
