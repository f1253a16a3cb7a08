//! Commands to the feed: the same members in a `drive` message and in the body of `POST /api/v1/feed`.

use serde::Deserialize;
use serde_json::{Map, Value};
use strum::VariantArray;

use super::errors::{ApiError, echo};
use crate::control::{Command, LoadRequest, ScenarioRequest, SeekTarget, Speed, Step, TimestampMode};
use crate::market::Timestamp;

/// A remedy: the commands, and an example of one.
const EXAMPLE: &str = "the commands are play, pause, step, speed, seek, loop, skip_dead_time, timestamps, scenario \
                       and load, \
                       as in {\"command\":\"speed\",\"speed\":60}";
/// A remedy: an example of a scenario.
const SCENARIO: &str = "send a scenario as in \
                        {\"command\":\"scenario\",\"name\":\"crash\",\"on\":\"AAPL\",\"strength\":1,\"seconds\":60}; \
                        GET /api/v1/scenarios lists all of them";
/// A remedy: the targets of a seek.
const SEEK: &str = "send one of \"time\" (microseconds since 1970, or \"2024-01-31T15:00:00Z\"), \
                    \"percent\" (0 to 100) and \"by\" (seconds forward, or back if negative)";
/// A remedy: an example of a load.
const LOAD: &str = "send a load as in {\"command\":\"load\",\"feeds\":[\"library/trades.csv\"],\"settings\":{\"tz\":\"UTC\"}}; \
                    GET /api/v1/feeds lists the feeds";
/// A remedy: an example of an inspection.
const INSPECT: &str =
    "send JSON such as {\"feeds\":[\"upload/1\"],\"settings\":{\"tz\":\"UTC\"}}; GET /api/v1/feeds lists the feeds";
/// The percentage of a step to the next big move, if the command has none.
const BIG_MOVE_PERCENT: f64 = 1.0;

/// The members of all commands.
#[derive(Deserialize)]
struct CommandMembers {
    command: Option<String>,
    speed: Option<Value>,
    to: Option<String>,
    interval: Option<String>,
    symbol: Option<String>,
    percent: Option<f64>,
    time: Option<Value>,
    by: Option<f64>,
    timestamps: Option<String>,
    /// A switch's state, or a scenario's target.
    on: Option<Value>,
    name: Option<String>,
    strength: Option<f64>,
    seconds: Option<f64>,
    feeds: Option<Vec<String>>,
    settings: Option<Map<String, Value>>,
    paused: Option<bool>,
}

/// Reads the body of `POST /api/v1/feed`.
///
/// # Errors
/// If it is not JSON, or not a command.
pub fn parse_command(text: &str) -> Result<Command, ApiError> {
    let value = serde_json::from_str(text).map_err(|_| ApiError::bad_json(text, EXAMPLE))?;
    read_command(value)
}

/// Reads a command.
///
/// # Errors
/// If a member is missing or wrong.
pub fn read_command(value: Value) -> Result<Command, ApiError> {
    let members: CommandMembers =
        serde_json::from_value(value).map_err(|error| ApiError::wrong_type(&error, EXAMPLE))?;
    match members.command.as_deref() {
        Some("play") => Ok(Command::Play),
        Some("pause") => Ok(Command::Pause),
        Some("step") => members.step().map(Command::Step),
        Some("speed") => members.speed().map(Command::Speed),
        Some("seek") => members.seek_target().map(Command::Seek),
        Some("loop") => members.switch("loop").map(Command::Loop),
        Some("timestamps") => members.timestamp_mode().map(Command::Timestamps),
        Some("skip_dead_time") => members.switch("skip_dead_time").map(Command::SkipDeadTime),
        Some("scenario") => members.scenario().map(Command::RunScenario),
        Some("load") => members.load().map(Command::Load),
        Some(other) => Err(ApiError::bad_message(format!("there is no command {}", echo(other)), EXAMPLE)),
        None => Err(ApiError::bad_message("`command` is missing", EXAMPLE)),
    }
}

/// The name of a command on the wire.
pub const fn command_name(command: &Command) -> &'static str {
    match command {
        Command::Play => "play",
        Command::Pause => "pause",
        Command::Step(_) => "step",
        Command::Speed(_) => "speed",
        Command::Seek(_) => "seek",
        Command::Loop(_) => "loop",
        Command::SkipDeadTime(_) => "skip_dead_time",
        Command::Timestamps(_) => "timestamps",
        Command::RunScenario(_) => "scenario",
        Command::Load(_) => "load",
    }
}

