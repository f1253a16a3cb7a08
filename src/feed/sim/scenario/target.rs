//! The target of a scenario or a headline, and its text.

use std::fmt;

use crate::feed::sim::model::sector::{CLASSES, Sector};
use crate::feed::sim::universe::listing::Listing;
use crate::market::AssetClass;

/// The symbols that a scenario acts on, or that a headline is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    All,
    Class(AssetClass),
    Sector(Sector),
    Symbol(String),
}

impl Target {
    /// Returns whether the target includes `listing`.
    pub fn matches(&self, listing: &Listing) -> bool {
        match self {
            Self::All => true,
            Self::Class(class) => listing.class() == *class,
            Self::Sector(sector) => listing.sector == *sector,
            Self::Symbol(symbol) => listing.symbol == *symbol,
        }
    }

    /// Reads `all`, a class or a sector, in upper or lower case; any other text is a symbol.
    ///
    /// `class:`, `sector:` or `symbol:` in front decides, where a symbol has the name of a sector.
    pub fn parse(text: &str) -> Self {
        let symbol = |name: &str| Self::Symbol(name.to_owned());
        match text.split_once(':') {
            Some(("class", name)) => class(name).map_or_else(|| symbol(text), Self::Class),
            Some(("sector", name)) => name.parse().map_or_else(|_| symbol(text), Self::Sector),
            Some(("symbol", name)) => symbol(name),
            _ if text.eq_ignore_ascii_case("all") => Self::All,
            _ => match (class(text), text.parse()) {
                (Some(class), _) => Self::Class(class),
                (None, Ok(sector)) => Self::Sector(sector),
                (None, Err(_)) => symbol(text),
            },
        }
    }
}

fn class(name: &str) -> Option<AssetClass> {
    CLASSES.into_iter().find(|class| name.eq_ignore_ascii_case(class.label()))
}

/// Writes the text that [`Target::parse`] reads as this target.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Class(class) => write!(f, "class:{}", class.label()),
            Self::Sector(sector) => write!(f, "sector:{sector}"),
            Self::Symbol(symbol) if Self::parse(symbol) == *self => f.write_str(symbol),
            Self::Symbol(symbol) => write!(f, "symbol:{symbol}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_as_they_are_written() {
        let check = |text: &str, target: Target, written: &str| {
            assert_eq!(Target::parse(text), target, "{text}");
            assert_eq!(target.to_string(), written);
            assert_eq!(Target::parse(written), target);
        };
        check("All", Target::All, "all");
        check("FX", Target::Class(AssetClass::Fx), "class:fx");
        check("sector:fx", Target::Sector(Sector::Fx), "sector:fx");
        check("Energy", Target::Sector(Sector::Energy), "sector:energy");
        check("sector:Technology", Target::Sector(Sector::Technology), "sector:technology");
        check("AAPL", Target::Symbol("AAPL".into()), "AAPL");
        check("symbol:ALL", Target::Symbol("ALL".into()), "symbol:ALL");
        check("sector:farming", Target::Symbol("sector:farming".into()), "sector:farming");
        check("symbol:symbol:a", Target::Symbol("symbol:a".into()), "symbol:symbol:a");
    }
}
