//! The columns whose cells name the instrument of a row together: a symbol and its expiry, strike, series, exchange.
//!
//! A column named for an expiry, a strike, an option type or a series parts instruments where it varies within one
//! symbol. Any other column does where rows of one symbol and moment have prices far apart, and it parts them.

use std::collections::{HashMap, HashSet};

use super::cell_words::{BOOLEANS, OPTION_TYPES, SIDES_AND_NUMBERS};
use super::column_name;
use super::contents::Contents;
use super::profile::Profile;
use super::table::Table;
use super::time_column::DetectedTime;
use super::weights::{CONFLICTS_LEFT, FAR_PRICE, MIN_CONFLICTS, MIN_JUMPS, PRICE_JUMP};
use super::words::{Word, Words};
use crate::feed::replay::error::echo;
use crate::feed::replay::schema::column_role::ColumnRole;
use crate::feed::replay::schema::file_kind::FileKind;
use crate::feed::replay::schema::layout::RowShape;
use crate::feed::replay::schema::symbol;

/// The columns that name an instrument.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstrumentColumns {
    pub symbol: Option<usize>,
    /// The columns whose cells stand behind the symbol.
    pub parts: Vec<usize>,
    /// The evidence for the parts; empty where there are none.
    pub why: String,
}

/// The rows of a sample, as far as they tell instruments apart.
struct InstrumentRows<'a> {
    table: &'a Table,
    profiles: &'a [Profile],
    time: &'a DetectedTime,
    kind: FileKind,
    shape: &'a RowShape,
    symbol: Option<usize>,
}

/// The longest text of a column that parts instruments, in bytes.
const MAX_LONGEST_TEXT: usize = 32;
/// In a sample this small a column may part rows without a repeated text.
const FEW_ROWS: usize = 8;

