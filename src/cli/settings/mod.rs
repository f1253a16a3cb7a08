//! Settings from the environment and from a file, read as if they were typed as flags.
//!
//! Precedence: a flag, then a `TICKCAST_...` variable, then the file, then the default. A setting has the long name of
//! its flag. A setting of another command is skipped; a setting that no command has is an error.
//!
//! Pure: arguments, variables and the file's text are passed in.

mod environment;
mod file;
mod print;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

pub use print::print;

/// Flags that make no sense as settings.
const NOT_SETTINGS: [&str; 4] = ["help", "version", "config", "print-config"];

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// An error in the arguments, or a request for help; clap prints it and exits.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    #[error("{file} is not TOML")]
    NotToml { file: String, source: toml::de::Error },
    #[error("{place}: there is no setting \"{name}\"{nearest}")]
    Unknown { place: String, name: String, nearest: String },
    #[error("{place}: \"{name}\" is {is}; {remedy}")]
    BadKind { place: String, name: String, is: &'static str, remedy: &'static str },
    #[error("{place}: {message}")]
    BadValue { place: String, message: String },
}

/// The sources of settings besides the arguments.
pub struct Sources<'a> {
    pub variables: &'a [(String, String)],
    /// The settings file: its name and its text.
    pub file: Option<(&'a str, &'a str)>,
}

/// The settings of a command, and the source of each.
pub struct Settings {
    pub matches: ArgMatches,
    origins: BTreeMap<String, String>,
}

/// The values of settings by name; `None` is a flag without a value.
type Values = BTreeMap<String, Vec<Option<String>>>;

/// The settings of a file or of the environment.
struct Given<'a> {
    values: Values,
    /// Its name in messages about several settings.
    name: &'a str,
    /// The place of each setting: a line or a variable.
    places: BTreeMap<String, String>,
}

impl Given<'_> {
    fn place(&self, setting: &str) -> &str {
        self.places.get(setting).map_or(self.name, String::as_str)
    }
}

/// Reads `arguments`, of which the first is the program's name, together with the other sources.
///
/// # Errors
/// Returns an error if a setting is unknown, or its value is not valid.
pub fn read(command: &Command, arguments: &[OsString], sources: &Sources<'_>) -> Result<Settings, SettingsError> {
    let subcommand = arguments.get(1).and_then(|name| command.find_subcommand(name));
    let chosen = subcommand.unwrap_or(command);
    let head = if subcommand.is_some() { 2 } else { 1 };
    let known = known(command);
    let from_file = sources.file.map(|(name, text)| file::read(name, text, &known)).transpose()?;
    let from_variables = environment::read(sources.variables, chosen, &known)?;
    let mut origins = BTreeMap::new();
    let mut taken = given(command, arguments, subcommand)?;
    let mut all_typed = Vec::new();
    let is_file = |given: &Given<'_>| sources.file.is_some_and(|(name, _)| given.name == name);
    for given in [Some(from_variables), from_file].into_iter().flatten() {
        let typed = typed(chosen, &given, &taken)?;
        check(command, &arguments[..head], &typed, &given)?;
        for name in given.values.keys().filter(|name| find(chosen, name).is_some() && !taken.contains(*name)) {
            let origin = if is_file(&given) { given.name.to_owned() } else { environment::variable(name) };
            origins.insert(name.clone(), origin);
        }
        all_typed.splice(0..0, typed.into_iter().map(|(_, argument)| argument));
        taken.extend(given.values.into_keys());
    }
    let line = arguments[..head].iter().cloned().chain(all_typed.into_iter().map(OsString::from));
    let rest = arguments[head.min(arguments.len())..].iter().cloned();
    let matches = command.clone().try_get_matches_from(line.chain(rest))?;
    Ok(Settings { matches, origins })
}

/// Finds the value of `--config`, which is needed before the other arguments can be read.
pub fn config_file(arguments: &[OsString], variables: &[(String, String)]) -> Option<String> {
    let texts: Vec<&str> =
        arguments.iter().filter_map(|argument| argument.to_str()).take_while(|text| *text != "--").collect();
    let joined = texts.iter().rev().find_map(|text| text.strip_prefix("--config="));
    let apart = texts.windows(2).rev().find(|pair| pair[0] == "--config").map(|pair| pair[1]);
    let variable = variables.iter().find(|(name, _)| name == "TICKCAST_CONFIG").map(|(_, value)| value.as_str());
    joined.or(apart).or(variable).map(str::to_owned)
}

