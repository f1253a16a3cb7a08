//! Settings from a file and from the environment, told to the command line as if they had been typed.
//!
//! One precedence: a flag, then `TICKCAST_…`, then the file, then the default. Each setting is a flag's long name;
//! what is set for another subcommand is passed over, what is no setting at all is an error.
//! Pure: arguments, variables and the file's text come in.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Write as _;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

const PREFIX: &str = "TICKCAST_";
/// Variables that are no flags, and flags that make no sense in a file.
const NO_FLAGS: [&str; 2] = ["log", "log-format"];
const NOT_KEPT: [&str; 4] = ["help", "version", "config", "print-config"];
/// Not to be shown.
const SECRETS: [&str; 2] = ["token", "viewer-token"];
/// How alike a variable must be to a setting to be taken for a slip (Jaro-Winkler, 0 to 1).
const SLIP: f64 = 0.9;

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Of the arguments; it prints and exits as clap does.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    #[error("{file} is not TOML: {source}")]
    NotToml { file: String, source: toml::de::Error },
    #[error("{place}: there is no setting \"{name}\"{nearest}")]
    Unknown { place: String, name: String, nearest: String },
    #[error("{place}: \"{name}\" is {is}; {remedy}")]
    BadKind { place: String, name: String, is: &'static str, remedy: &'static str },
    #[error("{place}: {message}")]
    BadValue { place: String, message: String },
}

/// What somebody wrote beside the arguments.
pub struct Surroundings<'a> {
    pub variables: &'a [(String, String)],
    /// The settings file: its name and its text.
    pub file: Option<(&'a str, &'a str)>,
}

/// A command line that was read, and where each of its settings comes from.
pub struct Read {
    pub matches: ArgMatches,
    origins: BTreeMap<String, String>,
}

/// Values of settings, by long name; nothing where only the flag stands.
type Values = BTreeMap<String, Vec<Option<String>>>;

/// Reads `arguments`, the program's name first, together with what surrounds them.
///
/// # Errors
/// When one of them cannot be understood.
pub fn read(command: &Command, arguments: &[OsString], around: &Surroundings<'_>) -> Result<Read, SettingsError> {
    let named = arguments.get(1).and_then(|name| command.find_subcommand(name));
    let chosen = named.unwrap_or(command);
    let head = if named.is_some() { 2 } else { 1 };
    let known = known(command);
    let from_file = around.file.map_or_else(|| Ok(Values::new()), |(file, text)| of_file(file, text, &known))?;
    let from_variables = of_variables(around.variables, chosen, &known)?;
    let mut origins = BTreeMap::new();
    let mut taken = given(command, arguments, named)?;
    let mut told = Vec::new();
    let file_name = around.file.map_or("", |(file, _)| file);
    for (values, place) in [(from_variables, "the environment"), (from_file, file_name)] {
        let typed = tokens(chosen, &values, &taken, place)?;
        let line: Vec<OsString> = arguments[..head].iter().cloned().chain(typed.iter().map(OsString::from)).collect();
        relaxed(command).try_get_matches_from(line).map_err(|error| bad_value(place, &error))?;
        for name in values.keys().filter(|name| find(chosen, name).is_some() && !taken.contains(*name)) {
            let origin = if place == file_name { place.to_owned() } else { variable(name) };
            origins.insert(name.clone(), origin);
        }
        taken.extend(values.into_keys());
        told.splice(0..0, typed);
    }
    let line = arguments[..head].iter().cloned().chain(told.into_iter().map(OsString::from));
    let matches =
        command.clone().try_get_matches_from(line.chain(arguments[head.min(arguments.len())..].iter().cloned()))?;
    Ok(Read { matches, origins })
}

/// The value of `--config`, which has to be known before the rest can be read.
pub fn config_file(arguments: &[OsString], variables: &[(String, String)]) -> Option<String> {
    let texts: Vec<&str> =
        arguments.iter().filter_map(|argument| argument.to_str()).take_while(|text| *text != "--").collect();
    let joined = texts.iter().rev().find_map(|text| text.strip_prefix("--config="));
    let apart = texts.windows(2).rev().find(|pair| pair[0] == "--config").map(|pair| pair[1]);
    let variable = variables.iter().find(|(name, _)| name == "TICKCAST_CONFIG").map(|(_, value)| value.as_str());
    joined.or(apart).or(variable).map(str::to_owned)
}

