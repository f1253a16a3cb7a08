//! Writes a JSON object, member by member: the report's other face.

use std::fmt::{Display, Write as _};

/// A JSON object being written.
#[derive(Debug, Default)]
pub struct Object(String);

impl Object {
    /// A value that is JSON as it displays itself.
    pub fn value(mut self, name: &str, value: impl Display) -> Self {
        let comma = if self.0.is_empty() { "" } else { "," };
        let _ = write!(self.0, "{comma}\"{name}\":{value}");
        self
    }

    pub fn maybe(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.value(name, value),
            None => self.value(name, "null"),
        }
    }

    pub fn fraction(self, name: &str, value: Option<f64>) -> Self {
        self.maybe(name, value.map(|value| format!("{value:.4}")))
    }

    pub fn text(self, name: &str, text: &str) -> Self {
        let mut quoted = String::from("\"");
        for character in text.chars() {
            match character {
                '"' | '\\' => quoted.extend(['\\', character]),
                control if control.is_control() => {
                    let _ = write!(quoted, "\\u{:04x}", u32::from(control));
                }
                other => quoted.push(other),
            }
        }
        self.value(name, quoted + "\"")
    }

    pub fn maybe_text(self, name: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self.value(name, "null"),
        }
    }

    pub fn finish(self) -> String {
        format!("{{{}}}", self.0)
    }
}