impl CommandMembers {
    fn speed(&self) -> Result<Speed, ApiError> {
        let speed = match &self.speed {
            Some(Value::String(text)) if text == "max" => Some(Speed::Max),
            Some(Value::Number(factor)) => factor.as_f64().and_then(Speed::times),
            _ => None,
        };
        speed.ok_or_else(|| {
            let remedy = "send a factor above 0, where 1 is real time, or \"max\", as in \"speed\":60";
            ApiError::bad_message("`speed` is not a speed", remedy)
        })
    }

    fn step(self) -> Result<Step, ApiError> {
        match self.to.as_deref().unwrap_or("event") {
            "event" => Ok(Step::Event),
            "bar" => {
                let label = self.interval.as_deref().unwrap_or("1m");
                label.parse().map(Step::Bar).map_err(|_| ApiError::unknown_interval(label))
            }
            "gap" => Ok(Step::Gap),
            "move" => {
                let percent = self.percent.unwrap_or(BIG_MOVE_PERCENT);
                if !(percent.is_finite() && percent > 0.0) {
                    let remedy = "send the size of the move, as in \"percent\":0.5";
                    return Err(ApiError::bad_message("`percent` is not above 0", remedy));
                }
                Ok(Step::Move { symbol: self.symbol, percent })
            }
            other => {
                let remedy = "a step goes to the next event, bar, gap or move, as in \"to\":\"bar\"";
                Err(ApiError::bad_message(format!("no step goes to {}", echo(other)), remedy))
            }
        }
    }

    fn seek_target(&self) -> Result<SeekTarget, ApiError> {
        let bad = |message: &str| ApiError::bad_message(message, SEEK);
        match (&self.time, self.percent, self.by) {
            (Some(time), None, None) => {
                read_time(time).map(SeekTarget::Time).ok_or_else(|| bad("`time` is not a time"))
            }
            (None, Some(percent), None) if (0.0..=100.0).contains(&percent) => Ok(SeekTarget::Percent(percent)),
            (None, Some(_), None) => Err(bad("`percent` is not from 0 to 100")),
            // A float beyond the range of i64 saturates in this cast.
            (None, None, Some(seconds)) if seconds.is_finite() => Ok(SeekTarget::By((seconds * 1e9) as i64)),
            (None, None, Some(_)) => Err(bad("`by` is not a number of seconds")),
            (None, None, None) => Err(bad("the target of the seek is missing")),
            _ => Err(bad("a seek has one target")),
        }
    }

    fn timestamp_mode(&self) -> Result<TimestampMode, ApiError> {
        let label = self.timestamps.as_deref().unwrap_or("");
        TimestampMode::VARIANTS.iter().copied().find(|mode| mode.label() == label).ok_or_else(|| {
            let remedy = "timestamps are original or shifted, as in \"timestamps\":\"shifted\"";
            ApiError::bad_message(format!("there are no timestamps {}", echo(label)), remedy)
        })
    }

    /// A scenario as requested. The feed checks its name and target.
    fn scenario(self) -> Result<ScenarioRequest, ApiError> {
        let on = match self.on {
            None => "all".to_owned(),
            Some(Value::String(on)) => on,
            Some(_) => return Err(ApiError::bad_message("`on` is not a string", SCENARIO)),
        };
        let scenario = self.name.ok_or_else(|| ApiError::bad_message("`name` is missing", SCENARIO))?;
        Ok(ScenarioRequest { scenario, on, strength: self.strength.unwrap_or(1.0), seconds: self.seconds })
    }

    /// The feeds as requested. Whoever opens them checks their ids and settings.
    fn load(self) -> Result<LoadRequest, ApiError> {
        let speed = self.speed.as_ref().map(|_| self.speed()).transpose()?;
        let feeds = self.feeds.filter(|feeds| !feeds.is_empty());
        let feeds = feeds.ok_or_else(|| ApiError::bad_message("`feeds` is missing or empty", LOAD))?;
        let settings = read_settings(self.settings.unwrap_or_default())?;
        Ok(LoadRequest { feeds, settings, speed, paused: self.paused.unwrap_or(false) })
    }

