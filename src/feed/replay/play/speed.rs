//! The speed at which people can watch a replay: some events a second, and never slower than real time.

use crate::control::Speed;
use crate::market::{Interval, Timestamp};

const BARS_A_SECOND: f64 = 4.0;
const TICKS_A_SECOND: f64 = 10.0;

/// The number of rows that are not bars, and the time that they span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TickRate {
    pub rows: u64,
    pub first: Timestamp,
    pub last: Timestamp,
}

/// Chooses a speed, and gives the reason. Where files have bars and ticks, it is the slower of the two.
pub fn watchable_speed(bars: Option<Interval>, ticks: Option<TickRate>) -> (Speed, String) {
    let bars = bars.map(speed_of_bars);
    let ticks = ticks.map(speed_of_ticks);
    let slower = match (bars, ticks) {
        (Some(bars), Some(ticks)) => Some(if bars.0 < ticks.0 { bars } else { ticks }),
        (bars, ticks) => bars.or(ticks),
    };
    let (factor, reason) = slower.unwrap_or((1.0, String::new()));
    (Speed::Times(factor), reason)
}

fn speed_of_bars(interval: Interval) -> (f64, String) {
    let length = match interval {
        Interval::S1 => "1-second",
        Interval::S5 => "5-second",
        Interval::S15 => "15-second",
        Interval::M1 => "1-minute",
        Interval::M5 => "5-minute",
        Interval::M15 => "15-minute",
        Interval::H1 => "hourly",
        Interval::D1 => "daily",
    };
    (seconds(interval.nanos()) * BARS_A_SECOND, format!("{BARS_A_SECOND} {length} bars a second"))
}

fn speed_of_ticks(TickRate { rows, first, last }: TickRate) -> (f64, String) {
    let span = seconds(last.0.saturating_sub(first.0));
    if span <= 0.0 {
        return (1.0, "all events at one time".into());
    }
    let rate = rows as f64 / span;
    let factor = round_1_2_5(TICKS_A_SECOND / rate).max(1.0);
    let (played, digits) = (rate * factor, if rate * factor < 9.95 { 1 } else { 0 });
    let pace = if factor > 1.0 { "" } else { ", as they came" };
    (factor, format!("about {played:.digits$} events a second{pace}"))
}

fn seconds(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}

/// Rounds to 1, 2 or 5 times a power of ten, whichever is nearest by ratio.
fn round_1_2_5(value: f64) -> f64 {
    let power = 10f64.powi(value.log10().floor() as i32);
    let steps = [1.0, 2.0, 5.0, 10.0];
    // Halfway by ratio between 1 and 2, 2 and 5, 5 and 10.
    let below = [2f64.sqrt(), 10f64.sqrt(), 50f64.sqrt()];
    let at = below.iter().filter(|half| value / power >= **half).count();
    steps[at] * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bars: Option<Interval>, ticks: Option<(u64, i64)>, want: f64, reason: &str) {
        let ticks = ticks.map(|(rows, secs)| TickRate { rows, first: Timestamp(0), last: Timestamp::from_secs(secs) });
        assert_eq!(watchable_speed(bars, ticks), (Speed::Times(want), reason.into()));
    }

    #[test]
    fn bars_play_four_and_ticks_ten_a_second() {
        check(Some(Interval::D1), None, 345_600.0, "4 daily bars a second");
        check(Some(Interval::M1), None, 240.0, "4 1-minute bars a second");
        check(None, Some((100_005, 86_400)), 10.0, "about 12 events a second");
        check(None, Some((1, 1)), 10.0, "about 10 events a second");
        check(None, Some((4_000, 1_000)), 2.0, "about 8.0 events a second");
        check(None, Some((4, 86_400)), 200_000.0, "about 9.3 events a second");
    }

    #[test]
    fn speed_is_never_below_real_time() {
        check(None, Some((5_000, 10)), 1.0, "about 500 events a second, as they came");
        check(None, Some((7, 0)), 1.0, "all events at one time");
        check(Some(Interval::D1), Some((100, 100)), 10.0, "about 10 events a second");
    }
}
