//! Neighbours differ by less than a factor of ten.

use super::far_apart;
use super::sample::{PlayedSample, float, shown};
use crate::feed::replay::schema::{FileKind, Warning, WarningCode};

const FACTOR: f64 = 10.0;
/// Rows of a symbol that tell nothing of what is usual.
const FEW_ROWS: usize = 3;

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    if sample.layout().kind == FileKind::Book || far_apart::check(sample).is_some() {
        return None;
    }
    sample.symbols.iter().filter(|(_, parts)| parts.len() >= FEW_ROWS).find_map(|(symbol, parts)| {
        let priced: Vec<_> = parts.iter().filter_map(|part| Some((part, part.price?))).collect();
        let is_jump = |a: f64, b: f64| a > 0.0 && b > 0.0 && (a / b > FACTOR || b / a > FACTOR);
        let pair = priced.windows(2).find(|pair| is_jump(float(pair[0].1), float(pair[1].1)))?;
        let (before, after) = (pair[0].1, pair[1].1);
        Some(Warning {
            code: WarningCode::PriceJump,
            what: format!("the price of {} goes from {before} to {after} in one step", shown(symbol)),
            lines: sample.lines([pair[0].0, pair[1].0]),
            played: format!("one instrument, {}", shown(symbol)),
            other: "several instruments, another scale, or a cell that is no price".into(),
            flag: "--columns symbol=NAME, or price=NAME".into(),
        })
    })
}