    fn switch(&self, command: &str) -> Result<bool, ApiError> {
        self.on.as_ref().and_then(Value::as_bool).ok_or_else(|| {
            let remedy = format!("send true or false, as in {{\"command\":\"{command}\",\"on\":true}}");
            ApiError::bad_message("`on` is not true or false", remedy)
        })
    }
}

/// Reads the body of `POST /api/v1/inspect`: the ids of feeds, and how they are to be read.
///
/// # Errors
/// If it is not JSON, or names no feed.
pub fn parse_inspect(text: &str) -> Result<(Vec<String>, Settings), ApiError> {
    let value = serde_json::from_str(text).map_err(|_| ApiError::bad_json(text, INSPECT))?;
    let members: CommandMembers =
        serde_json::from_value(value).map_err(|error| ApiError::wrong_type(&error, INSPECT))?;
    let feeds = members.feeds.filter(|feeds| !feeds.is_empty());
    let feeds = feeds.ok_or_else(|| ApiError::bad_message("`feeds` is missing or empty", INSPECT))?;
    Ok((feeds, read_settings(members.settings.unwrap_or_default())?))
}

/// Answers about the form of files: the names of flags, and their values.
type Settings = Vec<(String, String)>;

/// Reads answers about the form of files: the names of flags with underscores, and their values.
///
/// # Errors
/// If a value is not a text, a number or a truth value.
fn read_settings(settings: Map<String, Value>) -> Result<Settings, ApiError> {
    let read = |(name, value): (String, Value)| {
        let value = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(is_yes) => if is_yes { "yes" } else { "no" }.to_owned(),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                return Err(ApiError::bad_message(format!("the setting {} has no value", echo(&name)), LOAD));
            }
        };
        Ok((name.replace('_', "-"), value))
    };
    settings.into_iter().map(read).collect()
}

