//! The two formats of the frequent messages, and a message as it is sent in either.

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use bytes::Bytes;
use strum::{EnumCount, EnumString, IntoStaticStr, VariantArray};

use super::{SharedText, Text};

/// The format of a session's frequent messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumCount, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Format {
    #[default]
    Json,
    Binary,
}

impl Format {
    /// The name on the wire.
    pub fn label(self) -> &'static str {
        self.into()
    }

    /// The WebSocket subprotocol that begins in this format.
    pub const fn subprotocol(self) -> &'static str {
        match self {
            Self::Json => "tickcast.v1.json",
            Self::Binary => "tickcast.v1.bin",
        }
    }

    /// The first known subprotocol of a `Sec-WebSocket-Protocol` header, which lists them in order of preference.
    pub fn choose(offered: &str) -> Option<Self> {
        let known = |name: &str| Self::VARIANTS.iter().copied().find(|format| format.subprotocol() == name);
        offered.split(',').find_map(|name| known(name.trim()))
    }
}

/// One value for each format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerFormat<T>([T; Format::COUNT]);

impl<T> PerFormat<T> {
    pub fn from_fn(mut value: impl FnMut(Format) -> T) -> Self {
        Self(std::array::from_fn(|n| value(Format::VARIANTS[n])))
    }

    pub fn iter(&self) -> impl Iterator<Item = (Format, &T)> {
        Format::VARIANTS.iter().copied().zip(&self.0)
    }

    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut()
    }
}

impl<T> Index<Format> for PerFormat<T> {
    type Output = T;

    fn index(&self, format: Format) -> &T {
        &self.0[format as usize]
    }
}

impl<T> IndexMut<Format> for PerFormat<T> {
    fn index_mut(&mut self, format: Format) -> &mut T {
        &mut self.0[format as usize]
    }
}

/// A whole message, encoded. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EncodedMessage {
    Text(Text),
    /// A text that other sessions get too.
    Shared(Arc<SharedText>),
    Binary(Bytes),
}

impl Default for EncodedMessage {
    fn default() -> Self {
        Self::Text(Text::default())
    }
}

impl From<String> for EncodedMessage {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl EncodedMessage {
    pub const fn format(&self) -> Format {
        match self {
            Self::Text(_) | Self::Shared(_) => Format::Json,
            Self::Binary(_) => Format::Binary,
        }
    }

    pub fn byte_len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Shared(shared) => shared.text().len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// The text of a message in JSON.
    pub fn into_text(self) -> Option<Text> {
        match self {
            Self::Text(text) => Some(text),
            Self::Shared(shared) => Some(shared.text().clone()),
            Self::Binary(_) => None,
        }
    }

    /// The message for many sessions, which get it after `previous`.
    #[must_use]
    pub fn share(self, previous: Option<&Self>) -> Self {
        match (self, previous) {
            (Self::Text(text), Some(Self::Shared(previous))) => Self::Shared(SharedText::new(text, Some(previous))),
            (Self::Text(text), _) => Self::Shared(SharedText::new(text, None)),
            (other, _) => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_known_subprotocol_is_chosen() {
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

    #[test]
    fn per_format_is_indexed_in_the_order_of_the_formats() {
        let labels = PerFormat::from_fn(Format::label);
        assert!(labels.iter().all(|(format, label)| format.label() == *label));
        assert_eq!((labels[Format::Json], labels[Format::Binary]), ("json", "binary"));
    }
}