impl InstrumentRows<'_> {
    /// Finds the columns that name the instruments.
    fn find(&self) -> InstrumentColumns {
        let mut parts = self.named_parts();
        let mut symbol = self.symbol;
        // A series is no part of a symbol that the file's name gives: it is the symbol.
        if symbol.is_none()
            && let Some(at) = parts.iter().position(|(name, _)| *name == PartName::Series)
        {
            symbol = Some(parts.remove(at).1);
        }
        let mut columns: Vec<usize> = parts.into_iter().map(|(_, column)| column).collect();
        let found: Vec<usize> = symbol.into_iter().chain(columns.iter().copied()).collect();
        let more = self.parting_columns(&found);
        // Bars of bids and bars of asks are those of the symbol that the file's name gives.
        let are_sides = more.iter().all(|n| self.profiles[*n].are_all(&SIDES_AND_NUMBERS));
        if symbol.is_none() && !more.is_empty() && !are_sides {
            symbol = Some(more[0]);
            columns.extend(&more[1..]);
        } else {
            columns.extend(&more);
        }
        if columns.is_empty() {
            let why = if symbol == self.symbol { String::new() } else { self.evidence(&[]) };
            return InstrumentColumns { symbol, parts: columns, why };
        }
        let why = self.evidence(&self.symbol.into_iter().collect::<Vec<_>>());
        match symbol.and_then(|symbol| self.full_name(symbol, &columns)) {
            Some(name) => InstrumentColumns { symbol: Some(name), parts: Vec::new(), why },
            None => InstrumentColumns { symbol, parts: columns, why },
        }
    }

    /// The columns named as a part of an instrument that vary within a symbol, in the order of a name.
    fn named_parts(&self) -> Vec<(PartName, usize)> {
        let free = self.free_columns();
        let named = free.into_iter().filter_map(|n| {
            let profile = &self.profiles[n];
            let name = match part_of_instrument(&profile.name) {
                Some(PartName::OptionType) | None if profile.are_all(&OPTION_TYPES) => self.option_type(n)?,
                Some(PartName::OptionType) => return None,
                name => name?,
            };
            let is_filled = profile.filled > 0 && (name != PartName::Strike || profile.is_numeric());
            is_filled.then(|| (name, n, self.varies_within_symbol(n)))
        });
        let mut named: Vec<_> = named.collect();
        let is_contract = |name: &PartName| *name != PartName::Series;
        let has_contracts = named.iter().any(|(name, _, varies)| is_contract(name) && *varies);
        // One contract has the same name in a file of its own and beside others.
        named.retain(|(name, _, varies)| *varies || has_contracts && is_contract(name));
        // Of two expiries, such as that of the contract and the actual one, one is enough.
        named.sort_unstable_by_key(|(name, n, varies)| (*name, !*varies, *n));
        named.dedup_by_key(|(name, ..)| *name);
        named.into_iter().map(|(name, n, _)| (name, n)).collect()
    }

    /// Calls and puts, under a name that allows them.
    fn option_type(&self, column: usize) -> Option<PartName> {
        let name = &self.profiles[column].name;
        let allows = part_of_instrument(name).is_some()
            || column_name::role_of(name, ColumnRole::MessageType).is_some()
            || !column_name::has_role(name);
        allows.then_some(PartName::OptionType)
    }

    fn varies_within_symbol(&self, column: usize) -> bool {
        let mut texts: HashMap<&str, &str> = HashMap::new();
        self.table.rows.iter().any(|row| {
            let cell = |n: usize| row.get(n).map_or("", String::as_str);
            let symbol = self.symbol.map_or("", cell);
            *texts.entry(symbol).or_insert_with(|| cell(column)) != cell(column)
        })
    }

    /// Columns that have no other role.
    fn free_columns(&self) -> Vec<usize> {
        let used: Vec<usize> = self.shape.columns().into_iter().map(|(column, _)| column).collect();
        let of_time = self.time.columns();
        let is_free = |n: &usize| !used.contains(n) && !of_time.contains(n) && self.symbol != Some(*n);
        (0..self.profiles.len()).filter(is_free).collect()
    }

    /// The columns that part rows of one instrument, as named so far, with prices far apart.
    fn parting_columns(&self, named: &[usize]) -> Vec<usize> {
        if matches!(self.shape, RowShape::Levels { .. } | RowShape::Messages { .. }) {
            return Vec::new();
        }
        let rows = self.table.rows.len();
        let free = self.free_columns();
        let by_conflicts: Vec<usize> = free.into_iter().filter(|n| self.can_part(*n)).collect();
        // A jump is weaker than a conflict: the texts must repeat.
        let repeats = |n: &usize| self.profiles[*n].texts.len() * 2 <= self.profiles[*n].filled;
        let by_jumps: Vec<usize> = by_conflicts.iter().copied().filter(repeats).collect();
        let found = self.part_by(named, &by_conflicts, Self::conflicts, (rows / MIN_CONFLICTS).max(1));
        if !found.is_empty() {
            return found;
        }
        self.part_by(named, &by_jumps, Self::jumps, (rows / MIN_JUMPS).max(2))
    }

    /// Adds the column that leaves the fewest contradictions, until hardly any is left.
    fn part_by(
        &self,
        named: &[usize],
        candidates: &[usize],
        measure: fn(&Self, &[usize]) -> usize,
        least: usize,
    ) -> Vec<usize> {
        let before = measure(self, named);
        if before < least {
            return Vec::new();
        }
        let (mut all, mut left) = (named.to_vec(), before);
        while left * CONFLICTS_LEFT > before {
            let with = |n: usize| [all.as_slice(), &[n]].concat();
            let open = candidates.iter().copied().filter(|n| !all.contains(n));
            let ranked = open.map(|n| (measure(self, &with(n)), self.profiles[n].texts.len(), n));
            match ranked.min() {
                Some((fewer, _, column)) if fewer < left => {
                    all.push(column);
                    left = fewer;
                }
                _ => return Vec::new(),
            }
        }
        let mut found = all.split_off(named.len());
        found.sort_unstable();
        found
    }

    /// A column of few short texts, which is not the side or the condition of a trade.
    fn can_part(&self, column: usize) -> bool {
        let profile = &self.profiles[column];
        let is_text = profile.numeric * 2 < profile.filled;
        let repeats = profile.texts.len() * 2 <= profile.filled && !profile.has_more_texts;
        let roles = column_name::roles_of(&profile.name);
        let of_row = [
            ColumnRole::Side,
            ColumnRole::BuyerMaker,
            ColumnRole::Snapshot,
            ColumnRole::Action,
            ColumnRole::MessageType,
        ];
        // Bars have no side of their own: there are those of bids and those of asks.
        let is_of_row = self.kind != FileKind::Bars && roles.iter().any(|named| of_row.contains(&named.role));
        profile.filled > 0
            && profile.texts.len() + usize::from(profile.filled < self.table.rows.len()) > 1
            && profile.dated * 2 < profile.filled
            && profile.texts.iter().all(|text| text.len() <= MAX_LONGEST_TEXT)
            && (repeats || is_text && profile.filled <= FEW_ROWS)
            && (is_text || profile.are_integers())
            && !is_of_row
            && !column_name::is_id(&profile.name)
            && (self.kind == FileKind::Bars || !profile.are_all(&SIDES_AND_NUMBERS))
            && !profile.are_all(&BOOLEANS)
    }

    fn price_column(&self) -> Option<usize> {
        match *self.shape {
            RowShape::Bars { close, .. } => Some(close),
            RowShape::Ticks(ticks) => ticks.price.or(ticks.bid).or(ticks.ask),
            RowShape::Levels { price, .. } | RowShape::Messages { price, .. } => Some(price),
        }
    }

    /// The rows with a price: the instrument under these columns, the moment, the price, the row.
    fn priced<'b>(&'b self, columns: &'b [usize]) -> impl Iterator<Item = (String, String, f64, usize)> + 'b {
        let price = self.price_column();
        let numbers = price.map(|column| &self.profiles[column].numbers);
        let of_time = self.time.columns();
        self.table.rows.iter().enumerate().filter_map(move |(n, row)| {
            let cell = |n: usize| row.get(n).map_or("", String::as_str);
            let price = numbers?.get(n).copied().flatten().filter(|price| *price != 0.0)?;
            let key = columns.iter().map(|column| cell(*column)).collect::<Vec<_>>().join("\u{1f}");
            let moment = of_time.iter().map(|column| cell(*column)).collect::<Vec<_>>().join(" ");
            Some((key, moment, price, n))
        })
    }

    /// Rows of one instrument and moment whose prices are far apart.
    fn conflicts(&self, columns: &[usize]) -> usize {
        let mut prices: HashMap<(String, String), f64> = HashMap::new();
        self.priced(columns)
            .filter(|(key, moment, price, _)| {
                let last = prices.insert((key.clone(), moment.clone()), *price);
                last.is_some_and(|last| self.are_far(last, *price))
            })
            .count()
    }

    /// Prices of one instrument that jump from row to row.
    fn jumps(&self, columns: &[usize]) -> usize {
        let mut prices: HashMap<String, f64> = HashMap::new();
        self.priced(columns)
            .filter(|(key, _, price, _)| {
                let last = prices.insert(key.clone(), *price);
                last.is_some_and(|last| distance(last, *price) > PRICE_JUMP)
            })
            .count()
    }

    /// Two prices of one moment cannot both be those of one instrument. A moment has one bar, but many trades.
    fn are_far(&self, a: f64, b: f64) -> bool {
        let of_time = &self.profiles[self.time.column];
        let are_days = of_time.dated > 0 && of_time.with_clock == 0 && self.time.clock.is_none();
        let far = if self.kind == FileKind::Bars || are_days { 0.0 } else { FAR_PRICE };
        distance(a, b) > far
    }

    /// The first two rows of one instrument that contradict each other.
    fn evidence(&self, columns: &[usize]) -> String {
        let mut prices: HashMap<(String, String), (f64, usize)> = HashMap::new();
        for (key, moment, price, row) in self.priced(columns) {
            if let Some((last, at)) = prices.insert((key, moment.clone()), (price, row))
                && self.are_far(last, price)
            {
                let cell = |row: usize| self.price_column().map_or("", |column| self.cell(row, column));
                let moment = echo(moment.trim().as_bytes());
                return format!("rows of {moment} have the prices {} and {}", cell(at), cell(row));
            }
        }
        "these columns part rows with different prices".into()
    }

    fn cell(&self, row: usize, column: usize) -> &str {
        self.table.rows[row].get(column).map_or("", String::as_str)
    }

    /// A column that names each of the instruments in one: other for each of them, and with the symbol in it.
    fn full_name(&self, symbol: usize, parts: &[usize]) -> Option<usize> {
        let free = self.free_columns();
        free.into_iter().filter(|n| !parts.contains(n)).find(|n| {
            let mut names: HashMap<String, &str> = HashMap::new();
            let mut different: HashSet<&str> = HashSet::new();
            (0..self.table.rows.len()).all(|row| {
                let (of_symbol, name) = (self.cell(row, symbol), self.cell(row, *n));
                let key = parts.iter().map(|part| self.cell(row, *part)).collect::<Vec<_>>().join("\u{1f}");
                let known = names.entry(format!("{of_symbol}\u{1f}{key}")).or_insert(name);
                *known == name
                    && symbol::is_symbol(name)
                    && name.len() > of_symbol.len()
                    && name.to_lowercase().contains(&of_symbol.to_lowercase())
            }) && names.values().all(|name| different.insert(name))
        })
    }
}