/// What is in force, as TOML that can be a settings file, each with where it comes from.
pub fn print(command: &Command, read: &Read) -> String {
    let named = read.matches.subcommand();
    let (chosen, matches) = match named {
        Some((name, matches)) => (command.find_subcommand(name).unwrap_or(command), matches),
        None => (command, &read.matches),
    };
    let mut out = String::new();
    for arg in settings(chosen) {
        let (Some(name), id) = (arg.get_long(), arg.get_id().as_str()) else { continue };
        let is_default = matches.value_source(id) != Some(ValueSource::CommandLine);
        let origin = if is_default { "default" } else { read.origins.get(name).map_or("flag", String::as_str) };
        let values: Vec<String> =
            matches.get_raw(id).into_iter().flatten().map(|value| value.to_string_lossy().into_owned()).collect();
        let value = match (&*values, takes_many(arg)) {
            ([], _) => None,
            (values, true) => {
                Some(format!("[{}]", values.iter().map(|value| toml_value(value)).collect::<Vec<_>>().join(", ")))
            }
            ([value, ..], false) => Some(toml_value(value)),
        };
        let written = match value {
            _ if SECRETS.contains(&name) && !is_default => writeln!(out, "# {name} is a secret # {origin}"),
            Some(value) => writeln!(out, "{name} = {value} # {origin}"),
            None => writeln!(out, "# {name} is not set"),
        };
        written.expect("invariant: a string takes all that is written");
    }
    out
}

fn toml_value(text: &str) -> String {
    let is_bare = text.parse::<i64>().is_ok() || matches!(text, "true" | "false");
    if is_bare { text.to_owned() } else { toml::Value::String(text.to_owned()).to_string() }
}

fn variable(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('-', "_").to_ascii_uppercase())
}

fn settings(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| arg.get_long().is_some_and(|long| !NOT_KEPT.contains(&long)))
}

fn known(command: &Command) -> BTreeSet<String> {
    let all = std::iter::once(command).chain(command.get_subcommands()).flat_map(settings);
    all.filter_map(Arg::get_long).map(str::to_owned).collect()
}

fn find<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    settings(command).find(|arg| arg.get_long() == Some(name))
}

fn takes_many(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

/// The same command, in which nothing is missing.
fn relaxed(command: &Command) -> Command {
    let lenient = |command: Command| command.mut_args(|arg| arg.required(false));
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    names.into_iter().fold(lenient(command.clone()), |command, name| command.mut_subcommand(name, lenient))
}

/// The settings that the arguments give, with those that contradict them.
fn given(
    command: &Command,
    arguments: &[OsString],
    named: Option<&Command>,
) -> Result<BTreeSet<String>, SettingsError> {
    let matches = command.clone().try_get_matches_from(arguments)?;
    let matches = matches.subcommand().map_or(&matches, |(_, matches)| matches);
    let chosen = named.unwrap_or(command);
    let mut names = BTreeSet::new();
    // Conflicts are known to a command that was built.
    let mut built = chosen.clone();
    built.build();
    for arg in settings(&built) {
        if matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine) {
            let others = built.get_arg_conflicts_with(arg);
            names.extend(others.into_iter().chain([arg]).filter_map(Arg::get_long).map(str::to_owned));
        }
    }
    Ok(names)
}

fn of_file(file: &str, text: &str, known: &BTreeSet<String>) -> Result<Values, SettingsError> {
    let table: toml::Table =
        toml::from_str(text).map_err(|source| SettingsError::NotToml { file: file.to_owned(), source })?;
    let mut values = Values::new();
    for (key, value) in table {
        let name = key.replace('_', "-");
        if !known.contains(&name) {
            return Err(unknown(file, &key, &nearest(&name, known, 0.0)));
        }
        let all = match value {
            toml::Value::Array(all) => all,
            one => vec![one],
        };
        let texts = all.iter().map(|value| text_of(file, &name, value)).collect::<Result<Vec<_>, _>>()?;
        values.insert(name, texts);
    }
    Ok(values)
}

