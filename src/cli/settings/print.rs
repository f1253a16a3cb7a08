//! The settings of a command as TOML.

use std::fmt::Write as _;

use clap::Command;
use clap::parser::ValueSource;

use super::{Settings, is_list, settings as flags_of};

/// Settings whose values are not printed.
const SECRETS: [&str; 2] = ["token", "viewer-token"];

/// Prints all settings with their sources, as TOML that can be used as a settings file.
pub fn print(command: &Command, settings: &Settings) -> String {
    let (chosen, matches) = match settings.matches.subcommand() {
        Some((name, matches)) => (command.find_subcommand(name).unwrap_or(command), matches),
        None => (command, &settings.matches),
    };
    let mut out = String::new();
    for arg in flags_of(chosen) {
        let (Some(name), id) = (arg.get_long(), arg.get_id().as_str()) else { continue };
        let is_default = matches.value_source(id) != Some(ValueSource::CommandLine);
        let origin = if is_default { "default" } else { settings.origins.get(name).map_or("flag", String::as_str) };
        let values: Vec<String> =
            matches.get_raw(id).into_iter().flatten().map(|value| toml_value(&value.to_string_lossy())).collect();
        let value = match (&*values, is_list(arg)) {
            ([], _) => None,
            (values, true) => Some(format!("[{}]", values.join(", "))),
            ([value, ..], false) => Some(value.clone()),
        };
        let written = match value {
            _ if SECRETS.contains(&name) && !is_default => writeln!(out, "# {name} is a secret # {origin}"),
            Some(value) => writeln!(out, "{name} = {value} # {origin}"),
            None => writeln!(out, "# {name} is not set"),
        };
        written.expect("invariant: writing to a String cannot fail");
    }
    out
}

fn toml_value(text: &str) -> String {
    let is_bare = text.parse::<i64>().is_ok() || matches!(text, "true" | "false");
    if is_bare { text.to_owned() } else { toml::Value::String(text.to_owned()).to_string() }
}
