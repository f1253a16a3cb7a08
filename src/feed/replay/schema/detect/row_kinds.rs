//! Rows that are not all of one kind: the column that tells their kinds, levels of a book that look like trades, blanks
//! that mean the value before, and zeros. `row_sizes` has the sizes.

use std::collections::{HashMap, HashSet};

use super::cell_words::{BOOK_CHANGES, BOOK_SIDES};
use super::column_name::{is_id, is_of_trade};
use super::contents::Contents;
use super::profile::Profile;
use super::table::Table;
use super::time_column::DetectedTime;
use super::weights::AGREEING_ROWS;
use super::words::{Word, Words};
use super::zero_price;
use crate::feed::replay::schema::file_kind::FileKind;
use crate::feed::replay::schema::layout::{Assumption, KindColumn, KindForm, RowShape, TickColumns};
use crate::feed::replay::schema::overrides::Overrides;
use crate::feed::replay::schema::row_kind::RowKind;

/// The columns of a recording, which leaves the side blank that has no quote.
const RECORDING: [&str; 9] = ["time", "symbol", "price", "size", "bid", "ask", "bid_size", "ask_size", "side"];
/// Percent of rows with one side of a quote blank, from which on a blank means the side before.
const ONE_SIDED: usize = 20;
/// Percent of the times of a file that have both sides of a book.
const TWO_SIDED: usize = 80;
/// The largest correction of a trade.
const MAX_CORRECTION: f64 = 12.0;
/// The bits of MetaTrader.
const MAX_BITS: f64 = 4_096.0;
/// Names of FIX for the type of an entry.
const FIX_NAMES: [&str; 4] = ["mdentrytype", "md_entry_type", "entrytype", "entry_type"];

/// The reading of rows that the shape does not say.
#[derive(Default)]
pub struct RowReading {
    pub is_zero_price: bool,
    pub has_row_ids: bool,
    pub kinds_left_out: Vec<String>,
    pub assumptions: Vec<Assumption>,
}

/// Refines the shape of the rows, and tells how to read zeros.
pub fn refine(
    table: &Table,
    profiles: &[Profile],
    time: &DetectedTime,
    contents: &mut Contents,
    overrides: &Overrides,
) -> RowReading {
    let mut refiner = Refiner {
        table,
        profiles,
        time,
        symbol: contents.symbol,
        is_kind_given: overrides.kind.is_some(),
        zero_prices: overrides.zero_prices,
        kind: contents.kind,
        reading: RowReading::default(),
    };
    if let [group] = contents.groups.as_mut_slice() {
        group.shape = match group.shape {
            RowShape::Ticks(columns) => refiner.ticks(columns),
            RowShape::Levels { side, price, size, snapshot, .. } => {
                let are_moments =
                    refiner.are_snapshots(snapshot) || snapshot.is_none() && refiner.are_books(side, price);
                RowShape::Levels { side, price, size, snapshot, are_moments }
            }
            shape => shape,
        };
    }
    refiner.zeros(&contents.groups.iter().map(|group| group.shape).collect::<Vec<_>>());
    contents.kind = refiner.kind;
    refiner.reading
}

/// The finer points of a reading, found in the rows of the sample.
pub(super) struct Refiner<'a> {
    pub(super) table: &'a Table,
    pub(super) profiles: &'a [Profile],
    pub(super) time: &'a DetectedTime,
    symbol: Option<usize>,
    is_kind_given: bool,
    zero_prices: Option<bool>,
    kind: FileKind,
    reading: RowReading,
}

