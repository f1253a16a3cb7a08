//! The columns of a row by their names, each checked against its values.

use super::cell_words::{BOOK_SIDES, DIRECTIONS, MESSAGE_TYPES, SIDES, SIDES_AND_NUMBERS, TRADE_ACTIONS};
use super::column_name::{self, ADJUSTED, MAX_INSTRUMENT_ID, NamedRole, WEAK_SYMBOL};
use super::profile::Profile;
use super::weights::{MIN_PRICE_OF_MONEY, MONEY_TOLERANCE};
use crate::feed::replay::schema::column_role::ColumnRole;
use crate::feed::replay::schema::file_kind::FileKind;
use crate::feed::replay::schema::layout::{RowShape, SideColumn, TickColumns};

/// The columns of a file, with the roles of their names.
pub struct NamedColumns<'a> {
    profiles: &'a [Profile],
    roles: Vec<Vec<NamedRole>>,
    taken: Vec<usize>,
}

impl<'a> NamedColumns<'a> {
    /// All columns but those `taken` for something else.
    pub fn of(profiles: &'a [Profile], taken: &[usize]) -> Self {
        let roles = profiles.iter().map(|profile| column_name::roles_of(&profile.name)).collect();
        Self { profiles, roles, taken: taken.to_vec() }
    }

    /// The column with the lowest rank for a role, among those whose values can have it.
    fn find(&self, role: ColumnRole, level: Option<u32>, can_be: impl Fn(&Profile) -> bool) -> Option<usize> {
        let fits = |n: &usize| !self.taken.contains(n) && can_be(&self.profiles[*n]);
        let columns = (0..self.profiles.len()).filter(fits);
        let ranked = columns.filter_map(|n| {
            let named = self.role(n, role)?;
            (level.is_none() || named.level.is_none() || named.level == level).then_some((named.rank, n))
        });
        ranked.min().map(|(_, n)| n)
    }

    fn role(&self, column: usize, role: ColumnRole) -> Option<NamedRole> {
        self.roles[column].iter().find(|named| named.role == role).copied()
    }

    fn price(&self, role: ColumnRole) -> Option<usize> {
        self.find(role, self.top_level(), |profile| profile.is_numeric() && !profile.is_mangled())
    }

    /// A size. A column with numbers comes before one that is always empty or zero.
    fn size(&self, role: ColumnRole) -> Option<usize> {
        let has_values = |profile: &Profile| profile.is_numeric() && profile.max() > 0.0;
        let level = self.top_level();
        self.find(role, level, has_values).or_else(|| self.find(role, level, |p| p.is_numeric() || p.filled == 0))
    }

    /// The top level of the book: 0, or 1 where names count from there.
    fn top_level(&self) -> Option<u32> {
        self.levels().into_iter().min()
    }

    /// The column of a role at a level of the book.
    pub fn of_level(&self, role: ColumnRole, level: u32) -> Option<usize> {
        let is_of = |n: &usize| self.role(*n, role).is_some_and(|named| named.level == Some(level));
        let can_be = |n: &usize| is_of(n) && !self.taken.contains(n) && self.profiles[*n].is_numeric();
        let ranked = (0..self.profiles.len()).filter(can_be).filter(|n| !self.profiles[*n].is_mangled());
        ranked.min_by_key(|n| self.role(*n, role).map(|named| named.rank))
    }

    /// The levels that names count, the first one first.
    pub fn levels(&self) -> Vec<u32> {
        let is_side = |named: &&NamedRole| matches!(named.role, ColumnRole::Bid | ColumnRole::Ask);
        let mut levels: Vec<u32> =
            self.roles.iter().flatten().filter(is_side).filter_map(|named| named.level).collect();
        levels.sort_unstable();
        levels.dedup();
        levels
    }

    /// The column of the symbols.
    pub fn symbol(&self) -> Option<usize> {
        let is_decimal = |profile: &Profile| !profile.are_integers() && profile.is_numeric();
        let is_filled =
            |profile: &Profile| profile.filled > 0 && profile.dated * 2 < profile.filled && !is_decimal(profile);
        let is_text = |profile: &Profile| is_filled(profile) && profile.numeric * 2 < profile.filled;
        let is_strong = |n: &usize| self.role(*n, ColumnRole::Symbol).is_some_and(|named| named.rank < WEAK_SYMBOL);
        let strong = self.find(ColumnRole::Symbol, None, is_filled).filter(is_strong);
        strong.or_else(|| self.find(ColumnRole::Symbol, None, is_text)).or_else(|| self.instrument_id())
    }

    /// The number of an instrument, where nothing better tells several apart.
    fn instrument_id(&self) -> Option<usize> {
        let several = |profile: &Profile| profile.are_integers() && profile.texts.len() > 1 && !profile.has_more_texts;
        let is_near = |n: &usize| self.role(*n, ColumnRole::Symbol).is_some_and(|role| role.rank <= MAX_INSTRUMENT_ID);
        self.find(ColumnRole::Symbol, None, several).filter(is_near)
    }

    fn side(&self) -> Option<SideColumn> {
        let has_sides = |profile: &Profile| {
            let is_word = || profile.texts.iter().any(|text| SIDES.contains(&text.as_str()));
            profile.are_all(&SIDES_AND_NUMBERS) || is_word()
        };
        let words = self.find(ColumnRole::Side, None, has_sides);
        let maker = || self.find(ColumnRole::BuyerMaker, None, |profile| profile.filled > 0);
        let words = words.map(|column| SideColumn { column, is_maker: false });
        words.or_else(|| maker().map(|column| SideColumn { column, is_maker: true }))
    }

