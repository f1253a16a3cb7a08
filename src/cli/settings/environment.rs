//! Settings from environment variables.

use std::collections::{BTreeMap, BTreeSet};

use clap::Command;

use super::{Given, NOT_SETTINGS, SettingsError, Values, find, is_list, nearest, unknown};

const PREFIX: &str = "TICKCAST_";
/// The name of the variables in messages.
const NAME: &str = "the environment";
/// Variables of the program that are not flags.
const NOT_FLAGS: [&str; 2] = ["log", "log-format"];
/// An unknown variable that is this similar to a setting is a typing error (Jaro-Winkler, 0 to 1).
const MIN_SIMILARITY: f64 = 0.9;

/// Reads the settings in `variables`.
///
/// # Errors
/// Returns an error if the name of a variable is close to a setting, but not the same.
pub fn read(
    variables: &[(String, String)],
    chosen: &Command,
    known: &BTreeSet<String>,
) -> Result<Given<'static>, SettingsError> {
    let (mut values, mut places) = (Values::new(), BTreeMap::new());
    for (variable, value) in variables {
        let Some(rest) = variable.strip_prefix(PREFIX) else { continue };
        let name = rest.to_ascii_lowercase().replace('_', "-");
        if NOT_FLAGS.contains(&&*name) || NOT_SETTINGS.contains(&&*name) {
            continue;
        }
        if !known.contains(&name) {
            // A variable that is not similar to any setting belongs to another program.
            let Some(nearest) = nearest(&name, known, MIN_SIMILARITY) else { continue };
            return Err(unknown(NAME, variable, Some(self::variable(&nearest))));
        }
        let is_list = find(chosen, &name).is_some_and(is_list);
        let texts = if is_list { value.split(',').map(str::trim).collect() } else { vec![value.as_str()] };
        let text = |text: &str| if text == "true" { None } else { Some(text.to_owned()) };
        places.insert(name.clone(), format!("{NAME}, {variable}"));
        values.insert(name, texts.into_iter().map(text).collect());
    }
    Ok(Given { values, name: NAME, places })
}

/// Returns the variable of a setting.
pub fn variable(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('-', "_").to_ascii_uppercase())
}