/// `true` is the flag alone and `false` its absence, said by no value at all.
fn text_of(place: &str, name: &str, value: &toml::Value) -> Result<Option<String>, SettingsError> {
    let bad = |is| {
        let remedy = "settings are texts, numbers, true, false, or lists of these";
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

fn of_variables(
    variables: &[(String, String)],
    chosen: &Command,
    known: &BTreeSet<String>,
) -> Result<Values, SettingsError> {
    let mut values = Values::new();
    for (variable, value) in variables {
        let Some(rest) = variable.strip_prefix(PREFIX) else { continue };
        let name = rest.to_ascii_lowercase().replace('_', "-");
        if NO_FLAGS.contains(&&*name) || NOT_KEPT.contains(&&*name) {
            continue;
        }
        if !known.contains(&name) {
            let nearest = nearest(&name, known, SLIP);
            // What is like no setting is somebody else's.
            if nearest.is_empty() {
                continue;
            }
            let nearest = self::variable(&nearest);
            return Err(unknown("the environment", variable, &nearest));
        }
        let many = find(chosen, &name).is_some_and(takes_many);
        let texts = if many { value.split(',').map(str::trim).collect() } else { vec![value.as_str()] };
        let text = |text: &str| if text == "true" { None } else { Some(text.to_owned()) };
        values.insert(name, texts.into_iter().map(text).collect());
    }
    Ok(values)
}

/// What one would type for these values, without those that are `taken`.
fn tokens(
    chosen: &Command,
    values: &Values,
    taken: &BTreeSet<String>,
    place: &str,
) -> Result<Vec<String>, SettingsError> {
    let mut typed = Vec::new();
    for (name, texts) in values.iter().filter(|(name, _)| !taken.contains(*name)) {
        let Some(arg) = find(chosen, name) else { continue };
        let takes_value = arg.get_action().takes_values();
        for text in texts {
            match text.as_deref() {
                None => typed.push(format!("--{name}")),
                Some("false") if !takes_value || arg.get_num_args().is_some_and(|range| range.min_values() == 0) => {}
                Some(text) if takes_value => typed.push(format!("--{name}={text}")),
                Some(_) => {
                    let (place, name) = (place.to_owned(), name.clone());
                    return Err(SettingsError::BadKind { place, name, is: "a value", remedy: "it is true or false" });
                }
            }
        }
    }
    Ok(typed)
}

fn nearest(name: &str, known: &BTreeSet<String>, least: f64) -> String {
    let alike = known.iter().map(|other| (strsim::jaro_winkler(name, other), other));
    let best = alike.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(alike, _)| *alike >= least).map(|(_, other)| other.clone()).unwrap_or_default()
}

fn unknown(place: &str, name: &str, nearest: &str) -> SettingsError {
    let nearest = if nearest.is_empty() { String::new() } else { format!("; did you mean \"{nearest}\"?") };
    SettingsError::Unknown { place: place.to_owned(), name: name.to_owned(), nearest }
}

/// The first line of what clap says: the rest is about typing.
fn bad_value(place: &str, error: &clap::Error) -> SettingsError {
    let text = error.to_string();
    let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    SettingsError::BadValue { place: place.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    fn read_all(line: &str, variables: &[(&str, &str)], file: Option<&str>) -> Result<String, String> {
        let command = Cli::command();
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        let variables: Vec<(String, String)> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let around = Surroundings { variables: &variables, file: file.map(|text| ("tickcast.toml", text)) };
        let read = read(&command, &arguments, &around).map_err(|error| error.to_string())?;
        Ok(print(&command, &read))
    }

    #[track_caller]
    fn check(line: &str, variables: &[(&str, &str)], file: &str, expected: &[&str]) {
        let printed = read_all(line, variables, Some(file)).unwrap();
        for line in expected {
            assert!(printed.lines().any(|printed| printed == *line), "no {line} in\n{printed}");
        }
    }

    #[test]
    fn a_flag_goes_before_a_variable_before_the_file_before_the_default() {
        let file = "seed = 1\nspeed = \"2x\"\nmax_sessions = 10\n";
        let variables = [("TICKCAST_SEED", "2"), ("TICKCAST_SPEED", "3x"), ("TICKCAST_LOG", "debug"), ("HOME", "x")];
        check(
            "tickcast --seed 3",
            &variables,
            file,
            &[
                "seed = 3 # flag",
                "speed = \"3x\" # TICKCAST_SPEED",
                "max-sessions = 10 # tickcast.toml",
                "bars = 5000 # default",
            ],
        );
    }

    #[test]
    fn a_flag_puts_away_what_contradicts_it() {
        check(
            "tickcast --token-file f",
            &[("TICKCAST_TOKEN", "presenter-0123456789")],
            "",
            &["token-file = \"f\" # flag", "# token is not set"],
        );
        check("tickcast --day 10s", &[], "speed = \"2x\"", &["# speed is not set"]);
    }

    #[test]
    fn flags_without_a_value_are_true_or_false_and_lists_are_repeated() {
        let file = "paused = true\nloop = false\ntoken = true\nallow-origin = [\"https://a.example\", \"https://b.example\"]\n";
        check(
            "tickcast replay f.csv",
            &[("TICKCAST_TRUST_PROXY", "127.0.0.1, ::1")],
            file,
            &[
                "paused = true # tickcast.toml",
                "loop = false # default",
                "# token is a secret # tickcast.toml",
                "allow-origin = [\"https://a.example\", \"https://b.example\"] # tickcast.toml",
                "trust-proxy = [\"127.0.0.1\", \"::1\"] # TICKCAST_TRUST_PROXY",
            ],
        );
    }

    #[test]
    fn what_is_for_another_subcommand_is_passed_over() {
        check(
            "tickcast replay f.csv",
            &[("TICKCAST_SEED", "7")],
            "full = true\nseed = 7\n",
            &["full = true # tickcast.toml"],
        );
        check("tickcast", &[], "full = true\n", &["max-ticks = 65536 # default"]);
    }

    #[test]
    fn what_is_printed_reads_as_what_was_read() {
        let line = "tickcast replay f.csv --speed 60x --tz America/New_York --allow-origin https://a.example";
        let printed = read_all(line, &[], None).unwrap();
        let again = read_all("tickcast replay f.csv", &[], Some(&printed)).unwrap();
        let values =
            |text: &str| text.lines().map(|line| line.split(" # ").next().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(values(&printed), values(&again));
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_place_and_the_nearest_name() {
        let check = |variables: &[(&str, &str)], file: &str, says: &[&str]| {
            let error = read_all("tickcast", variables, Some(file)).unwrap_err();
            assert!(says.iter().all(|part| error.contains(part)), "{error}");
        };
        check(&[], "bnid = 1", &["tickcast.toml", "\"bnid\"", "\"bind\""]);
        check(&[("TICKCAST_MAX_SESSION", "1")], "", &["TICKCAST_MAX_SESSION\"", "\"TICKCAST_MAX_SESSIONS\""]);
        check(&[], "bind = ", &["tickcast.toml is not TOML", "line 1"]);
        check(&[], "bind = \"nowhere\"", &["tickcast.toml", "nowhere", "--bind"]);
        check(&[("TICKCAST_BIND", "nowhere")], "", &["the environment", "nowhere", "--bind"]);
        check(&[], "[server]\nbind = 1", &["tickcast.toml", "\"server\""]);
        check(&[], "[bind]\nport = 1", &["\"bind\" is a table"]);
        check(&[], "shuffle = 1\n", &["no setting \"shuffle\""]);
        let error = read_all("tickcast replay f.csv", &[("TICKCAST_PAUSED", "maybe")], None).unwrap_err();
        assert!(error.contains("\"paused\" is a value; it is true or false"), "{error}");
    }

    #[test]
    fn the_file_is_named_by_flag_or_variable() {
        let check = |line: &str, variable: Option<&str>, expected: Option<&str>| {
            let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            let variables: Vec<_> =
                variable.map(|file| ("TICKCAST_CONFIG".to_owned(), file.to_owned())).into_iter().collect();
            assert_eq!(config_file(&arguments, &variables).as_deref(), expected, "{line}");
        };
        check("tickcast", None, None);
        check("tickcast --config a.toml", None, Some("a.toml"));
        check("tickcast replay --config=a.toml f", Some("b.toml"), Some("a.toml"));
        check("tickcast", Some("b.toml"), Some("b.toml"));
        check("tickcast replay -- --config a.toml", None, None);
    }
}
