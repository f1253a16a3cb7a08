//! The groups of symbols that move together.

use crate::market::AssetClass;

/// Symbols that share more than their class does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Sector {
    Technology,
    Communication,
    Consumer,
    Staples,
    Finance,
    Energy,
    Health,
    Industry,
    Index,
    Crypto,
    Fx,
}

impl Sector {
    pub const ALL: [Self; 11] = [
        Self::Technology,
        Self::Communication,
        Self::Consumer,
        Self::Staples,
        Self::Finance,
        Self::Energy,
        Self::Health,
        Self::Industry,
        Self::Index,
        Self::Crypto,
        Self::Fx,
    ];

    pub const fn index(self) -> usize {
        self as usize
    }

    pub const fn class(self) -> AssetClass {
        match self {
            Self::Index => AssetClass::Index,
            Self::Crypto => AssetClass::Crypto,
            Self::Fx => AssetClass::Fx,
            _ => AssetClass::Stock,
        }
    }

    /// As it is written in a scenario's target.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Technology => "technology",
            Self::Communication => "communication",
            Self::Consumer => "consumer",
            Self::Staples => "staples",
            Self::Finance => "finance",
            Self::Energy => "energy",
            Self::Health => "health",
            Self::Industry => "industry",
            Self::Index => "index",
            Self::Crypto => "crypto",
            Self::Fx => "fx",
        }
    }
}
