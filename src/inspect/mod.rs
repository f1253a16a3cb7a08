//! `tickcast inspect`: reports the detected form of files, as a table for people or as JSON for programs.
//!
//! It reads files as a replay does, and plays nothing.

mod json;
mod progress;
mod table;
#[cfg(test)]
mod tests;
mod why;

use std::path::PathBuf;

use crate::feed::replay::{self, Entry, FileReport, ReplayConfig, ReplayError};

pub use json::utc;
pub use progress::ProgressLine;

/// The rows of a file that a report has as text.
const SAMPLE_ROWS: usize = 20;

/// The files to inspect, and the form of the report.
#[derive(Clone, Debug)]
pub struct InspectConfig {
    /// Files, folders and patterns.
    pub files: Vec<PathBuf>,
    /// Reports one line of JSON for each file, instead of a table.
    pub json: bool,
    /// Adds the evidence for each column to the table.
    pub why: bool,
    pub replay: ReplayConfig,
}

/// Inspects each file and prints its report through `print`. Returns true if all files can be played.
pub fn run(config: &InspectConfig, mut print: impl FnMut(&str)) -> bool {
    let entries = match replay::entries(&config.files, &config.replay) {
        Ok(entries) => entries,
        Err(error) => {
            print_report(config, &error.file.to_string_lossy(), None, Err(&error), &mut print);
            return false;
        }
    };
    let mut all_play = true;
    let mut progress = ProgressLine::on_terminal();
    let reports =
        replay::inspect_all(&entries, &config.replay, &mut |entry, done, total| progress.show(entry, done, total));
    progress.clear();
    for (entry, report) in entries.iter().zip(&reports) {
        all_play &= report.is_ok();
        let member = entry.member.as_ref().map(|member| member.name.as_str());
        print_report(config, &entry.file_name(), member, report.as_ref(), &mut print);
        if config.why
            && let Ok(evidence) = replay::explain(entry, &config.replay)
        {
            why::lines(&evidence).iter().for_each(|line| print(line));
        }
    }
    all_play
}

/// Reports on entries that play together as one JSON value, with the beginning of each as text. The list `files` has
/// what `tickcast inspect --json` prints of each file.
pub fn report(entries: &[Entry], config: &ReplayConfig) -> String {
    let reports = replay::inspect_all(entries, config, &mut |_, _, _| {});
    let line = |(entry, report): (&Entry, &Result<FileReport, ReplayError>)| {
        let member = entry.member.as_ref().map(|member| member.name.as_str());
        // What cannot even be read as text is in the report.
        let first = replay::first_rows(entry, config, SAMPLE_ROWS).unwrap_or_default();
        json::line(&entry.file_name(), member, report.as_ref(), Some(&first))
    };
    let lines: Vec<_> = entries.iter().zip(&reports).map(line).collect();
    format!("{{\"files\":[{}]}}", lines.join(","))
}

fn print_report(
    config: &InspectConfig,
    file: &str,
    member: Option<&str>,
    report: Result<&FileReport, &ReplayError>,
    print: &mut impl FnMut(&str),
) {
    if config.json {
        print(&json::line(file, member, report, None));
        return;
    }
    match report {
        Ok(report) => table::lines(report).iter().for_each(|line| print(line)),
        Err(error) => print(&format!("{error}\n  cannot be played")),
    }
    print("");
}
