//! Walks JSON text value by value, for the few connections that are looked at closely.
//!
//! Pure, and on purpose no part of `wire`: what judges the server shares no code with it. It trusts the text
//! to be JSON and ends early where it is not.

/// The members of an object: name and value as they stand in the text, names without their quotes.
pub fn members(object: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = inside(object, b'{');
    std::iter::from_fn(move || {
        let name = take_value(&mut rest)?;
        skip(&mut rest, b':');
        let value = take_value(&mut rest)?;
        skip(&mut rest, b',');
        Some((unquote(name)?, value))
    })
}

/// The items of an array.
pub fn items(array: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = inside(array, b'[');
    std::iter::from_fn(move || {
        let value = take_value(&mut rest)?;
        skip(&mut rest, b',');
        Some(value)
    })
}

/// The text between the quotes of a string, its escapes as they stand.
pub fn unquote(string: &[u8]) -> Option<&[u8]> {
    string.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

/// A number, in the type the caller expects.
pub fn number<T: std::str::FromStr>(value: &[u8]) -> Option<T> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn inside(text: &[u8], opening: u8) -> &[u8] {
    match text.trim_ascii_start() {
        [first, rest @ ..] if *first == opening => rest,
        _ => &[],
    }
}

fn skip(rest: &mut &[u8], byte: u8) {
    *rest = rest.trim_ascii_start();
    *rest = rest.strip_prefix(&[byte]).unwrap_or(rest);
}

fn take_value<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    *rest = rest.trim_ascii_start();
    let end = match rest.first()? {
        b'"' => string_end(rest)?,
        b'{' | b'[' => nested_end(rest)?,
        _ => rest.iter().position(|byte| b",]}:".contains(byte) || byte.is_ascii_whitespace()).unwrap_or(rest.len()),
    };
    let (value, after) = rest.split_at_checked(end).filter(|(value, _)| !value.is_empty())?;
    *rest = after;
    Some(value)
}

/// Where the string that `text` begins with ends.
fn string_end(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Where the object or array that `text` begins with ends.
fn nested_end(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_u32);
    loop {
        match text.get(at)? {
            b'"' => at += string_end(&text[at..])? - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(object: &str) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        members(object.as_bytes()).map(|(name, value)| (text(name), text(value))).collect()
    }

    #[test]
    fn members_and_items_are_found_whatever_they_hold() {
        for (object, want) in [
            ("{}", vec![]),
            (r#"{"a":1}"#, vec![("a", "1")]),
            (r#" { "a" : 1 , "b" : [ {"c":"]}"} , 2 ] } "#, vec![("a", "1"), ("b", r#"[ {"c":"]}"} , 2 ]"#)]),
            (r#"{"q":"a\"}\\","n":null}"#, vec![("q", r#""a\"}\\""#), ("n", "null")]),
            ("[1]", vec![]),
            ("", vec![]),
        ] {
            let want: Vec<_> = want.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            assert_eq!(names(object), want, "{object}");
        }
        assert_eq!(items(br#"["a",[1,2], {"b":3} ]"#).count(), 3);
        assert_eq!(items(b"[]").count(), 0);
        assert_eq!(number::<f64>(b"0.5"), Some(0.5));
        assert_eq!(number::<u64>(b"null"), None);
    }

    proptest! {
        #[test]
        fn garbage_neither_panics_nor_hangs(text in "[\\[\\]{}\":,\\\\a1 ]{0,60}") {
            members(text.as_bytes()).for_each(drop);
            items(text.as_bytes()).for_each(drop);
        }
    }
}