/// Reads a time: microseconds since 1970, or RFC 3339.
fn read_time(time: &Value) -> Option<Timestamp> {
    match time {
        Value::Number(micros) => micros.as_i64().map(Timestamp::from_micros),
        Value::String(text) => {
            let time = chrono::DateTime::parse_from_rfc3339(text).ok()?;
            time.timestamp_nanos_opt().map(Timestamp)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Interval;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, want: Command) {
        let command = parse_command(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert!(text.contains(&format!("\"command\":\"{}\"", command_name(&command))), "{text}");
        assert_eq!(command, want, "{text}");
    }

    #[test]
    fn command_is_read() {
        check(r#"{"command":"play"}"#, Command::Play);
        check(r#"{"command":"pause","type":"drive","id":1}"#, Command::Pause);
        check(r#"{"command":"speed","speed":0.1}"#, Command::Speed(Speed::Times(0.1)));
        check(r#"{"command":"speed","speed":"max"}"#, Command::Speed(Speed::Max));
        check(r#"{"command":"step"}"#, Command::Step(Step::Event));
        check(r#"{"command":"step","to":"bar"}"#, Command::Step(Step::Bar(Interval::M1)));
        check(r#"{"command":"step","to":"bar","interval":"1d"}"#, Command::Step(Step::Bar(Interval::D1)));
        check(r#"{"command":"step","to":"gap"}"#, Command::Step(Step::Gap));
        let step =
            |symbol: Option<&str>, percent| Command::Step(Step::Move { symbol: symbol.map(String::from), percent });
        check(r#"{"command":"step","to":"move"}"#, step(None, 1.0));
        check(r#"{"command":"step","to":"move","symbol":"A","percent":0.25}"#, step(Some("A"), 0.25));
        let seek = |target| Command::Seek(target);
        check(
            r#"{"command":"seek","time":1465862400000000}"#,
            seek(SeekTarget::Time(Timestamp::from_secs(1_465_862_400))),
        );
        let time = Timestamp(1_465_862_400_250_000_000);
        check(r#"{"command":"seek","time":"2016-06-14T02:00:00.25+02:00"}"#, seek(SeekTarget::Time(time)));
        check(r#"{"command":"seek","percent":37.5}"#, seek(SeekTarget::Percent(37.5)));
        check(r#"{"command":"seek","by":-1.5}"#, seek(SeekTarget::By(-1_500_000_000)));
        check(r#"{"command":"loop","on":false}"#, Command::Loop(false));
        check(r#"{"command":"skip_dead_time","on":true}"#, Command::SkipDeadTime(true));
        let scenario = |on: &str, strength, seconds| {
            Command::RunScenario(ScenarioRequest { scenario: "crash".into(), on: on.into(), strength, seconds })
        };
        check(r#"{"command":"scenario","name":"crash"}"#, scenario("all", 1.0, None));
        let text = r#"{"command":"scenario","name":"crash","on":"sector:energy","strength":-2,"seconds":60}"#;
        check(text, scenario("sector:energy", -2.0, Some(60.0)));
        let load = |feeds: &[&str], settings: &[(&str, &str)], speed, paused| {
            let feeds = feeds.iter().map(|id| (*id).to_owned()).collect();
            let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Command::Load(LoadRequest { feeds, settings, speed, paused })
        };
        check(r#"{"command":"load","feeds":["simulation"]}"#, load(&["simulation"], &[], None, false));
        check(
            r#"{"command":"load","feeds":["library/a.csv","upload/7"],"speed":"max","paused":true,"settings":{"price_scale":100,"header":true,"tz":"UTC"}}"#,
            load(
                &["library/a.csv", "upload/7"],
                &[("header", "yes"), ("price-scale", "100"), ("tz", "UTC")],
                Some(Speed::Max),
                true,
            ),
        );
        check(r#"{"command":"timestamps","timestamps":"shifted"}"#, Command::Timestamps(TimestampMode::Shifted));
    }

    #[test]
    fn bad_command_is_rejected_with_the_reason() {
        for (text, code, want) in [
            ("play", "bad_json", "is not JSON"),
            ("[]", "bad_message", "wrong type"),
            ("{}", "bad_message", "`command` is missing"),
            (r#"{"command":"rewind"}"#, "bad_message", "no command \"rewind\""),
            (r#"{"command":"speed"}"#, "bad_message", "`speed`"),
            (r#"{"command":"speed","speed":0}"#, "bad_message", "`speed`"),
            (r#"{"command":"speed","speed":-1}"#, "bad_message", "`speed`"),
            (r#"{"command":"speed","speed":"fast"}"#, "bad_message", "`speed`"),
            (r#"{"command":"step","to":"moon"}"#, "bad_message", "no step goes to \"moon\""),
            (r#"{"command":"step","to":"bar","interval":"2m"}"#, "bad_message", "no interval \"2m\""),
            (r#"{"command":"step","to":"move","percent":0}"#, "bad_message", "`percent`"),
            (r#"{"command":"seek"}"#, "bad_message", "target of the seek is missing"),
            (r#"{"command":"seek","time":1,"percent":1}"#, "bad_message", "a seek has one target"),
            (r#"{"command":"seek","time":"noon"}"#, "bad_message", "`time` is not a time"),
            (r#"{"command":"seek","percent":101}"#, "bad_message", "`percent` is not from 0 to 100"),
            (r#"{"command":"timestamps"}"#, "bad_message", "no timestamps \"\""),
            (r#"{"command":"loop"}"#, "bad_message", "`on` is not true or false"),
            (r#"{"command":"loop","on":"yes"}"#, "bad_message", "`on` is not true or false"),
            (r#"{"command":"scenario"}"#, "bad_message", "`name` is missing"),
            (r#"{"command":"scenario","name":"crash","on":true}"#, "bad_message", "`on` is not a string"),
            (r#"{"command":"load"}"#, "bad_message", "`feeds` is missing"),
            (r#"{"command":"load","feeds":[]}"#, "bad_message", "`feeds` is missing"),
            (r#"{"command":"load","feeds":"simulation"}"#, "bad_message", "wrong type"),
            (r#"{"command":"load","feeds":["simulation"],"speed":0}"#, "bad_message", "`speed`"),
            (r#"{"command":"load","feeds":["a"],"settings":{"tz":[]}}"#, "bad_message", "the setting \"tz\""),
            (r#"{"command":"scenario","name":"crash","strength":"much"}"#, "bad_message", "wrong type"),
        ] {
            let error = parse_command(text).unwrap_err();
            assert!(error.code.label() == code && error.message.contains(want), "{text}: {error:?}");
            assert!(!error.remedy.is_empty());
        }
    }

    proptest! {
        #[test]
        fn parse_command_never_panics(text in ".{0,200}", command in "[a-z_]{0,16}", number in any::<f64>()) {
            let _ = parse_command(&text);
            let value = serde_json::json!({
                "command":command,"speed":number,"percent":number,"to":text,"time":text,"on":true,
            });
            let _ = parse_command(&value.to_string());
        }
    }
}
