//! The shape of a day: when a class trades, how busily, and how much it moves.
//!
//! Stocks are busy at the open and the close and quiet at noon; what never closes follows the waking hours of
//! its people. The curves are means over real markets (docs/SIMULATION.md).

use libm::{exp, pow};

use super::hours::{CLOSE, DAY, Hours, OPEN, is_weekend};
use super::parameters::Model;
use crate::market::Timestamp;

/// The decay time of the volatility at the open, in seconds.
const OPEN_DECAY: f64 = 900.0;

/// An open second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pulse {
    /// Both 1 in the mean of a day; of `volatility` it is the mean square.
    pub activity: f64,
    pub volatility: f64,
    pub edge: Edge,
}

/// The auctions of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    Open,
    Close,
    Within,
}

/// The day of one class.
#[derive(Clone, Debug)]
pub struct Season {
    model: &'static Model,
    hours: Hours,
    /// The divisor of the raw curves.
    scale: (f64, f64),
}

impl Season {
    pub fn new(model: &'static Model, hours: Hours) -> Self {
        let mut season = Self { model, hours, scale: (1.0, 1.0) };
        let minutes: Vec<_> = (0..DAY / 60).filter_map(|minute| season.raw(minute * 60)).collect();
        let mean = |of: fn(&(f64, f64)) -> f64| minutes.iter().map(of).sum::<f64>() / minutes.len() as f64;
        season.scale = (mean(|m| m.0), mean(|m| m.1 * m.1).sqrt());
        season
    }

    /// True where its model trades in sessions.
    fn has_sessions(&self) -> bool {
        self.model.day < DAY as f64
    }

    /// The second that begins at `ts`; `None` while closed.
    pub fn at(&self, ts: Timestamp) -> Option<Pulse> {
        let second = ts.0.div_euclid(1_000_000_000);
        let (day, of_day) = (second.div_euclid(DAY), second.rem_euclid(DAY));
        let sessions = self.hours == Hours::Session || (self.hours == Hours::Market && self.has_sessions());
        if sessions && (is_weekend(day) || !(OPEN..CLOSE).contains(&of_day)) {
            return None;
        }
        let (activity, volatility) = self.raw(of_day)?;
        let edge = match of_day {
            OPEN if sessions => Edge::Open,
            _ if sessions && of_day == CLOSE - 1 => Edge::Close,
            _ => Edge::Within,
        };
        Some(Pulse { activity: activity / self.scale.0, volatility: volatility / self.scale.1, edge })
    }

    /// Activity and volatility before they are scaled; `None` where there is no such second in a day.
    fn raw(&self, of_day: i64) -> Option<(f64, f64)> {
        let in_session = (OPEN..CLOSE).contains(&of_day);
        let (curve, round) = (self.model.curve, !self.has_sessions());
        if !round && self.hours == Hours::Always {
            return Some((1.0, 1.0));
        }
        if !in_session && (!round || self.hours == Hours::Session) {
            return None;
        }
        let from = if round { 0 } else { OPEN };
        let share = (of_day - from) as f64 / self.model.day;
        let activity = interpolated(curve, share, round);
        let open = 1.0 + self.model.open_volatility * exp(-((of_day - from) as f64) / OPEN_DECAY);
        Some((activity, pow(activity, self.model.curve_power) * open))
    }
}

/// The curve at a share of the day, linear between the middles of its slices.
fn interpolated(curve: &[f64], share: f64, round: bool) -> f64 {
    let at = share * curve.len() as f64 - 0.5;
    let (below, weight) = (at.floor(), at - at.floor());
    let last = curve.len() as i64 - 1;
    let knot = |n: f64| {
        let n = n as i64;
        curve[if round { n.rem_euclid(last + 1) } else { n.clamp(0, last) } as usize]
    };
    knot(below) * (1.0 - weight) + knot(below + 1.0) * weight
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::AssetClass;

    /// Monday 2024-01-08.
    const MONDAY: i64 = 19_730 * DAY;

    fn at(class: AssetClass, hours: Hours, second: i64) -> Option<Pulse> {
        Season::new(Model::of(class), hours).at(Timestamp::from_secs(second))
    }

    #[test]
    fn hours_open_and_close_what_they_say() {
        let check = |hours, class, second, open| {
            assert_eq!(at(class, hours, second).is_some(), open, "{hours} {class:?} {second}")
        };
        let saturday = MONDAY - 2 * DAY;
        for (hours, stock_at_night, crypto_at_night, crypto_on_saturday) in [
            (Hours::Always, true, true, true),
            (Hours::Market, false, true, true),
            (Hours::Session, false, false, false),
        ] {
            check(hours, AssetClass::Stock, MONDAY + OPEN, true);
            check(hours, AssetClass::Stock, MONDAY + CLOSE - 1, true);
            check(hours, AssetClass::Stock, MONDAY + CLOSE, stock_at_night);
            check(hours, AssetClass::Stock, saturday + OPEN, stock_at_night);
            check(hours, AssetClass::Crypto, MONDAY, crypto_at_night);
            check(hours, AssetClass::Crypto, saturday + OPEN, crypto_on_saturday);
        }
    }

    #[test]
    fn means_over_a_day_are_one() {
        for class in [AssetClass::Stock, AssetClass::Crypto, AssetClass::Fx] {
            for hours in [Hours::Always, Hours::Market, Hours::Session] {
                let season = Season::new(Model::of(class), hours);
                let day: Vec<_> =
                    (0..DAY).step_by(30).filter_map(|s| season.at(Timestamp::from_secs(MONDAY + s))).collect();
                let n = day.len() as f64;
                let (activity, volatility) =
                    day.iter().fold((0.0, 0.0), |(a, v), p| (a + p.activity, v + p.volatility * p.volatility));
                assert!((activity / n - 1.0).abs() < 0.01 && (volatility / n - 1.0).abs() < 0.01, "{class:?} {hours}");
            }
        }
    }

    #[test]
    fn a_session_is_busy_at_its_ends_and_quiet_at_noon() {
        let pulse = |second| at(AssetClass::Stock, Hours::Market, MONDAY + second).unwrap();
        let (open, noon, close) = (pulse(OPEN), pulse(OPEN + 3 * 3_600), pulse(CLOSE - 1));
        assert!(open.activity > 1.8 * noon.activity && close.activity > 2.0 * noon.activity);
        assert!(open.volatility > 2.0 * noon.volatility && close.volatility < open.volatility);
        assert_eq!([open.edge, noon.edge, close.edge], [Edge::Open, Edge::Within, Edge::Close]);
    }
}
