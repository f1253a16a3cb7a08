//! The effect of each scenario, as a function of time, strength and duration.
//!
//! A scenario changes what the model does to one symbol in one second. The rest follows by itself: activity, spreads
//! and sizes react to volatility, as they do in real markets. docs/SCENARIOS.md describes each scenario.
//!
//! Pure: no randomness, no state. Not here: targets and times (`schedule`), texts (`spec`, `script`).

use libm::{exp, log};

use super::influence::Influence;
use super::kind::Scenario;

/// The point at which a flash crash turns, as a share of its duration.
const BOTTOM: f64 = 0.35;

/// The progress of a scenario at the beginning of one second.
#[derive(Clone, Copy)]
struct Progress {
    /// Seconds since the scenario began.
    at: f64,
    /// The duration in seconds.
    seconds: f64,
    /// The share of the duration that has passed; above 1 in the time in which effects fade.
    share: f64,
    strength: f64,
    /// 1, or -1 where the scenario is reversed.
    sign: f64,
}

impl Progress {
    fn new(at: f64, seconds: f64, strength: f64) -> Self {
        Self { at, seconds, share: at / seconds, strength, sign: if strength < 0.0 { -1.0 } else { 1.0 } }
    }

    /// Returns the move along `path`, a log price by share of the duration, in this second.
    fn along(&self, path: impl Fn(f64) -> f64) -> f64 {
        path((self.at + 1.0) / self.seconds) - path(self.share)
    }

    /// Returns 1 during the scenario, and then a value that falls by e in each `scale` of the duration.
    fn fading(&self, scale: f64) -> f64 {
        if self.share < 1.0 { 1.0 } else { exp(-(self.share - 1.0) / scale) }
    }

    /// Returns a value that falls from 1 by e in each `1 / rate` of the duration.
    fn decay(&self, rate: f64) -> f64 {
        exp(-rate * self.share)
    }

    /// Returns `value` in the first second, and 0 later.
    fn at_once(&self, value: f64) -> f64 {
        if self.at == 0.0 { value } else { 0.0 }
    }
}

impl Scenario {
    /// Returns the effect in the second that begins `at` seconds after the scenario has begun.
    pub fn influence(self, at: f64, seconds: f64, strength: f64) -> Influence {
        let progress = Progress::new(at, seconds, strength);
        let size = strength.abs();
        match self {
            Self::Crash => crash(&progress),
            Self::FlashCrash => flash_crash(&progress),
            Self::Squeeze => squeeze(&progress),
            Self::VolatilitySpike => {
                Influence { log_volatility: log(1.0 + 3.5 * size) * progress.decay(2.0), ..Influence::NONE }
            }
            Self::Quiet => {
                let less = log(1.0 + 2.0 * size);
                Influence { log_volatility: -0.5 * less, log_activity: -less, ..Influence::NONE }
            }
            Self::Halt => halt(&progress),
            Self::FatFinger => {
                Influence { sweep: progress.at_once(-0.03 * strength), unlimited: true, ..Influence::NONE }
            }
            Self::News => news(&progress),
            Self::OpenBurst => open_burst(&progress),
            Self::TickStorm => Influence { log_activity: log(1.0 + 24.0 * size), ..Influence::NONE },
            Self::Decoupling => Influence { coupling: (1.0 - strength).max(-1.0), ..Influence::NONE },
            Self::FeedGap => Influence { silent: true, ..Influence::NONE },
        }
    }
}

fn crash(progress: &Progress) -> Influence {
    let panic = progress.fading(0.7);
    Influence {
        drift: progress.strength * progress.along(crash_path),
        log_volatility: panic * (0.9 + 0.1 * progress.strength.abs()),
        log_activity: 1.2 * panic,
        tilt: if progress.share < 1.0 { -0.6 * progress.sign } else { 0.3 * panic * progress.sign },
        ..Influence::NONE
    }
}

/// Falls by 8 %, of which two fifths come back.
fn crash_path(share: f64) -> f64 {
    const DEPTH: f64 = 0.083_4;
    if share < 1.0 { -DEPTH * share } else { -DEPTH * (0.6 + 0.4 * exp(-(share - 1.0))) }
}

fn flash_crash(progress: &Progress) -> Influence {
    Influence {
        drift: progress.strength * progress.along(flash_crash_path),
        log_volatility: 1.1,
        log_activity: 1.5,
        log_spread: if progress.share < 0.6 { 1.2 } else { 0.5 },
        tilt: progress.sign * if progress.share < BOTTOM { -0.7 } else { 0.5 },
        unlimited: true,
        ..Influence::NONE
    }
}

