//! Text of files, names and settings, made safe to show on a terminal and in a log.

/// A text without control characters, which are escaped.
pub fn escape(text: &str) -> String {
    escape_to(text, usize::MAX)
}

/// Escapes like [`escape`], and keeps the ends of lines.
pub fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// Escapes the first `max_chars` characters of a text; `…` stands for the others.
pub fn escape_to(text: &str, max_chars: usize) -> String {
    let mut escaped = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == max_chars {
            escaped.push('…');
            break;
        }
        if is_printable(c) { escaped.push(c) } else { escaped.extend(c.escape_default()) }
    }
    escaped
}

/// Returns whether a character neither controls the terminal nor is hidden nor turns the direction of the text around
/// it.
pub fn is_printable(c: char) -> bool {
    const HIDDEN: [std::ops::RangeInclusive<char>; 7] = [
        '\u{61c}'..='\u{61c}',
        '\u{200b}'..='\u{200f}',
        '\u{2028}'..='\u{202e}',
        '\u{2060}'..='\u{206f}',
        '\u{feff}'..='\u{feff}',
        '\u{fff9}'..='\u{fffb}',
        '\u{e0000}'..='\u{e007f}',
    ];
    !c.is_control() && (c < '\u{61c}' || !HIDDEN.iter().any(|range| range.contains(&c)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(escape("\u{1b}[2J\u{9b}a\u{202e}\u{61c}\n"), "\\u{1b}[2J\\u{9b}a\\u{202e}\\u{61c}\\n");
        assert_eq!(escape("Müller, 終値 `x`"), "Müller, 終値 `x`");
        assert_eq!(escape_lines("a\n\tb\n"), "a\n\\tb\n");
        assert_eq!(escape_to("abcd", 3), "abc…");
        assert_eq!(escape_to("abc", 3), "abc");
    }

    proptest! {
        #[test]
        fn escaped_text_is_printable_and_stays_the_same(text in any::<String>()) {
            let escaped = escape(&text);
            prop_assert!(escaped.chars().all(is_printable));
            prop_assert_eq!(escape(&escaped), escaped);
        }
    }
}
