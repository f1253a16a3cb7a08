//! Whom a scenario or a headline is about, and how that is written.

use std::borrow::Cow;

use crate::control::SymbolGroup;
use crate::feed::sim::model::sector::Sector;
use crate::feed::sim::universe::listing::Listing;
use crate::market::AssetClass;

const CLASSES: [AssetClass; 4] = [AssetClass::Stock, AssetClass::Index, AssetClass::Crypto, AssetClass::Fx];

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    All,
    Class(AssetClass),
    Sector(Sector),
    Symbol(String),
}

impl Target {
    pub fn means(&self, listing: &Listing) -> bool {
        match self {
            Self::All => true,
            Self::Class(class) => listing.class() == *class,
            Self::Sector(sector) => listing.sector == *sector,
            Self::Symbol(symbol) => listing.symbol == *symbol,
        }
    }

    /// `all`, a class or a sector in any case; all else is a symbol. `class:`, `sector:` or `symbol:` before a name
    /// say which it is, where a symbol has the name of a sector.
    pub fn of(text: &str) -> Self {
        let class = |name: &str| CLASSES.into_iter().find(|class| name.eq_ignore_ascii_case(class.label()));
        let sector = |name: &str| Sector::ALL.into_iter().find(|sector| name.eq_ignore_ascii_case(sector.label()));
        let symbol = |name: &str| Self::Symbol(name.to_owned());
        match text.split_once(':') {
            Some(("class", name)) => class(name).map_or_else(|| symbol(text), Self::Class),
            Some(("sector", name)) => sector(name).map_or_else(|| symbol(text), Self::Sector),
            Some(("symbol", name)) => symbol(name),
            _ if text.eq_ignore_ascii_case("all") => Self::All,
            _ => {
                class(text).map(Self::Class).or_else(|| sector(text).map(Self::Sector)).unwrap_or_else(|| symbol(text))
            }
        }
    }

    /// The text that is read as this.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::All => "all".into(),
            Self::Class(class) => format!("class:{}", class.label()).into(),
            Self::Sector(sector) => format!("sector:{}", sector.label()).into(),
            Self::Symbol(symbol) if Self::of(symbol) == *self => symbol.into(),
            Self::Symbol(symbol) => format!("symbol:{symbol}").into(),
        }
    }
}

/// The classes and sectors that have a symbol among `listings`.
pub fn groups(listings: &[Listing]) -> Vec<SymbolGroup> {
    let classes = CLASSES.into_iter().map(|class| (Target::Class(class), class_name(class)));
    let sectors = Sector::ALL.into_iter().map(|sector| (Target::Sector(sector), sector_name(sector)));
    // Three classes are one sector each, which says nothing new.
    let sectors =
        sectors.filter(|(target, _)| matches!(target, Target::Sector(sector) if sector.class() == AssetClass::Stock));
    let group = |(target, name): (Target, &'static str)| {
        let symbols = listings.iter().filter(|listing| target.means(listing)).map(|listing| listing.symbol.to_string());
        SymbolGroup { on: target.text().into_owned(), name, symbols: symbols.collect() }
    };
    classes.chain(sectors).map(group).filter(|group| !group.symbols.is_empty()).collect()
}

const fn class_name(class: AssetClass) -> &'static str {
    match class {
        AssetClass::Stock => "Stocks",
        AssetClass::Index => "Indices",
        AssetClass::Crypto => "Crypto",
        AssetClass::Fx => "FX",
        AssetClass::Unknown => "Others",
    }
}

const fn sector_name(sector: Sector) -> &'static str {
    match sector {
        Sector::Technology => "Technology",
        Sector::Communication => "Communication",
        Sector::Consumer => "Consumer goods",
        Sector::Staples => "Staples",
        Sector::Finance => "Finance",
        Sector::Energy => "Energy",
        Sector::Health => "Health care",
        Sector::Industry => "Industry",
        Sector::Index => "Indices",
        Sector::Crypto => "Crypto",
        Sector::Fx => "FX",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::sim::universe::listings;

    #[test]
    fn targets_are_read_as_they_are_written() {
        let check = |text: &str, target: Target, written: &str| {
            assert_eq!(Target::of(text), target, "{text}");
            assert_eq!((Target::of(&target.text()), &*target.text()), (target.clone(), written));
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

    #[test]
    fn groups_are_those_that_have_a_symbol() {
        let groups = groups(&listings(40, 7));
        let of = |on: &str| groups.iter().find(|group| group.on == on).unwrap().symbols.len();
        assert_eq!((groups.len(), of("class:stock"), of("sector:energy")), (12, 20, 2));
        assert!(super::groups(&listings(2, 7)).len() < 4);
    }
}
