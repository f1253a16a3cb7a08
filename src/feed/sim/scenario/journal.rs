//! The journal of a session: a script with every scenario, written before the scenario happens.
//!
//! A journal also has the market's settings, so playing it makes the same ticks again.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{SecondsFormat, TimeZone as _, Utc};
use humantime::format_duration;

use super::scheduled::ScheduledScenario;
use super::spec::first_second;
use crate::feed::sim::model::hours::Hours;
use crate::market::Timestamp;

/// The settings of the market that a journal belongs to.
#[derive(Clone, Copy, Debug)]
pub struct JournalHeader {
    pub seed: u64,
    pub start: Timestamp,
    pub symbols: usize,
    pub hours: Hours,
}

/// An error of a journal that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error(
        "the journal {} cannot be written: {reason}; check that the folder exists and the disk has space",
        path.display()
    )]
    Write { path: PathBuf, reason: io::Error },
    #[error("the journal {} exists; choose another name, or replace it with --overwrite", .0.display())]
    Exists(PathBuf),
}

/// A file that `--script` plays again. It is complete after each entry.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    start: Timestamp,
}

impl Journal {
    /// Creates the file at `path`, with the scenarios that are known from the start. A file that exists is replaced if
    /// `overwrite` is true.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(
        path: &Path,
        overwrite: bool,
        header: &JournalHeader,
        scenarios: &[ScheduledScenario],
    ) -> Result<Self, JournalError> {
        // A device or a pipe stays what it is.
        let replaces = overwrite || path.metadata().is_ok_and(|facts| !facts.is_file());
        let file = if replaces { File::create(path) } else { File::create_new(path) };
        let file = file.map_err(|reason| match reason.kind() {
            io::ErrorKind::AlreadyExists => JournalError::Exists(path.to_owned()),
            _ => JournalError::Write { path: path.to_owned(), reason },
        })?;
        let mut journal = Self { path: path.to_owned(), file, start: header.start };
        journal.write(&(header_text(header) + &entries_text(header.start, scenarios)))?;
        Ok(journal)
    }

    /// Adds a scenario.
    ///
    /// # Errors
    /// When it cannot be written. The file may then end with a part of the entry.
    pub fn add(&mut self, scenario: &ScheduledScenario) -> Result<(), JournalError> {
        self.write(&entries_text(self.start, std::slice::from_ref(scenario)))
    }

    fn write(&mut self, text: &str) -> Result<(), JournalError> {
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|reason| JournalError::Write { path: self.path.clone(), reason })
    }
}

#[cfg(test)]
impl Journal {
    /// Returns a journal to whose file, which is there, nothing can be written.
    pub fn read_only(path: &Path, start: Timestamp) -> Self {
        Self { path: path.to_owned(), file: File::open(path).expect("the file is there"), start }
    }
}

fn header_text(header: &JournalHeader) -> String {
    let JournalHeader { seed, start, symbols, hours } = header;
    let start = Utc.timestamp_nanos(start.0).to_rfc3339_opts(SecondsFormat::AutoSi, true);
    format!(
        "# A session of the simulated market. Play it with --script for the same ticks again.\n\n\
         [market]\nseed = {seed}\nstart = {start}\nsymbols = {symbols}\nhours = \"{hours}\"\n"
    )
}

/// Returns scenarios of a market that begins at `start` as entries of a script.
fn entries_text(start: Timestamp, scenarios: &[ScheduledScenario]) -> String {
    let first = first_second(start);
    let entry = |scheduled: &ScheduledScenario| {
        let ScheduledScenario { scenario, target, start, strength, duration } = scheduled;
        let after = format_duration(Duration::from_nanos((start.0 - first.0).unsigned_abs()));
        let duration = format_duration(*duration);
        // A symbol may hold any character, so its text is quoted as TOML does.
        let target = toml::Value::String(target.to_string());
        format!(
            "\n[[scenario]]\nat = \"{after}\"\nname = \"{scenario}\"\ntarget = {target}\n\
             strength = {strength:?}\nduration = \"{duration}\"\n"
        )
    };
    scenarios.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::feed::sim::scenario::script::Script;
    use crate::feed::sim::scenario::spec::ScenarioSpec;
    use crate::feed::sim::scenario::target::Target;

    #[test]
    fn journal_is_read_back_as_it_was() {
        let start = Timestamp(1_704_724_200_123_456_789);
        let header = JournalHeader { seed: u64::MAX, start, symbols: 40, hours: Hours::Always };
        let specs = ["crash@30s:AAPL,strength=-0.1,duration=1m 30s", "quiet@2m", "news@0s:energy", "halt@36h 1ms"];
        let specs = specs.map(|text| text.parse::<ScenarioSpec>().unwrap());
        let mut scenarios: Vec<_> = specs.iter().flat_map(|spec| spec.schedule(start)).collect();
        scenarios[0].target = Target::Symbol("a \"quoted\"\nname".into());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session.toml");
        let mut journal = Journal::create(&path, false, &header, &scenarios[..2]).unwrap();
        scenarios[2..].iter().for_each(|scenario| journal.add(scenario).unwrap());
        let script = Script::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let market = &script.market;
        assert_eq!((market.seed, market.start, market.symbols), (Some(u64::MAX), Some(start), Some(40)));
        let again: Vec<_> = script.scenarios.iter().flat_map(|spec| spec.schedule(start)).collect();
        assert_eq!(again, scenarios);
    }

    #[test]
    fn journal_that_exists_is_replaced_on_request_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session.toml");
        fs::write(&path, "precious").unwrap();
        let header = JournalHeader { seed: 1, start: Timestamp(0), symbols: 40, hours: Hours::Always };
        let error = Journal::create(&path, false, &header, &[]).unwrap_err().to_string();
        assert!(error.contains("session.toml") && error.contains("--overwrite"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        Journal::create(&path, true, &header, &[]).unwrap();
        assert!(fs::read_to_string(&path).unwrap().contains("[market]"));
    }
}
