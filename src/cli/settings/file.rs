//! Settings from a TOML file.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::{Given, SettingsError, Values, nearest, unknown};

/// Reads the settings of a file.
///
/// # Errors
/// Returns an error if the text is not TOML, or has a setting that is not known.
pub fn read<'a>(file: &'a str, text: &str, known: &BTreeSet<String>) -> Result<Given<'a>, SettingsError> {
    let table: BTreeMap<Spanned<String>, toml::Value> =
        toml::from_str(text).map_err(|source| SettingsError::NotToml { file: file.to_owned(), source })?;
    let (mut values, mut places) = (Values::new(), BTreeMap::new());
    for (key, value) in table {
        let name = key.get_ref().replace('_', "-");
        let line = text[..key.span().start].matches('\n').count() + 1;
        let place = format!("{file}, line {line}");
        if !known.contains(&name) {
            return Err(unknown(&place, key.get_ref(), nearest(&name, known, 0.0)));
        }
        let items = match value {
            toml::Value::Array(items) => items,
            one => vec![one],
        };
        let texts = items.iter().map(|value| text_of(&place, &name, value)).collect::<Result<Vec<_>, _>>()?;
        places.insert(name.clone(), place);
        values.insert(name, texts);
    }
    Ok(Given { values, name: file, places })
}

/// Returns the text to type for a value: for `true` the flag alone, and for `false` nothing.
fn text_of(place: &str, name: &str, value: &toml::Value) -> Result<Option<String>, SettingsError> {
    let bad = |is| {
        let remedy = "use a text, a number, true, false, or a list of these";
        Err(SettingsError::BadKind { place: place.to_owned(), name: name.to_owned(), is, remedy })
    };
    match value {
        toml::Value::String(text) => Ok(Some(text.clone())),
        toml::Value::Integer(number) => Ok(Some(number.to_string())),
        toml::Value::Float(number) => Ok(Some(number.to_string())),
        toml::Value::Boolean(true) => Ok(None),
        toml::Value::Boolean(false) => Ok(Some("false".into())),
        toml::Value::Datetime(time) => Ok(Some(time.to_string())),
        toml::Value::Table(_) => bad("a table"),
        toml::Value::Array(_) => bad("a list of lists"),
    }
}
