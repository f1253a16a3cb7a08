//! The negotiation of `permessage-deflate` (RFC 7692, section 7.1), from the header's text to the answer.

use std::fmt::{self, Display, Formatter};
use std::ops::RangeInclusive;

const NAME: &str = "permessage-deflate";
const SERVER_NO_CONTEXT_TAKEOVER: &str = "server_no_context_takeover";
const CLIENT_NO_CONTEXT_TAKEOVER: &str = "client_no_context_takeover";
const SERVER_MAX_WINDOW_BITS: &str = "server_max_window_bits";
const CLIENT_MAX_WINDOW_BITS: &str = "client_max_window_bits";

/// The base-2 logarithms that a window's size may have.
const WINDOW_BITS: RangeInclusive<u8> = 8..=15;

/// The parameters of an offer that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeflateParams {
    /// A message may not refer to the ones before it.
    pub is_alone: bool,
    /// The base-2 logarithm of the client's window, where it asks for a smaller one than usual.
    pub window_bits: Option<u8>,
}

/// A header that is not a list of extensions (RFC 6455, section 9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidExtensions;

impl DeflateParams {
    /// The size of the client's window, in bytes.
    pub fn window(&self) -> usize {
        1 << self.window_bits.unwrap_or(*WINDOW_BITS.end())
    }

    /// Reads the parameters of one offer; `None` where it must be declined (RFC 7692, section 7.1).
    fn read<'a>(parameters: impl Iterator<Item = Parameter<'a>>) -> Option<Self> {
        let mut params = Self { is_alone: false, window_bits: None };
        let mut seen = Vec::new();
        for Parameter { name, value } in parameters {
            if seen.contains(&name) {
                return None;
            }
            seen.push(name);
            match (name, value.as_deref()) {
                (SERVER_NO_CONTEXT_TAKEOVER, None) => params.is_alone = true,
                (SERVER_MAX_WINDOW_BITS, Some(bits)) => params.window_bits = Some(window_bits(bits)?),
                // The server needs no promise here: it has room for the largest window.
                (CLIENT_NO_CONTEXT_TAKEOVER | CLIENT_MAX_WINDOW_BITS, None) => {}
                (CLIENT_MAX_WINDOW_BITS, Some(bits)) => drop(window_bits(bits)?),
                _ => return None,
            }
        }
        Some(params)
    }
}

/// Shows the extension in the server's answer.
impl Display for DeflateParams {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // So that nothing of a client's message has to be kept for its next one.
        write!(f, "{NAME}; {CLIENT_NO_CONTEXT_TAKEOVER}")?;
        if self.is_alone {
            write!(f, "; {SERVER_NO_CONTEXT_TAKEOVER}")?;
        }
        self.window_bits.map_or(Ok(()), |bits| write!(f, "; {SERVER_MAX_WINDOW_BITS}={bits}"))
    }
}

/// Returns the parameters of the first offer that can be accepted, among the extensions that a client offers in the
/// lines of its header.
///
/// # Errors
/// When a line is not a list of extensions.
pub fn negotiate<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Option<DeflateParams>, InvalidExtensions> {
    let mut accepted = None;
    for line in lines {
        for extension in split(line, ',') {
            let mut parts = split(extension?, ';');
            // A list may have empty elements (RFC 9110, section 5.6.1).
            let Some(name) = parts.next().transpose()?.filter(|name| !name.is_empty()) else {
                if parts.next().is_some() {
                    return Err(InvalidExtensions);
                }
                continue;
            };
            let parameters = parts.map(|part| Parameter::read(part?)).collect::<Result<Vec<_>, _>>()?;
            if !is_token(name) {
                return Err(InvalidExtensions);
            }
            if name == NAME && accepted.is_none() {
                accepted = DeflateParams::read(parameters.into_iter());
            }
        }
    }
    Ok(accepted)
}

/// A parameter of an extension.
#[derive(Debug)]
struct Parameter<'a> {
    name: &'a str,
    value: Option<String>,
}

impl<'a> Parameter<'a> {
    fn read(text: &'a str) -> Result<Self, InvalidExtensions> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.trim_end(), Some(unquote(value.trim_start())?)),
            None => (text, None),
        };
        let is_valid = is_token(name) && value.as_deref().is_none_or(is_token);
        is_valid.then_some(Self { name, value }).ok_or(InvalidExtensions)
    }
}

/// The value of a token or of a quoted string, which must be a token too.
fn unquote(text: &str) -> Result<String, InvalidExtensions> {
    let Some(quoted) = text.strip_prefix('"') else { return Ok(text.to_owned()) };
    let (mut value, mut chars) = (String::new(), quoted.chars());
    loop {
        match chars.next().ok_or(InvalidExtensions)? {
            '"' => break,
            '\\' => value.push(chars.next().ok_or(InvalidExtensions)?),
            char => value.push(char),
        }
    }
    chars.as_str().is_empty().then_some(value).ok_or(InvalidExtensions)
}

