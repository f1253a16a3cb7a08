//! Settings from all sources together.

use clap::CommandFactory as _;

use super::*;
use crate::cli::Cli;

fn read_all(line: &str, variables: &[(&str, &str)], file: Option<&str>) -> Result<String, String> {
    let command = Cli::command();
    let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
    let variables: Vec<(String, String)> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let sources = Sources { variables: &variables, file: file.map(|text| ("tickcast.toml", text)) };
    // As the program prints it, with the causes.
    let settings = read(&command, &arguments, &sources).map_err(|error| format!("{:#}", anyhow::Error::from(error)))?;
    Ok(print(&command, &settings))
}

#[track_caller]
fn check(line: &str, variables: &[(&str, &str)], file: &str, expected: &[&str]) {
    let printed = read_all(line, variables, Some(file)).unwrap();
    for line in expected {
        assert!(printed.lines().any(|printed| printed == *line), "no {line} in\n{printed}");
    }
}

#[test]
fn flags_win_over_variables_over_file_over_defaults() {
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
fn flags_remove_conflicting_settings() {
    check(
        "tickcast --token-file f",
        &[("TICKCAST_TOKEN", "presenter-0123456789")],
        "",
        &["token-file = \"f\" # flag", "# token is not set"],
    );
    check("tickcast --day 10s", &[], "speed = \"2x\"", &["# speed is not set"]);
}

#[test]
fn switches_are_true_or_false_and_lists_repeat() {
    let file =
        "paused = true\nloop = false\ntoken = true\nallow-origin = [\"https://a.example\", \"https://b.example\"]\n";
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
fn settings_of_another_command_are_skipped() {
    check(
        "tickcast replay f.csv",
        &[("TICKCAST_SEED", "7")],
        "full = true\nseed = 7\n",
        &["full = true # tickcast.toml"],
    );
    check("tickcast", &[], "full = true\n", &["max-history = 50000 # default"]);
}

#[test]
fn printed_settings_read_back_as_the_same() {
    let line = "tickcast replay f.csv --speed 60x --tz America/New_York --allow-origin https://a.example";
    let printed = read_all(line, &[], None).unwrap();
    let again = read_all("tickcast replay f.csv", &[], Some(&printed)).unwrap();
    let values = |text: &str| text.lines().map(|line| line.split(" # ").next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(values(&printed), values(&again));
}

#[test]
fn bad_settings_are_errors_with_place_and_nearest_name() {
    let check = |variables: &[(&str, &str)], file: &str, expected: &[&str]| {
        let error = read_all("tickcast", variables, Some(file)).unwrap_err();
        assert!(expected.iter().all(|part| error.contains(part)), "{error}");
    };
    check(&[], "seed = 1\nbnid = 1", &["tickcast.toml, line 2:", "\"bnid\"", "\"bind\""]);
    check(&[("TICKCAST_MAX_SESSION", "1")], "", &["TICKCAST_MAX_SESSION\"", "\"TICKCAST_MAX_SESSIONS\""]);
    check(&[], "bind = ", &["tickcast.toml is not TOML", "line 1, column 8"]);
    check(&[], "seed = 1\nspeed =\n", &["tickcast.toml is not TOML", "line 2, column 8"]);
    check(&[], "seed = 1\n\nbind = \"nowhere\"", &["tickcast.toml, line 3:", "nowhere", "--bind"]);
    check(&[], "seed = 1\nmax_sessions = -1\n", &["tickcast.toml, line 2:", "-1", "--max-sessions"]);
    check(&[], "day = \"10m\"\nspeed = \"2x\"\n", &["tickcast.toml:", "--day", "--speed"]);
    check(&[("TICKCAST_BIND", "nowhere")], "", &["the environment, TICKCAST_BIND:", "nowhere", "--bind"]);
    check(&[], "[server]\nbind = 1", &["tickcast.toml", "\"server\""]);
    check(&[], "[bind]\nport = 1", &["tickcast.toml, line 1:", "\"bind\" is a table"]);
    check(&[], "shuffle = 1\n", &["no setting \"shuffle\""]);
    let error = read_all("tickcast replay f.csv", &[("TICKCAST_PAUSED", "maybe")], None).unwrap_err();
    assert!(error.contains("TICKCAST_PAUSED: \"paused\" is a value; use true or false"), "{error}");
    let error = read_all("tickcast replay f.csv", &[], Some("full = true\npaused = \"maybe\"\n")).unwrap_err();
    assert!(error.contains("tickcast.toml, line 2: \"paused\" is a value; use true or false"), "{error}");
}

#[test]
fn settings_file_is_named_by_flag_or_variable() {
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