impl Refiner<'_> {
    fn ticks(&mut self, mut columns: TickColumns) -> RowShape {
        if let Some(levels) = self.levels(&columns) {
            self.kind = FileKind::Book;
            return levels;
        }
        let has_quotes = columns.bid.or(columns.ask).is_some();
        let can_be_empty = has_quotes && self.zero_prices != Some(true);
        if let Some(price) = columns.price.filter(|price| can_be_empty && self.is_all_zero(*price)) {
            let name = self.table.column_name(price);
            self.assume(format!("`{name}` has no trades"), "all of its prices are 0", "--zero-prices yes");
            columns = TickColumns { price: None, size: None, side: None, action: None, ..columns };
            self.kind = FileKind::Quotes;
        }
        if columns.price.is_some() {
            self.row_kind(&mut columns);
            self.sizes(&mut columns);
        }
        let has_row_ids = self.free(&columns).any(|n| self.numbers_rows(n));
        self.reading.has_row_ids = has_row_ids;
        columns.blanks_keep = has_quotes && self.do_blanks_keep(&columns);
        RowShape::Ticks(columns)
    }

    pub(super) fn assume(&mut self, what: String, why: impl Into<String>, flag: &'static str) {
        self.reading.assumptions.push(Assumption { what, why: why.into(), flag });
    }

    /// The columns that have no role.
    fn free(&self, columns: &TickColumns) -> impl Iterator<Item = usize> {
        let mut taken: Vec<usize> = RowShape::Ticks(*columns).columns().into_iter().map(|(column, _)| column).collect();
        taken.extend([Some(self.time.column), self.time.clock, self.symbol].into_iter().flatten());
        (0..self.profiles.len()).filter(move |n| !taken.contains(n))
    }

    fn is_all_zero(&self, column: usize) -> bool {
        self.profiles[column].values().next().is_some() && self.profiles[column].values().all(|value| value == 0.0)
    }

    /// Trades that are levels of a book: a column has changes of a book, or all rows of a time are one book.
    fn levels(&mut self, columns: &TickColumns) -> Option<RowShape> {
        let TickColumns { price: Some(price), size: Some(size), side: Some(side), bid: None, ask: None, .. } = *columns
        else {
            return None;
        };
        if self.is_kind_given || side.is_maker || !self.profiles[side.column].are_all(&BOOK_SIDES) {
            return None;
        }
        let side = side.column;
        let are_changes = |n: &usize| self.profiles[*n].are_all(&BOOK_CHANGES);
        if let Some(snapshot) = self.free(columns).find(are_changes) {
            let are_moments = self.are_snapshots(Some(snapshot));
            return Some(RowShape::Levels { side, price, size, snapshot: Some(snapshot), are_moments });
        }
        if !self.are_books(side, price) {
            return None;
        }
        let why = "each time has bids below asks, at different prices";
        self.assume("all rows of one time are one order book".into(), why, "--kind");
        Some(RowShape::Levels { side, price, size, snapshot: None, are_moments: true })
    }

    /// The cells that tell the time and the symbol of each row.
    pub(super) fn moments(&self) -> impl Iterator<Item = (Vec<&str>, &str)> {
        let DetectedTime { column, clock, month, day, .. } = *self.time;
        let parts = self.time.parts.iter().flatten().map(|part| part.column);
        let columns: Vec<usize> = [Some(column), clock, month, day].into_iter().flatten().chain(parts).collect();
        self.table.rows.iter().map(move |row| {
            let cell = |column: usize| row.get(column).map_or("", String::as_str);
            (columns.iter().map(|column| cell(*column)).collect(), self.symbol.map_or("", cell))
        })
    }

    /// All levels are those of snapshots, of several rows each.
    fn are_snapshots(&self, snapshot: Option<usize>) -> bool {
        let Some(snapshot) = snapshot else { return false };
        let are_all =
            self.profiles[snapshot].are_all(&["snap", "snapshot", "partial", "full", "image", "true", "1", "t"]);
        let times = self.moments().collect::<HashSet<_>>().len();
        are_all && times * 2 <= self.table.rows.len()
    }

    /// Nearly all times have bids and asks, which do not cross, each at a price of its own.
    fn are_books(&self, side: usize, price: usize) -> bool {
        let is_bid = |row: &Vec<String>| {
            row.get(side).is_some_and(|cell| matches!(cell.to_ascii_lowercase().as_str(), "bid" | "b" | "buy"))
        };
        let mut books: HashMap<_, [Vec<f64>; 2]> = HashMap::new();
        for ((moment, row), price) in self.moments().zip(&self.table.rows).zip(&self.profiles[price].numbers) {
            let Some(price) = *price else { continue };
            books.entry(moment).or_default()[usize::from(is_bid(row))].push(price);
        }
        let is_whole = |[asks, bids]: &[Vec<f64>; 2]| {
            let highest_bid = bids.iter().copied().fold(f64::MIN, f64::max);
            let lowest_ask = asks.iter().copied().fold(f64::MAX, f64::min);
            let are_different = |prices: &Vec<f64>| {
                let mut sorted = prices.clone();
                sorted.sort_unstable_by(f64::total_cmp);
                sorted.windows(2).all(|pair| pair[0] != pair[1])
            };
            highest_bid < lowest_ask && are_different(bids) && are_different(asks)
        };
        let two_sided: Vec<_> = books.values().filter(|[asks, bids]| !asks.is_empty() && !bids.is_empty()).collect();
        let whole = two_sided.iter().filter(|book| is_whole(book)).count();
        let levels: usize = two_sided.iter().map(|[asks, bids]| asks.len() + bids.len()).sum();
        // Of a single time, more than one level of each side is needed.
        let is_enough = two_sided.len() > 1 || levels > 3;
        is_enough
            && two_sided.len() * 100 >= books.len() * TWO_SIDED
            && whole as f64 >= two_sided.len() as f64 * AGREEING_ROWS
    }

    /// A column is named for an id, and has another one in each row that is not the row before again.
    fn numbers_rows(&self, column: usize) -> bool {
        let is_id = is_id(&self.profiles[column].name) && self.profiles[column].filled == self.table.rows.len();
        let mut seen = HashSet::new();
        let mut rows = self.table.rows.iter().zip(std::iter::once(None).chain(self.table.rows.iter().map(Some)));
        is_id && rows.all(|(row, before)| Some(row) == before || seen.insert(row.get(column)))
    }

    /// Finds the column that tells the kind of each row.
    fn row_kind(&mut self, columns: &mut TickColumns) {
        let of_side = columns.side.map(|side| side.column);
        let candidates: Vec<usize> = self.free(columns).chain(of_side).collect();
        let Some(kind) = candidates.into_iter().find_map(|n| self.kind_column(n, columns)) else { return };
        columns.row_kind = Some(kind);
        let name = self.table.column_name(kind.column);
        let texts = self.profiles[kind.column].texts.clone();
        let kinds: Vec<(RowKind, &String)> =
            texts.iter().filter_map(|text| Some((RowKind::of(text, kind.form)?, text))).collect();
        let has = |wanted: &[RowKind]| kinds.iter().any(|(kind, _)| wanted.contains(kind));
        if of_side == Some(kind.column) && !texts.iter().any(|text| matches!(text.as_str(), "buy" | "sell")) {
            columns.side = None;
        }
        let has_sides = has(&[RowKind::Bid, RowKind::Ask]);
        if !self.is_kind_given && matches!(kind.form, KindForm::Words | KindForm::Numbers) {
            let has_quotes = has_sides || has(&[RowKind::Quote]) || columns.bid.or(columns.ask).is_some();
            self.kind = match (has(&[RowKind::Trade, RowKind::Both]), has_quotes) {
                (true, true) => FileKind::TradesAndQuotes,
                (true, false) => FileKind::Trades,
                (false, _) => FileKind::Quotes,
            };
        }
        let listed =
            texts.iter().take(4).map(|text| format!("`{}`", text.to_uppercase())).collect::<Vec<_>>().join(", ");
        self.assume(format!("`{name}` tells the kind of each row"), format!("it has {listed}"), "--columns");
        for side in [RowKind::Bid, RowKind::Ask] {
            let mut same: Vec<&String> =
                kinds.iter().filter(|(kind, _)| *kind == side).map(|(_, text)| *text).collect();
            same.sort_by_key(|text| text.len());
            let left_out: Vec<String> = same.into_iter().skip(1).cloned().collect();
            self.reading.kinds_left_out.extend(left_out);
        }
        if let Some(first) = self.reading.kinds_left_out.first() {
            let what = format!("rows such as `{}` are not played", first.to_uppercase());
            self.assume(what, "they are quotes of another range than the others", "");
        }
        if has(&[RowKind::Cancelled, RowKind::Correction]) {
            let why = "they are about trades that have played before";
            self.assume("cancelled trades and corrections are not played".into(), why, "--columns");
        }
    }

    /// The column as one of kinds, where it is one.
    fn kind_column(&self, column: usize, columns: &TickColumns) -> Option<KindColumn> {
        let profile = &self.profiles[column];
        let form = |form| Some(KindColumn { column, form });
        let name = profile.name.to_lowercase();
        let words = Words::of(&profile.name);
        let is_among = |limit: f64| {
            let are_numbers = profile.filled > 0 && profile.numeric == profile.filled && profile.are_integers();
            are_numbers && profile.min() >= 0.0 && profile.max() <= limit
        };
        let kinds_of = |form| profile.texts.iter().map(|text| RowKind::of(text, form)).collect::<Option<HashSet<_>>>();
        if profile.filled == 0 || profile.has_more_texts {
            return None;
        }
        let is_named = name == "row_kind";
        if FIX_NAMES.contains(&name.as_str()) && kinds_of(KindForm::Numbers).is_some_and(|kinds| kinds.len() > 1) {
            return form(KindForm::Numbers);
        }
        if (name.contains("corr") || is_named) && is_among(MAX_CORRECTION) && !name.contains("correl") {
            return form(KindForm::Corrections);
        }
        let has_both_quotes = columns.bid.is_some() && columns.ask.is_some() && columns.action.is_none();
        let has_last = columns.price.is_none_or(|price| is_of_trade(&self.profiles[price].name));
        let are_bits = || profile.values().all(|value| value % 2.0 == 0.0) && profile.max() >= 2.0;
        if (name.contains("flag") || is_named) && has_both_quotes && has_last && is_among(MAX_BITS) && are_bits() {
            return form(KindForm::Bits);
        }
        let is_of_cancels = ["cancel", "bust", "void"].iter().any(|word| name.contains(word));
        if is_of_cancels && profile.texts.len() <= 2 && profile.dated == 0 && !words.has(Word::Size) {
            return form(KindForm::Cancelled);
        }
        let kinds = kinds_of(KindForm::Words)?;
        let has = |kind| kinds.contains(&kind);
        let has_quotes = has(RowKind::Bid) || has(RowKind::Ask) || has(RowKind::Quote);
        let are_letters = profile.texts.iter().any(|text| text.len() == 1);
        let is_type =
            words.has(Word::Type) && !name.contains("cond") || words.has(Word::Event) || name.contains("record");
        let are_kinds = has(RowKind::Trade) && (has_quotes || has(RowKind::Cancelled) || has(RowKind::Correction));
        let are_quotes =
            || has(RowKind::Bid) && has(RowKind::Ask) && profile.texts.iter().all(|text| text.contains("quote"));
        let is_kind = (are_kinds || are_quotes()) && (is_type || !are_letters) && columns.action != Some(column);
        if is_named || is_kind { form(KindForm::Words) } else { None }
    }

    /// Returns whether a blank bid or ask means that it is the one before.
    fn do_blanks_keep(&mut self, columns: &TickColumns) -> bool {
        let (Some(bid), Some(ask)) = (columns.bid, columns.ask) else { return false };
        if self.table.names == RECORDING {
            return false;
        }
        let sides = self.profiles[bid].numbers.iter().zip(&self.profiles[ask].numbers);
        let (mut bids, mut asks, mut any) = (0, 0, 0);
        for (bid, ask) in sides {
            any += usize::from(bid.is_some() || ask.is_some());
            bids += usize::from(bid.is_some() && ask.is_none());
            asks += usize::from(bid.is_none() && ask.is_some());
        }
        let are_bits = columns.row_kind.is_some_and(|kind| kind.form == KindForm::Bits) || self.has_bits(columns);
        let is_usual = bids > 0 && asks > 0 && (bids + asks) * 100 >= any * ONE_SIDED;
        let keeps = is_usual || are_bits && bids + asks > 0;
        if keeps {
            let why = if are_bits { "flags tell which side is new" } else { "most rows have one side, as it changed" };
            self.assume("a blank bid or ask is unchanged".into(), why, "");
        }
        keeps
    }

    /// A column has the bits of MetaTrader.
    fn has_bits(&self, columns: &TickColumns) -> bool {
        let is_bits = |n| self.kind_column(n, columns).is_some_and(|kind| kind.form == KindForm::Bits);
        self.free(columns).any(is_bits)
    }

    /// Finds out what a price of 0 means.
    fn zeros(&mut self, shapes: &[RowShape]) {
        let columns: Vec<usize> = shapes.iter().flat_map(price_columns).collect();
        // The prices of cancelled trades are no neighbours of others.
        let kind = shapes.iter().find_map(|shape| match shape {
            RowShape::Ticks(ticks) => Some(ticks.row_kind?.column),
            RowShape::Levels { side, .. } => Some(*side),
            RowShape::Bars { .. } | RowShape::Messages { .. } => None,
        });
        let kinds = self.table.rows.iter().map(|row| kind.and_then(|kind| row.get(kind)));
        let symbols: Vec<_> = self.moments().zip(kinds).map(|((_, symbol), kind)| (symbol, kind)).collect();
        let prices = columns.iter().flat_map(|column| {
            let numbers = self.profiles[*column].numbers.iter().zip(&symbols);
            numbers.filter_map(|(price, symbol)| Some(((*column, *symbol), (*price)?)))
        });
        let is_price = self.zero_prices.unwrap_or_else(|| zero_price::is_price(prices));
        self.reading.is_zero_price = is_price;
        if self.zero_prices.is_some() {
            return;
        }
        let zeros = |column: usize| self.profiles[column].values().filter(|value| *value == 0.0).count();
        let Some(column) = columns.iter().copied().find(|column| zeros(*column) > 0) else { return };
        // A bid or ask of 0 is none, as everywhere.
        let is_quote = |shape: &RowShape| matches!(shape, RowShape::Ticks(ticks) if ticks.price != Some(column));
        if !is_price && shapes.iter().all(is_quote) {
            return;
        }
        let (name, zeros) = (self.table.column_name(column), zeros(column));
        if is_price {
            self.assume("0 is a price".into(), format!("`{name}` has prices near it"), "--zero-prices no");
        } else {
            let why = format!("`{name}` has it {zeros} times among the first rows, far from its other prices");
            self.assume("0 is no price".into(), why, "--zero-prices yes");
        }
    }
}

fn price_columns(shape: &RowShape) -> Vec<usize> {
    let columns = match *shape {
        RowShape::Bars { open, high, low, close, .. } => [Some(open), Some(high), Some(low), Some(close)],
        RowShape::Ticks(ticks) => [ticks.price, ticks.bid, ticks.ask, None],
        RowShape::Levels { price, .. } | RowShape::Messages { price, .. } => [Some(price), None, None, None],
    };
    let mut columns: Vec<usize> = columns.into_iter().flatten().collect();
    columns.dedup();
    columns
}