/// Returns whether a text is a token (RFC 9110, section 5.6.2).
fn is_token(text: &str) -> bool {
    let is_mark = |byte: u8| b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte))
}

/// Splits a text at a separator outside of quotes. The parts have no space around them.
fn split(text: &str, separator: char) -> impl Iterator<Item = Result<&str, InvalidExtensions>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let (mut is_quoted, mut is_escaped) = (false, false);
        let end = text.find(|char| {
            let is_end = char == separator && !is_quoted;
            is_quoted ^= char == '"' && !is_escaped;
            is_escaped = char == '\\' && is_quoted && !is_escaped;
            is_end
        });
        if end.is_none() && is_quoted {
            return Some(Err(InvalidExtensions));
        }
        rest = end.map(|end| &text[end + separator.len_utf8()..]);
        Some(Ok(text[..end.unwrap_or(text.len())].trim_matches([' ', '\t'])))
    })
}

/// Reads the bits of a window, which have no leading zeros.
fn window_bits(text: &str) -> Option<u8> {
    let bits = text.parse().ok().filter(|bits| WINDOW_BITS.contains(bits))?;
    text.starts_with(|first| matches!(first, '1'..='9')).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the answer to the lines of a header, which is empty where all offers are declined.
    fn check(lines: &[&str], want: &str) {
        let answer = negotiate(lines.iter().copied()).map(|params| params.map(|params| params.to_string()));
        assert_eq!(answer.as_ref().map(|answer| answer.as_deref().unwrap_or_default()), Ok(want), "{lines:?}");
    }

    #[test]
    fn first_good_offer_is_accepted() {
        const PLAIN: &str = "permessage-deflate; client_no_context_takeover";
        const ALONE: &str = "permessage-deflate; client_no_context_takeover; server_no_context_takeover";
        const BITS: &str = "permessage-deflate; client_no_context_takeover; server_max_window_bits=10";
        for (line, want) in [
            ("permessage-deflate", PLAIN),
            ("permessage-deflate; client_max_window_bits", PLAIN),
            ("permessage-deflate;client_max_window_bits=8 ; client_no_context_takeover", PLAIN),
            ("permessage-deflate; server_no_context_takeover", ALONE),
            ("permessage-deflate; server_max_window_bits=10", BITS),
            ("permessage-deflate; server_max_window_bits=\"10\"", BITS),
            ("permessage-deflate; server_max_window_bits = \"1\\0\"", BITS),
            ("permessage-deflate; server_max_window_bits=8", &BITS.replace("10", "8")),
            ("permessage-deflate; server_max_window_bits=15", &BITS.replace("10", "15")),
            ("x-webkit-deflate-frame, permessage-deflate", PLAIN),
            ("mux; max-channels=4; flow-control, , permessage-deflate", PLAIN),
            ("other; quoted=\"token\", permessage-deflate", PLAIN),
            ("permessage-deflate; server_max_window_bits=16, permessage-deflate; server_max_window_bits=10", BITS),
            ("permessage-deflate; server_max_window_bits=10, permessage-deflate", BITS),
        ] {
            check(&[line], want);
        }
        check(&["permessage-bzip2", "permessage-deflate; unknown", "permessage-deflate"], PLAIN);
    }

    #[test]
    fn bad_offers_are_declined() {
        check(&[], "");
        for line in [
            "",
            " , ",
            "x-webkit-deflate-frame",
            "permessage-deflate2",
            "permessage-deflate; unknown",
            "permessage-deflate; unknown=1",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; client_no_context_takeover=true",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits=09",
            "permessage-deflate; server_max_window_bits=+9",
            "permessage-deflate; server_max_window_bits=-9",
            "permessage-deflate; server_max_window_bits=9.0",
            "permessage-deflate; server_max_window_bits=265",
            "permessage-deflate; client_max_window_bits=7",
            "permessage-deflate; client_max_window_bits=16",
            "permessage-deflate; client_max_window_bits=010",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
            "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
        ] {
            check(&[line], "");
        }
    }

    #[test]
    fn headers_that_are_no_lists_of_extensions_are_errors() {
        for line in [
            ";",
            "; server_no_context_takeover",
            "permessage-deflate;",
            "permessage-deflate; ; server_no_context_takeover",
            "permessage-deflate; server_max_window_bits=",
            "permessage-deflate; =10",
            "permessage-deflate; server_max_window_bits=\"10",
            "permessage-deflate; server_max_window_bits=\"10\"0",
            "permessage-deflate; server_max_window_bits=\"1 0\"",
            "permessage-deflate; server_max_window_bits=\"\"",
            "permessage deflate",
            "permessage-deflate, a=b",
            "permessage-deflate; a b",
        ] {
            assert_eq!(negotiate([line]), Err(InvalidExtensions), "{line:?}");
        }
    }

    #[test]
    fn windows_have_their_size() {
        let window = |line| negotiate([line]).unwrap().unwrap().window();
        assert_eq!(window("permessage-deflate; server_max_window_bits=8"), 256);
        assert_eq!(window("permessage-deflate"), 32_768);
    }
}
