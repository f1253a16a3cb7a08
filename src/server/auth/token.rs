//! Tokens: secrets that make their holder a viewer or a presenter.

use std::fmt::{self, Debug};
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The least length of a token; a shorter one could be guessed.
const MIN_LENGTH: usize = 16;
/// The greatest length of a token.
const MAX_LENGTH: usize = 256;
/// Random bytes of a generated token: 128 bits cannot be guessed.
const RANDOM_BYTES: usize = 16;

/// A secret. Only [`Token::reveal`] shows it; `Debug` does not.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// A text that cannot be a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token has {MIN_LENGTH} to {MAX_LENGTH} letters, digits or any of - . _ ~")]
pub struct InvalidToken;

impl Token {
    /// Checks a text that is to be a token.
    ///
    /// # Errors
    /// When it is too short to be a secret, too long, or has characters that a header or a link cannot carry.
    pub fn new(text: &str) -> Result<Self, InvalidToken> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        let is_valid = (MIN_LENGTH..=MAX_LENGTH).contains(&text.len()) && text.chars().all(is_allowed);
        if is_valid { Ok(Self(text.to_owned())) } else { Err(InvalidToken) }
    }

    /// Generates a token from the system's randomness.
    ///
    /// # Errors
    /// When the system has none.
    pub fn random() -> Result<Self, std::io::Error> {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        Ok(Self(BASE64_URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Returns whether `given` is this token. Compares digests in constant time, so that the time taken reveals
    /// nothing about the token.
    pub fn matches(&self, given: &str) -> bool {
        Sha256::digest(self.0.as_bytes()).ct_eq(&Sha256::digest(given.as_bytes())).into()
    }

    /// The secret itself, for the person who started the server and for the cookie of a client that has it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// The digest of a text, which distinguishes wrong tokens without keeping them.
pub fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

impl Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The source of a token.
#[derive(Clone, Debug)]
pub enum TokenSource {
    /// Generated at each start.
    Generated,
    /// Given as text.
    Given(Token),
    /// The first line of a file.
    File(PathBuf),
}

/// A token could not be read or made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("cannot read the token in {file}")]
    Unreadable { file: PathBuf, source: std::io::Error },
    #[error("the first line of {file} is not a token")]
    Invalid { file: PathBuf, source: InvalidToken },
    #[error("cannot generate a token, as the system gives no randomness: {0}; give one with --token-file")]
    NoRandomness(std::io::Error),
}

impl TokenSource {
    /// Reads or generates the token.
    ///
    /// # Errors
    /// When the file cannot be read, its first line is not a token, or the system has no randomness.
    pub fn token(&self) -> Result<Token, TokenError> {
        match self {
            Self::Generated => Token::random().map_err(TokenError::NoRandomness),
            Self::Given(token) => Ok(token.clone()),
            Self::File(file) => {
                let unreadable = |source| TokenError::Unreadable { file: file.clone(), source };
                let text = crate::text::read(file).map_err(unreadable)?;
                let line = text.lines().next().unwrap_or_default().trim();
                Token::new(line).map_err(|source| TokenError::Invalid { file: file.clone(), source })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn token_matches_only_itself_and_is_not_shown() {
        let token = Token::new("abcdefgh-1234567").unwrap();
        for other in ["", "abcdefgh-123456", "abcdefgh-12345678", "Abcdefgh-1234567"] {
            assert!(!token.matches(other), "{other}");
        }
        assert!(token.matches("abcdefgh-1234567"));
        assert_eq!(format!("{token:?}"), "Token(..)");
    }

    #[test]
    fn token_that_is_guessable_or_breaks_a_header_is_invalid() {
        let long = "x".repeat(257);
        for text in
            ["", "short", "fifteen-letters", "with a space in it!", "with;semicolon;in;it", "naïve-naïve-naïve", &long]
        {
            assert_eq!(Token::new(text), Err(InvalidToken), "{text}");
        }
    }

    #[test]
    fn file_holds_the_token_in_its_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            TokenSource::File(file).token()
        };
        assert_eq!(read("good", "abcdefgh-1234567 \r\n# for the room\n").unwrap().reveal(), "abcdefgh-1234567");
        for (name, text) in [("empty", ""), ("short", "abc\n")] {
            let error = read(name, text).unwrap_err();
            let reason = error.source().expect("a reason").to_string();
            assert!(error.to_string().contains(name) && reason.contains("16 to 256"), "{error}: {reason}");
        }
        let missing = TokenSource::File(folder.path().join("missing")).token().unwrap_err().to_string();
        assert!(missing.contains("missing") && missing.contains("cannot read"), "{missing}");
    }

    #[test]
    fn random_token_is_valid_and_different_each_time() {
        let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert_ne!(one, other);
        assert!(Token::new(one.reveal()).is_ok() && one.reveal().len() >= 22);
    }
}
