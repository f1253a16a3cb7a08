//! The effect of a scenario on one symbol in one second.

/// Changes to the ordinary market. They scale random draws and take none, so a market with a scenario and one
/// without it are made of the same draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Influence {
    /// Added to the log price over this second, as a drift.
    pub drift: f64,
    /// Added to the log price at once, at the beginning of this second.
    pub jump: f64,
    /// Added to the logarithm of volatility.
    pub log_volatility: f64,
    /// Added to the logarithm of activity.
    pub log_activity: f64,
    /// Added to the logarithm of the spread.
    pub log_spread: f64,
    /// The share of new metaorders that buy minus the share that sell, from -1 to 1.
    pub tilt: f64,
    /// The factor of common moves: 1 as usual, 0 for none, below 0 against them.
    pub coupling: f64,
    /// The distance that a single order sweeps the book, as a log price.
    pub sweep: f64,
    /// Price limits do not halt trading.
    pub unlimited: bool,
    /// Trading is suspended, without trades and quotes.
    pub halted: bool,
    /// The market goes on, but its ticks are not sent.
    pub silent: bool,
}

/// Each part of the combined influence stays within these, in either direction: a few scenarios add up, and thousands
/// of them still make a market. A single scenario never reaches them.
const MOST_ACTIVITY: f64 = 20.0;
const MOST_VOLATILITY: f64 = 6.0;
const MOST_SPREAD: f64 = 3.0;
/// In one second, as a log price.
const MOST_MOVE: f64 = 1.0;

impl Influence {
    /// No change.
    pub const NONE: Self = Self {
        drift: 0.0,
        jump: 0.0,
        log_volatility: 0.0,
        log_activity: 0.0,
        log_spread: 0.0,
        tilt: 0.0,
        coupling: 1.0,
        sweep: 0.0,
        unlimited: false,
        halted: false,
        silent: false,
    };

    /// Combines two influences.
    pub fn and(self, other: &Self) -> Self {
        Self {
            drift: self.drift + other.drift,
            jump: self.jump + other.jump,
            log_volatility: self.log_volatility + other.log_volatility,
            log_activity: self.log_activity + other.log_activity,
            log_spread: self.log_spread + other.log_spread,
            tilt: (self.tilt + other.tilt).clamp(-1.0, 1.0),
            coupling: self.coupling * other.coupling,
            sweep: self.sweep + other.sweep,
            unlimited: self.unlimited || other.unlimited,
            halted: self.halted || other.halted,
            silent: self.silent || other.silent,
        }
    }

    /// Keeps each part within its limit.
    #[must_use]
    pub const fn bounded(self) -> Self {
        Self {
            drift: self.drift.clamp(-MOST_MOVE, MOST_MOVE),
            jump: self.jump.clamp(-MOST_MOVE, MOST_MOVE),
            log_volatility: self.log_volatility.clamp(-MOST_VOLATILITY, MOST_VOLATILITY),
            log_activity: self.log_activity.clamp(-MOST_ACTIVITY, MOST_ACTIVITY),
            log_spread: self.log_spread.clamp(-MOST_SPREAD, MOST_SPREAD),
            sweep: self.sweep.clamp(-MOST_MOVE, MOST_MOVE),
            ..self
        }
    }
}
