//! The scenarios by name, and the facts of each that do not depend on its strength.

use std::time::Duration;

use strum::{Display, EnumString, IntoStaticStr, VariantArray};

/// A scenario by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", parse_err_ty = UnknownScenario, parse_err_fn = UnknownScenario::new)]
pub enum Scenario {
    Crash,
    FlashCrash,
    Squeeze,
    VolatilitySpike,
    Quiet,
    Halt,
    FatFinger,
    News,
    OpenBurst,
    TickStorm,
    Decoupling,
    FeedGap,
}

impl Scenario {
    /// Returns the duration that holds where none is given.
    pub const fn default_duration(self) -> Duration {
        Duration::from_secs(match self {
            Self::FatFinger => 1,
            Self::FeedGap => 10,
            Self::TickStorm => 30,
            Self::Halt => 60,
            Self::FlashCrash => 180,
            Self::Crash | Self::Squeeze | Self::OpenBurst | Self::Decoupling => 300,
            Self::Quiet | Self::News => 600,
            Self::VolatilitySpike => 1_200,
        })
    }

    /// Returns whether a strength below 0 reverses the direction.
    pub const fn is_reversible(self) -> bool {
        use Scenario::{Crash, FatFinger, FlashCrash, Halt, News, Squeeze};
        matches!(self, Crash | FlashCrash | Squeeze | Halt | FatFinger | News)
    }

    /// Returns the number of durations until the effect has faded.
    pub const fn reach(self) -> f64 {
        match self {
            Self::Crash => 4.0,
            Self::Squeeze | Self::VolatilitySpike | Self::News | Self::OpenBurst => 3.0,
            Self::Halt => 2.0,
            _ => 1.0,
        }
    }
}

/// A text that names no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no scenario {0}: write one of {names}", names = names())]
pub struct UnknownScenario(String);

impl UnknownScenario {
    fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

fn names() -> String {
    Scenario::VARIANTS.iter().map(Into::<&str>::into).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for scenario in Scenario::VARIANTS {
            assert_eq!(scenario.to_string().parse(), Ok(*scenario));
        }
        let error = "tsunami".parse::<Scenario>().unwrap_err().to_string();
        assert!(error.contains("tsunami") && error.contains("flash-crash"), "{error}");
    }
}
