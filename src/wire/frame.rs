//! The two formats, and a message as it goes out in either.

use bytes::Bytes;

use super::Text;

/// How a session's frequent messages are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Json,
    Binary,
}

impl Format {
    pub const ALL: [Self; 2] = [Self::Json, Self::Binary];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Binary => "binary",
        }
    }

    /// The WebSocket subprotocol that begins in this format.
    pub const fn subprotocol(self) -> &'static str {
        match self {
            Self::Json => "tickcast.v1.json",
            Self::Binary => "tickcast.v1.bin",
        }
    }

    /// The first one known of a `Sec-WebSocket-Protocol` header, which lists what the client likes best first.
    pub fn choose(offered: &str) -> Option<Self> {
        let known = |name: &str| Self::ALL.into_iter().find(|format| format.subprotocol() == name);
        offered.split(',').find_map(|name| known(name.trim()))
    }
}

/// A whole message. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    Text(Text),
    Binary(Bytes),
}

impl Default for Frame {
    fn default() -> Self {
        Self::Text(Text::default())
    }
}

impl From<String> for Frame {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl Frame {
    pub fn byte_len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// The text of a message in JSON.
    pub fn into_text(self) -> Option<Text> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_subprotocol_that_is_known_is_chosen() {
        for (offered, want) in [
            ("tickcast.v1.bin", Some(Format::Binary)),
            ("tickcast.v1.json", Some(Format::Json)),
            ("tickcast.v9.bin, tickcast.v1.bin,tickcast.v1.json", Some(Format::Binary)),
            ("graphql-ws", None),
            ("", None),
        ] {
            assert_eq!(Format::choose(offered), want, "{offered:?}");
        }
    }
}
