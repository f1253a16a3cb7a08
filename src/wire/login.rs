//! Signing in over HTTP.

use serde::Deserialize;
use serde_json::json;

use super::ApiError;

/// A remedy: an example of a body.
const EXAMPLE: &str = r#"send JSON such as {"token":"THE-TOKEN-OF-THE-LINK"}"#;

#[derive(Deserialize)]
struct Login {
    token: String,
}

/// Reads the body of `POST /api/v1/login`.
///
/// # Errors
/// If it is not JSON, or has no token. The error repeats nothing of the body, which may be a secret.
pub fn parse_login(text: &str) -> Result<String, ApiError> {
    let login: Login =
        serde_json::from_str(text).map_err(|_| ApiError::bad_message("the body has no token", EXAMPLE))?;
    Ok(login.token)
}

/// The body of `GET /api/v1/login`: the role of the client, and the admission to watching and driving.
pub fn access_response(role: &str, watching: &str, driving: &str) -> String {
    json!({"role": role, "watching": watching, "driving": driving}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ErrorCode;

    #[test]
    fn error_of_a_login_repeats_nothing_of_it() {
        assert_eq!(parse_login(r#"{"token":"abc","more":1}"#).unwrap(), "abc");
        for text in ["", "secret", r#"{"token":7}"#, r#"{"tokens":"secret"}"#] {
            let error = parse_login(text).unwrap_err();
            assert!(!error.message.contains("secret") && error.code == ErrorCode::BadMessage, "{error:?}");
        }
    }
}
