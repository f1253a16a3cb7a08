//! Signing in over HTTP: a token in, and what one may do out.

use serde::Deserialize;
use serde_json::json;

use super::errors::ApiError;

const EXAMPLE: &str = r#"send JSON such as {"token":"THE-TOKEN-OF-THE-LINK"}"#;

#[derive(Deserialize)]
struct Login {
    token: String,
}

/// # Errors
/// When it is not JSON, or has no token. The answer repeats nothing of it: it may be a secret.
pub fn parse_login(text: &str) -> Result<String, ApiError> {
    let login: Login = serde_json::from_str(text).map_err(|_| ApiError::bad_message("this is no token", EXAMPLE))?;
    Ok(login.token)
}

/// Who one is (`stranger`, `viewer`, `presenter`), and who may watch and drive: `everybody`, who has a `token`, `nobody`.
pub fn access_response(role: &str, watching: &str, driving: &str) -> String {
    json!({"role": role, "watching": watching, "driving": driving}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ErrorCode;

    #[test]
    fn a_login_is_read_and_a_bad_one_is_not_repeated() {
        assert_eq!(parse_login(r#"{"token":"abc","more":1}"#).unwrap(), "abc");
        for text in ["", "secret", r#"{"token":7}"#, r#"{"tokens":"secret"}"#] {
            let error = parse_login(text).unwrap_err();
            assert!(!error.message.contains("secret") && error.code == ErrorCode::BadMessage, "{error:?}");
        }
    }
}
