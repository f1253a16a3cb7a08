//! The groups of symbols that move together.

use strum::{Display, EnumCount, EnumString, VariantArray};

use crate::market::AssetClass;

/// A group of symbols that have more in common than their class has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumCount, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
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

    /// Returns the position among all sectors.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Returns the class of the sector's symbols.
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
