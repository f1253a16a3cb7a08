//! Sizes with a sign, and sizes that are the total of the day so far.

use std::collections::HashMap;

use super::row_kinds::Refiner;
use super::words::{Word, Words};
use crate::feed::replay::parse::times::NANOS_PER_DAY;
use crate::feed::replay::schema::layout::TickColumns;

/// The rises of a size that never falls within a day, from which on it is the total of the day.
const MIN_RISES: usize = 5;
/// Parts of names of a size that is the total of the day.
const TOTAL_NAMES: [&str; 8] = ["cum", "acc", "total", "ttl", "tot", "today", "day", "累计"];

impl Refiner<'_> {
    /// Finds out what sizes mean: those of sales may be negative, and all may be totals of the day so far.
    pub(super) fn sizes(&mut self, columns: &mut TickColumns) {
        let Some(size) = columns.size else { return };
        let profile = &self.profiles[size];
        let name = self.table.column_name(size);
        // A single -1 stands for no size more often than for a sale.
        let has_sales = profile.values().any(|value| value < 0.0 && value != -1.0);
        if has_sales && profile.max() > 0.0 {
            columns.is_size_signed = true;
            let why = "it has numbers of both signs";
            self.assume(format!("a negative `{name}` is that of a sale"), why, "--columns");
            return;
        }
        if profile.name == "day_volume" {
            columns.is_size_total = true;
            return;
        }
        let (rises, falls) = self.steps_of_day(size);
        let lower = profile.name.to_lowercase();
        let words = Words::of(&profile.name);
        let is_volume = words.has(Word::Volume) && !words.has(Word::Size);
        let has_quotes = columns.bid.or(columns.ask).is_some();
        let is_named = TOTAL_NAMES.iter().any(|part| lower.contains(part));
        let is_total = is_named && rises > 0 || is_volume && has_quotes && rises >= MIN_RISES;
        if lower == "size" || falls > 0 || rises == 0 || !is_named && !is_volume {
            return;
        }
        if is_total {
            columns.is_size_total = true;
            let why = "it never falls within a day, so a trade has what it gained";
            self.assume(format!("`{name}` is the volume of the day so far"), why, "--columns size=");
        } else {
            let why = "it never falls, so it may be that of the day so far";
            self.assume(format!("`{name}` is the size of each trade"), why, "--columns day_volume=");
        }
    }

    /// Counts the rises and falls of a column from row to row of one symbol and day.
    fn steps_of_day(&self, column: usize) -> (usize, usize) {
        let mut last: HashMap<(&str, i64), f64> = HashMap::new();
        let (mut rises, mut falls) = (0, 0);
        for ((time, symbol), value) in self.moments().zip(&self.profiles[column].numbers) {
            let (Some(time), Some(value)) = (self.time.format.parse(time[0]), *value) else { continue };
            let day = time.ts.0.div_euclid(NANOS_PER_DAY);
            if let Some(before) = last.insert((symbol, day), value) {
                rises += usize::from(value > before);
                falls += usize::from(value < before);
            }
        }
        (rises, falls)
    }
}