/// A part of an instrument's name beside its symbol, in the order of such names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum PartName {
    Expiry,
    OptionType,
    Strike,
    Series,
}

/// The part of an instrument's name that a column is named for.
fn part_of_instrument(name: &str) -> Option<PartName> {
    let words = Words::of(name);
    let is_month = || words.has(Word::Contract) && name.to_lowercase().contains("month");
    // The name of a figure of an instrument, such as the time to its expiry or the interest in a series.
    let figures = [
        Word::Count,
        Word::Volume,
        Word::Size,
        Word::Bid,
        Word::Ask,
        Word::Turnover,
        Word::Id,
        Word::Symbol,
        Word::Name,
        Word::Last,
        Word::Open,
        Word::High,
        Word::Low,
        Word::Close,
    ];
    let is_figure =
        words.has_any(&figures) || words.has(Word::OptionType) && words.has(Word::Price) || name.contains('%');
    match () {
        () if is_figure => None,
        () if words.has(Word::OptionType) => Some(PartName::OptionType),
        () if words.has(Word::Strike) => Some(PartName::Strike),
        () if words.has(Word::Expiry) || is_month() => Some(PartName::Expiry),
        () if words.has(Word::Series) => Some(PartName::Series),
        () => None,
    }
}

fn distance(a: f64, b: f64) -> f64 {
    (a - b).abs() / a.abs().max(b.abs())
}

/// The columns that name the instruments: those that people give, or those that the rows tell.
pub fn find(
    table: &Table,
    profiles: &[Profile],
    time: &DetectedTime,
    contents: &Contents,
    given: &[usize],
) -> InstrumentColumns {
    match contents.groups.as_slice() {
        [group] if given.is_empty() && group.symbol.is_none() => {
            let (kind, shape, symbol) = (contents.kind, &group.shape, contents.symbol);
            InstrumentRows { table, profiles, time, kind, shape, symbol }.find()
        }
        _ => of_people(given),
    }
}

/// The columns that people name, each once.
fn of_people(columns: &[usize]) -> InstrumentColumns {
    let mut seen = HashSet::new();
    let mut columns = columns.iter().copied().filter(|column| seen.insert(*column));
    let symbol = columns.next();
    InstrumentColumns { symbol, parts: columns.collect(), why: String::new() }
}
