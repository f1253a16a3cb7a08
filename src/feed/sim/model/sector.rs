//! The groups of symbols that move together.

use strum::{Display, EnumCount, EnumString, IntoStaticStr, VariantArray};

use crate::market::AssetClass;

/// The classes that the simulator lists.
pub const CLASSES: [AssetClass; 4] = [AssetClass::Stock, AssetClass::Index, AssetClass::Crypto, AssetClass::Fx];

/// A group of symbols that have more in common than their class has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumCount, EnumString, IntoStaticStr, VariantArray)]
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
}