    /// The kind and the shape of rows, where names tell them.
    pub fn shape(&self) -> Option<(FileKind, RowShape)> {
        if let Some(book) = self.book() {
            return Some((FileKind::Book, book));
        }
        if let Some(bars) = self.bars() {
            return Some((FileKind::Bars, bars));
        }
        let ticks = self.ticks()?;
        Some((self.kind_of(&ticks), RowShape::Ticks(ticks)))
    }

    fn kind_of(&self, ticks: &TickColumns) -> FileKind {
        let has_quotes = ticks.bid.or(ticks.ask).is_some();
        let are_trades = |column: usize| self.profiles[column].are_all(&TRADE_ACTIONS);
        match (ticks.price, ticks.action) {
            (price, action) if has_quotes && self.levels().len() > 1 && (price.is_none() || action.is_some()) => {
                FileKind::Book
            }
            (None, _) => FileKind::Quotes,
            (Some(_), Some(_)) if has_quotes => FileKind::Quotes,
            (Some(_), None) if has_quotes => FileKind::TradesAndQuotes,
            (Some(_), Some(action)) if !are_trades(action) => FileKind::Book,
            (Some(_), _) => FileKind::Trades,
        }
    }

    /// Prices and sizes of single levels, which look like trades.
    fn book(&self) -> Option<RowShape> {
        let (price, size) = (self.price(ColumnRole::Price)?, self.size(ColumnRole::Size)?);
        let snapshot = self.find(ColumnRole::Snapshot, None, |_| true);
        let side = self.side().filter(|side| !side.is_maker)?.column;
        if self.find(ColumnRole::Action, None, |_| true).is_some() {
            return None;
        }
        let of_side = &self.profiles[side];
        let kind = self.find(ColumnRole::MessageType, None, |profile| profile.are_all(&MESSAGE_TYPES));
        if let Some(kind) = kind.filter(|kind| *kind != side)
            && of_side.are_all(&DIRECTIONS)
        {
            return Some(RowShape::Messages { kind, price, size, direction: side });
        }
        // A trade has a size; a level without one is removed from the book.
        let has_removals = || of_side.are_all(&["bid", "ask"]) && self.profiles[size].values().any(|v| v == 0.0);
        let are_levels = of_side.are_all(&BOOK_SIDES) && (snapshot.is_some() || has_removals());
        are_levels.then_some(RowShape::Levels { side, price, size, snapshot, are_moments: false })
    }

    /// Columns that could be the close as well.
    pub fn other_closes(&self) -> Vec<usize> {
        let can_be = |n: &usize| {
            let is_close = self.role(*n, ColumnRole::Close).is_some();
            is_close && self.profiles[*n].is_numeric() && !self.taken.contains(n)
        };
        (0..self.profiles.len()).filter(can_be).collect()
    }

    fn bars(&self) -> Option<RowShape> {
        let volume = self.volume();
        let [open, high, low, close] =
            [ColumnRole::Open, ColumnRole::High, ColumnRole::Low, ColumnRole::Close].map(|role| self.price(role));
        if let (Some(high), Some(low), Some(close)) = (high, low, close) {
            let open = open.unwrap_or(close);
            return Some(RowShape::Bars { open, high, low, close, volume });
        }
        // A table of closes alone makes flat bars.
        let close = close?;
        let is_close = self.role(close, ColumnRole::Close).is_some_and(|named| named.rank % ADJUSTED <= 1);
        let is_alone = self.price(ColumnRole::Bid).is_none() && self.price(ColumnRole::Ask).is_none();
        (is_close && is_alone).then_some(RowShape::Bars { open: close, high: close, low: close, close, volume })
    }

    /// The volume. Of two, one of which is the other times the price, the one in units.
    fn volume(&self) -> Option<usize> {
        let volume = self.size(ColumnRole::Volume)?;
        let mean = |n: usize| {
            let (sum, count) = self.profiles[n].values().fold((0.0, 0), |(sum, count), v| (sum + v, count + 1));
            sum / f64::from(count.max(1))
        };
        let price = mean(self.price(ColumnRole::Close)?);
        let is_money_of = |units: usize| (mean(volume) / (mean(units) * price) - 1.0).abs() < MONEY_TOLERANCE;
        let can_be_units = |n: &usize| {
            let is_volume = self.role(*n, ColumnRole::Volume).is_some();
            is_volume && *n != volume && self.profiles[*n].is_numeric() && price > MIN_PRICE_OF_MONEY
        };
        let units = (0..self.profiles.len()).filter(can_be_units).find(|n| is_money_of(*n));
        Some(units.unwrap_or(volume))
    }

    fn ticks(&self) -> Option<TickColumns> {
        let (bid, ask) = (self.price(ColumnRole::Bid), self.price(ColumnRole::Ask));
        let mut ticks = TickColumns {
            price: self.price(ColumnRole::Price),
            size: self.size(ColumnRole::Size),
            side: self.side(),
            bid,
            ask,
            bid_size: bid.and_then(|_| self.size(ColumnRole::BidSize)),
            ask_size: ask.and_then(|_| self.size(ColumnRole::AskSize)),
            action: self.find(ColumnRole::Action, None, |profile| profile.texts.iter().all(|text| text.len() == 1)),
            ..TickColumns::default()
        };
        let has_quotes = bid.or(ask).is_some();
        // Beside the levels of a book a price is that of an order, unless its name or an action says that it is a trade.
        let is_of_trade = ticks.price.is_some_and(|n| column_name::is_of_trade(&self.profiles[n].name));
        if !self.levels().is_empty() && has_quotes && ticks.action.is_none() && !is_of_trade {
            ticks.price = None;
        }
        if ticks.price.is_none() {
            (ticks.size, ticks.side, ticks.action) = (None, None, None);
        }
        (ticks.price.is_some() || has_quotes).then_some(ticks)
    }
}