/// Falls by 7 %, faster and faster, and comes back nearly all the way.
fn flash_crash_path(share: f64) -> f64 {
    const DEPTH: f64 = 0.072_6;
    if share < BOTTOM {
        return -DEPTH * (share / BOTTOM) * (share / BOTTOM);
    }
    let back = ((share - BOTTOM) / (1.0 - BOTTOM)).min(1.0);
    -DEPTH * (1.0 - 0.95 * back * (2.0 - back))
}

fn squeeze(progress: &Progress) -> Influence {
    let pressure = progress.fading(0.5);
    Influence {
        drift: progress.strength * progress.along(squeeze_path),
        log_volatility: 0.8 * pressure,
        log_activity: 1.5 * pressure,
        tilt: progress.sign * if progress.share < 1.0 { 0.7 } else { -0.4 * pressure },
        unlimited: true,
        ..Influence::NONE
    }
}

/// Rises by 10 %, faster and faster, and then loses half of the rise.
fn squeeze_path(share: f64) -> f64 {
    const HEIGHT: f64 = 0.095_3;
    if share < 1.0 { HEIGHT * share * share } else { HEIGHT * (0.5 + 0.5 * exp(-(share - 1.0) / 0.25)) }
}

fn halt(progress: &Progress) -> Influence {
    let is_halted = progress.share < 1.0;
    Influence {
        jump: if progress.at == progress.seconds.floor() { 0.03 * progress.strength } else { 0.0 },
        halted: is_halted,
        log_volatility: if is_halted { 0.0 } else { 1.2 * progress.fading(0.4) },
        ..Influence::NONE
    }
}

/// Moves most of the way at once; the rest is a drift, while people read on.
fn news(progress: &Progress) -> Influence {
    let stir = progress.decay(8.0);
    Influence {
        jump: progress.at_once(0.02 * progress.strength),
        drift: 0.01 * progress.strength * progress.along(|share| 1.0 - exp(-12.0 * share)),
        log_volatility: (0.7 + 0.3 * progress.strength.abs()) * (stir + 0.5 * exp(-progress.share)),
        log_activity: stir,
        tilt: 0.5 * progress.sign * stir,
        ..Influence::NONE
    }
}

fn open_burst(progress: &Progress) -> Influence {
    Influence {
        log_volatility: 0.7 * progress.decay(2.0),
        log_activity: log(1.0 + 5.0 * progress.strength.abs()) * progress.decay(2.0),
        log_spread: 0.4 * progress.decay(3.0),
        ..Influence::NONE
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray as _;

    use super::*;

    /// Returns the sum of the drifts and jumps of all seconds.
    fn total(scenario: Scenario, seconds: f64, strength: f64, until: f64) -> f64 {
        let moved = |at| {
            let influence = scenario.influence(f64::from(at), seconds, strength);
            influence.drift + influence.jump
        };
        (0..(seconds * until) as u32).map(moved).sum()
    }

    #[test]
    fn moves_are_as_large_as_documented() {
        let check = |scenario, until, percent: f64| {
            for seconds in [20.0, 300.0] {
                let got = 100.0 * (total(scenario, seconds, 1.0, until).exp() - 1.0);
                assert!((got - percent).abs() < 0.35, "{scenario} after {until}: {got} %");
                let reversed = total(scenario, seconds, -2.0, until);
                assert!((reversed + 2.0 * total(scenario, seconds, 1.0, until)).abs() < 1e-9);
            }
        };
        check(Scenario::Crash, 1.0, -8.0);
        check(Scenario::Crash, 4.0, -5.0);
        check(Scenario::FlashCrash, BOTTOM, -7.0);
        check(Scenario::FlashCrash, 1.0, -0.4);
        check(Scenario::Squeeze, 1.0, 10.0);
        check(Scenario::Squeeze, 3.0, 4.9);
        check(Scenario::News, 3.0, 3.0);
        check(Scenario::Halt, 2.0, 3.0);
    }

    #[test]
    fn effects_fade_by_the_end_of_their_reach() {
        for scenario in Scenario::VARIANTS {
            let last = scenario.influence((scenario.reach() * 1_000.0).floor() - 1.0, 1_000.0, 1.0);
            let left = last.log_volatility.abs() + last.log_activity.abs() + last.drift.abs();
            let lasting = matches!(scenario, Scenario::Quiet | Scenario::TickStorm | Scenario::FlashCrash);
            assert!(lasting || left < 0.3, "{scenario}: {last:?}");
        }
    }
}
