//! Uploads over HTTP: what begins one, and how far it is.

use serde::Deserialize;
use serde_json::json;

use super::ApiError;

/// A remedy: an example of a body.
const EXAMPLE: &str = r#"send JSON such as {"name":"trades.csv","bytes":52000}"#;

/// The begin of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UploadRequest {
    /// A name for people.
    pub name: String,
    /// All bytes of the file.
    pub bytes: u64,
}

/// Reads the body of `POST /api/v1/uploads`.
///
/// # Errors
/// If it is not JSON, or has no name or size.
pub fn parse_upload(text: &str) -> Result<UploadRequest, ApiError> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|_| ApiError::bad_json(text, EXAMPLE))?;
    serde_json::from_value(value).map_err(|error| ApiError::wrong_type(&error, EXAMPLE))
}

/// The body of the answer to the begin of the upload `id`, whose pieces may have `piece_bytes`.
pub fn upload_response(id: &str, piece_bytes: usize) -> String {
    json!({"id": id, "received": 0, "piece_bytes": piece_bytes}).to_string()
}

/// The body of the answer to a piece.
pub fn received_response(received: u64) -> String {
    json!({"received": received}).to_string()
}

/// The body of the error of a piece that does not begin at `expected`.
pub fn wrong_offset_response(expected: u64) -> String {
    let ApiError { code, message, remedy, .. } = ApiError::wrong_offset(expected);
    json!({"error": {"code": code, "message": message, "remedy": remedy}, "received": expected}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upload_has_a_name_and_a_size() {
        let request = parse_upload(r#"{"name":"a.csv","bytes":7,"more":1}"#).unwrap();
        assert_eq!(request, UploadRequest { name: "a.csv".into(), bytes: 7 });
        for (text, code) in [
            ("a.csv", "bad_json"),
            ("{}", "bad_message"),
            (r#"{"name":"a.csv"}"#, "bad_message"),
            (r#"{"name":"a.csv","bytes":-1}"#, "bad_message"),
            (r#"{"name":"a.csv","bytes":1.5}"#, "bad_message"),
            (r#"{"name":7,"bytes":1}"#, "bad_message"),
        ] {
            assert_eq!(parse_upload(text).unwrap_err().code.label(), code, "{text}");
        }
    }
}
