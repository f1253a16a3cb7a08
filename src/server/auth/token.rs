//! Secrets that make somebody a viewer or a presenter.

use std::fmt::{self, Debug};
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Fewer could be guessed.
pub const LEAST_CHARACTERS: usize = 16;
const MOST_CHARACTERS: usize = 256;
/// Of a token that is made here: 128 bits, as many as nobody guesses.
const RANDOM_BYTES: usize = 16;

/// A secret. Neither `Debug` nor anything else but [`Token::reveal`] shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// What a token may not be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token has {LEAST_CHARACTERS} to {MOST_CHARACTERS} letters, digits or any of - . _ ~")]
pub struct BadToken;

impl Token {
    /// # Errors
    /// When it is too short to be a secret, or could not stand in a header or a link.
    pub fn new(text: &str) -> Result<Self, BadToken> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        let is_good = (LEAST_CHARACTERS..=MOST_CHARACTERS).contains(&text.len()) && text.chars().all(is_plain);
        if is_good { Ok(Self(text.to_owned())) } else { Err(BadToken) }
    }

    /// A new one, of the system's randomness.
    ///
    /// # Errors
    /// Where the system has none.
    pub fn random() -> Result<Self, std::io::Error> {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        Ok(Self(BASE64_URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Whether `given` is this token. The time that it takes tells nothing of how much of it was right: compared are
    /// digests, in constant time.
    pub fn is(&self, given: &str) -> bool {
        Sha256::digest(self.0.as_bytes()).ct_eq(&Sha256::digest(given.as_bytes())).into()
    }

    /// For the one who started the server, and for the cookie of one who has it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Where a token comes from.
#[derive(Clone, Debug)]
pub enum TokenSource {
    /// Made anew at each start.
    Made,
    Given(Token),
    /// Its first line.
    File(PathBuf),
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("cannot read the token in {file}: {source}")]
    Unreadable { file: PathBuf, source: std::io::Error },
    #[error("the first line of {file} is no token: {source}")]
    Bad { file: PathBuf, source: BadToken },
    #[error("the system gives no randomness for a token: {0}; give one with --token-file")]
    NoRandomness(std::io::Error),
}

impl TokenSource {
    /// # Errors
    /// When it cannot be had.
    pub fn token(&self) -> Result<Token, TokenError> {
        match self {
            Self::Made => Token::random().map_err(TokenError::NoRandomness),
            Self::Given(token) => Ok(token.clone()),
            Self::File(file) => {
                let unreadable = |source| TokenError::Unreadable { file: file.clone(), source };
                let text = std::fs::read_to_string(file).map_err(unreadable)?;
                let line = text.lines().next().unwrap_or_default().trim();
                Token::new(line).map_err(|source| TokenError::Bad { file: file.clone(), source })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_only_itself_and_never_shown() {
        let token = Token::new("abcdefgh-1234567").unwrap();
        for other in ["", "abcdefgh-123456", "abcdefgh-12345678", "Abcdefgh-1234567"] {
            assert!(!token.is(other), "{other}");
        }
        assert!(token.is("abcdefgh-1234567"));
        assert_eq!(format!("{token:?}"), "Token(..)");
    }

    #[test]
    fn what_could_be_guessed_or_break_a_header_is_no_token() {
        let long = "x".repeat(257);
        for text in
            ["", "short", "fifteen-letters", "with a space in it!", "with;semicolon;in;it", "naïve-naïve-naïve", &long]
        {
            assert_eq!(Token::new(text), Err(BadToken), "{text}");
        }
    }

    #[test]
    fn a_file_holds_a_token_in_its_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let check = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            TokenSource::File(file).token().map(|token| token.reveal().to_owned()).map_err(|error| error.to_string())
        };
        assert_eq!(check("good", "abcdefgh-1234567 \r\n# for the room\n"), Ok("abcdefgh-1234567".into()));
        for (name, text) in [("empty", ""), ("short", "abc\n")] {
            let error = check(name, text).unwrap_err();
            assert!(error.contains(name) && error.contains("16 to 256"), "{error}");
        }
        let missing = TokenSource::File(folder.path().join("missing")).token().unwrap_err().to_string();
        assert!(missing.contains("missing") && missing.contains("cannot read"), "{missing}");
    }

    #[test]
    fn a_random_token_is_a_token_and_another_each_time() {
        let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert_ne!(one, other);
        assert!(Token::new(one.reveal()).is_ok() && one.reveal().len() >= 22);
    }
}
