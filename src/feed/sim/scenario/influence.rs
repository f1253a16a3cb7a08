//! What a scenario does to one symbol in one second.

/// Changes to what would happen anyway. They scale draws and take none, so a tape with and without a scenario
/// is made of the same noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Influence {
    /// Added to the log price over this second, as a drift.
    pub drift: f64,
    /// Added to the log price at once, at the beginning of this second.
    pub jump: f64,
    /// Added to log-volatility, to the logarithm of activity, and to that of the spread.
    pub log_volatility: f64,
    pub log_activity: f64,
    pub log_spread: f64,
    /// How many more metaorders buy than sell, from -1 to 1.
    pub tilt: f64,
    /// What common moves are multiplied by: 1 as ever, 0 not at all, below 0 against.
    pub coupling: f64,
    /// A single order that sweeps the book this far, as a log price.
    pub sweep: f64,
    /// No limit on prices halts trading.
    pub unlimited: bool,
    /// No trade and no quote: trading is suspended.
    pub halted: bool,
    /// The market goes on, and none of it is seen.
    pub silent: bool,
}

impl Influence {
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

    /// Both at a time.
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
}