/// Returns the flags of a command that are settings.
fn settings(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| arg.get_long().is_some_and(|long| !NOT_SETTINGS.contains(&long)))
}

/// Returns the names of the settings of all commands.
fn known(command: &Command) -> BTreeSet<String> {
    let all = std::iter::once(command).chain(command.get_subcommands()).flat_map(settings);
    all.filter_map(Arg::get_long).map(str::to_owned).collect()
}

fn find<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    settings(command).find(|arg| arg.get_long() == Some(name))
}

/// Returns true if the flag can be repeated.
fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

/// Returns the same command with nothing required.
fn relaxed(command: &Command) -> Command {
    let lenient = |command: Command| command.mut_args(|arg| arg.required(false));
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    names.into_iter().fold(lenient(command.clone()), |command, name| command.mut_subcommand(name, lenient))
}

/// Returns the names of the settings in the arguments, and of the settings that conflict with them.
fn given(
    command: &Command,
    arguments: &[OsString],
    subcommand: Option<&Command>,
) -> Result<BTreeSet<String>, SettingsError> {
    let matches = command.clone().try_get_matches_from(arguments)?;
    let matches = matches.subcommand().map_or(&matches, |(_, matches)| matches);
    // Only a built command knows its conflicts.
    let mut built = subcommand.unwrap_or(command).clone();
    built.build();
    let mut names = BTreeSet::new();
    for arg in settings(&built) {
        if matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine) {
            let others = built.get_arg_conflicts_with(arg);
            names.extend(others.into_iter().chain([arg]).filter_map(Arg::get_long).map(str::to_owned));
        }
    }
    Ok(names)
}

/// Checks the arguments of a source with the name of each setting.
///
/// # Errors
/// Returns an error at the place of the setting that is not valid, or at the source's name where each is valid by
/// itself.
fn check(
    command: &Command,
    head: &[OsString],
    typed: &[(&str, String)],
    given: &Given<'_>,
) -> Result<(), SettingsError> {
    let refused = |typed: &[(&str, String)]| {
        let typed = typed.iter().map(|(_, argument)| OsString::from(argument));
        relaxed(command).try_get_matches_from(head.iter().cloned().chain(typed)).err()
    };
    let Some(error) = refused(typed) else { return Ok(()) };
    let one = typed.iter().find_map(|one| Some((given.place(one.0), refused(std::slice::from_ref(one))?)));
    let (place, error) = one.unwrap_or((given.name, error));
    Err(bad_value(place, &error))
}

/// Returns the arguments to type for the settings of a source, with their names, without the `taken` ones.
fn typed<'g>(
    chosen: &Command,
    given: &'g Given<'_>,
    taken: &BTreeSet<String>,
) -> Result<Vec<(&'g str, String)>, SettingsError> {
    let mut typed: Vec<(&str, String)> = Vec::new();
    for (name, texts) in given.values.iter().filter(|(name, _)| !taken.contains(*name)) {
        let Some(arg) = find(chosen, name) else { continue };
        let takes_value = arg.get_action().takes_values();
        let is_switch = !takes_value || arg.get_num_args().is_some_and(|range| range.min_values() == 0);
        for text in texts {
            match text.as_deref() {
                None => typed.push((name, format!("--{name}"))),
                Some("false") if is_switch => {}
                Some(text) if takes_value => typed.push((name, format!("--{name}={text}"))),
                Some(_) => {
                    let (place, name) = (given.place(name).to_owned(), name.clone());
                    return Err(SettingsError::BadKind { place, name, is: "a value", remedy: "use true or false" });
                }
            }
        }
    }
    Ok(typed)
}

/// Returns the most similar known name, if it is at least as similar as `least` (Jaro-Winkler, 0 to 1).
fn nearest(name: &str, known: &BTreeSet<String>, least: f64) -> Option<String> {
    let similar = known.iter().map(|other| (strsim::jaro_winkler(name, other), other));
    let best = similar.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(similarity, _)| *similarity >= least).map(|(_, other)| other.clone())
}

fn unknown(place: &str, name: &str, nearest: Option<String>) -> SettingsError {
    let nearest = nearest.map(|nearest| format!("; did you mean \"{nearest}\"?")).unwrap_or_default();
    SettingsError::Unknown { place: place.to_owned(), name: name.to_owned(), nearest }
}

/// Keeps the first line of clap's message; the others are about typing.
fn bad_value(place: &str, error: &clap::Error) -> SettingsError {
    let text = error.to_string();
    let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    SettingsError::BadValue { place: place.to_owned(), message }
}
