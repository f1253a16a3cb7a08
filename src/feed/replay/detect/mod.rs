//! What a file is, told by evidence: from a sample of its lines to the [`Layout`] that its rows are read by.
//!
//! In reading order: `sample` (lines), `table` (delimiter, header, names), `profile` (what the values of a
//! column look like), `moment` (the time), `names` over `meaning` and `words` (columns by name), `prices`
//! (columns by value), `scale` (prices as whole numbers). A name says what a column may be, and its values
//! have to agree; where no name says anything, values alone decide. What is not certain becomes an
//! assumption with the flag that says otherwise.

mod assumptions;
mod meaning;
mod moment;
mod names;
mod prices;
mod profile;
mod sample;
mod scale;
mod table;
mod words;

pub use meaning::Meaning;

use self::moment::{Fixed, Found};
use self::names::Names;
use self::profile::Profile;
use self::sample::Sample;
use self::table::{Frame, Table};
use super::ReplayConfig;
use super::cells::Cells;
use super::entry::Entry;
use super::error::{Problem, echo};
use super::layout::{Group, Layout, Shape, TickColumns, TimeColumns};
use super::lines::{Fit, Place};
use super::name;
use super::open::{self, Form, read_problem};
use super::overrides::{ColumnNames, Overrides};
use super::report::FileKind;
use super::times::{self, DateOrder, TimeFormat};

/// Tells how an entry is to be read.
///
/// # Errors
/// When it cannot be read, or no row of it could be played.
pub fn detect(entry: &Entry, config: &ReplayConfig, said: &Overrides) -> Result<Layout, Problem> {
    let form = open::form(entry, said.encoding)?;
    let sample =
        Sample::read(&mut open::open_at(entry, form, Place::default(), config.max_line_bytes)?, config.max_line_bytes)?;
    let table = Table::of(&sample, Frame { delimiter: said.delimiter, has_header: said.header });
    let mut profiles = Profile::all(&table);
    if let Some(mark) = said.decimal_mark {
        (0..profiles.len()).for_each(|n| profiles[n] = Profile::of(&table, n, mark));
    }
    if let Some(columns) = &said.columns {
        rename(&mut profiles, columns)?;
    }
    if table.rows.is_empty() {
        return Err(no_rows(&table));
    }
    let fixed = Fixed { unit: said.time_unit, order: said.date_order, ..Fixed::default() };
    let mut found = moment::find(&table, &profiles, &fixed).ok_or_else(|| no_time(&table))?;
    let decided = if found.is_order_open { Some(order(entry, form, config, &table, &mut found)?) } else { None };
    let (kind, groups, symbol) = contents(&table, &profiles, &found, said).ok_or_else(|| no_price(&table))?;
    let mut layout = Layout {
        form,
        delimiter: table.delimiter,
        header: table.header,
        above: table.above,
        names: (0..table.names.len()).map(|n| column_name(&table, n)).collect(),
        marks: profiles.iter().map(|profile| profile.mark).collect(),
        time: TimeColumns {
            column: found.column,
            clock: found.clock,
            format: found.format,
            zone: said.tz.unwrap_or_default(),
            zone_is_known: said.tz.is_some(),
            base_day: 0,
        },
        symbol,
        file_symbol: said.symbol.clone().unwrap_or_else(|| name::symbol_of(&entry.name())),
        kind,
        groups,
        price_scale: 0,
        assumptions: Vec::new(),
    };
    if said.symbol.is_some() {
        layout.symbol = None;
    }
    assumptions::make(&mut layout, entry, said, &table, &profiles, decided);
    Ok(layout)
}

/// Gives columns the names that people say they should have.
fn rename(profiles: &mut [Profile], columns: &ColumnNames) -> Result<(), Problem> {
    const UNUSED: &str = "(unused)";
    match columns {
        ColumnNames::InOrder(list) => {
            if list.len() > profiles.len() {
                return Err(Problem::NoSuchColumn { column: list.len().to_string(), columns: profiles.len() });
            }
            for (n, profile) in profiles.iter_mut().enumerate() {
                profile.name = list.get(n).copied().flatten().map_or(UNUSED, Meaning::label).to_owned();
            }
        }
        ColumnNames::Named(list) => {
            for (meaning, column) in list {
                let by_name = profiles.iter().position(|profile| profile.name.eq_ignore_ascii_case(column));
                let by_number =
                    || column.parse::<usize>().ok().filter(|n| (1..=profiles.len()).contains(n)).map(|n| n - 1);
                let at = by_name.or_else(by_number);
                let at = at.ok_or_else(|| Problem::NoSuchColumn { column: column.clone(), columns: profiles.len() })?;
                for profile in profiles.iter_mut() {
                    if meaning::of(&profile.name).first().is_some_and(|named| named.meaning == *meaning) {
                        profile.name = UNUSED.into();
                    }
                }
                profiles[at].name = meaning.label().into();
            }
        }
    }
    Ok(())
}

type Contents = (FileKind, Vec<Group>, Option<usize>);

/// What rows hold: names first, then values.
fn contents(table: &Table, profiles: &[Profile], found: &Found, said: &Overrides) -> Option<Contents> {
    let mut taken: Vec<usize> = std::iter::once(found.column).chain(found.clock).collect();
    taken.sort_unstable();
    if let Some((kind, groups)) = names::wide(profiles, table.symbols.as_deref(), &taken)
        && groups.iter().any(|group| is_full(&group.shape))
    {
        return Some((kind, groups, None));
    }
    let names = Names::of(profiles, &taken);
    let symbol =
        names.symbol().or_else(|| if table.header.is_none() { symbol_by_value(profiles, &taken) } else { None });
    taken.extend(symbol);
    let names = Names::of(profiles, &taken);
    let one = |(kind, shape): (FileKind, Shape)| (kind, vec![Group { symbol: None, shape }], symbol);
    if let Some(shaped) = names.shape() {
        return Some(one(of_kind(shaped, said.kind)));
    }
    if let Some((kind, groups)) = names::wide(profiles, table.symbols.as_deref(), &taken) {
        return Some((kind, groups, None));
    }
    let free: Vec<usize> = (0..profiles.len()).filter(|n| !taken.contains(n)).collect();
    let newest_first = is_newest_first(table, found);
    let by_value = prices::find(profiles, &free, newest_first);
    let unnamed = table.header.is_none() || profiles.iter().all(|p| p.name.is_empty() || p.name.starts_with('('));
    let is_certain = by_value.as_ref().is_some_and(|shape| matches!(shape, Shape::Bars { .. }));
    if !unnamed
        && !is_certain
        && let Some(groups) = names::columns_of_symbols(profiles, &taken)
    {
        return Some((FileKind::Bars, groups, None));
    }
    let shape = by_value.filter(|_| unnamed || is_certain)?;
    let kind = match shape {
        Shape::Bars { .. } => FileKind::Bars,
        Shape::Messages { .. } | Shape::Levels { .. } => FileKind::Book,
        Shape::Ticks(TickColumns { bid: Some(_), .. }) => FileKind::Quotes,
        Shape::Ticks(_) => FileKind::Trades,
    };
    Some(one(of_kind((kind, shape), said.kind)))
}

/// A shape turned into the kind that people say it is, where it can be.
fn of_kind((kind, shape): (FileKind, Shape), said: Option<FileKind>) -> (FileKind, Shape) {
    let turned = match (said, shape) {
        (Some(FileKind::Trades), Shape::Bars { close, volume, .. }) => {
            Shape::Ticks(TickColumns { price: Some(close), size: volume, ..TickColumns::default() })
        }
        (Some(FileKind::Trades), Shape::Levels { side, price, size, .. }) => {
            let side = Some(super::layout::SideColumn { column: side, is_maker: false });
            Shape::Ticks(TickColumns { price: Some(price), size: Some(size), side, ..TickColumns::default() })
        }
        (Some(FileKind::Trades), Shape::Ticks(ticks)) if ticks.price.is_some() => {
            Shape::Ticks(TickColumns { bid: None, ask: None, bid_size: None, ask_size: None, ..ticks })
        }
        (Some(FileKind::Quotes), Shape::Ticks(ticks)) if ticks.bid.or(ticks.ask).is_some() => {
            Shape::Ticks(TickColumns { price: None, size: None, side: None, action: None, ..ticks })
        }
        (Some(FileKind::Bars), Shape::Ticks(TickColumns { price: Some(price), size, .. })) => {
            Shape::Bars { open: price, high: price, low: price, close: price, volume: size }
        }
        (
            Some(FileKind::Book),
            Shape::Ticks(TickColumns { price: Some(price), size: Some(size), side: Some(side), .. }),
        ) => Shape::Levels { side: side.column, price, size, snapshot: None },
        _ => return (said.filter(|said| *said == kind).unwrap_or(kind), shape),
    };
    (said.unwrap_or(kind), turned)
}

/// Bars with four prices of their own, or a quote of two sides.
fn is_full(shape: &Shape) -> bool {
    match shape {
        Shape::Bars { open, high, low, close, .. } => open != high && low != close && high != low,
        Shape::Ticks(ticks) => ticks.bid.is_some() && ticks.ask.is_some(),
        Shape::Levels { .. } | Shape::Messages { .. } => false,
    }
}

/// A column of words that may be symbols: the one with the most different ones.
fn symbol_by_value(profiles: &[Profile], taken: &[usize]) -> Option<usize> {
    let can_be = |n: &usize| {
        let profile = &profiles[*n];
        let is_word = |text: &String| {
            (2..=24).contains(&text.len())
                && text.chars().any(char::is_alphabetic)
                && text.chars().all(|c| c.is_alphanumeric() || "./:-_ ^=".contains(c))
        };
        let repeats = profile.texts.len() * 2 <= profile.filled || profile.filled < 5;
        profile.filled > 0
            && profile.numeric == 0
            && profile.dated == 0
            && profile.texts.iter().all(is_word)
            && !profile.are_all(&prices::SIDES)
            && !profile.are_all(&["true", "false"])
            && (repeats || profile.has_more_texts)
    };
    let columns = (0..profiles.len()).filter(|n| !taken.contains(n)).filter(can_be);
    columns.max_by_key(|n| (profiles[*n].texts.len(), std::cmp::Reverse(*n)))
}

fn is_newest_first(table: &Table, found: &Found) -> bool {
    let times: Vec<_> = table.column(found.column).filter_map(|cell| found.format.parse(cell)).map(|m| m.ts).collect();
    times.first() > times.last()
}

/// Reads on until a date tells the day from the month. Where none does, the order under which the dates lie
/// closer together is taken; returns whether it was but a guess.
fn order(entry: &Entry, form: Form, config: &ReplayConfig, table: &Table, found: &mut Found) -> Result<bool, Problem> {
    let mut lines = open::open_at(entry, form, Place::default(), config.max_line_bytes)?;
    let mut cells = Cells::default();
    while let Some(fit) = lines.advance().map_err(|e| read_problem(e, lines.number()))? {
        if lines.place().offset > config.full_read_bytes {
            break;
        }
        if fit == Fit::TooLong || lines.number() <= table.above || cells.split(lines.text(), table.delimiter).is_err() {
            continue;
        }
        let decided = match times::day_and_month(cells.get(found.column)) {
            Some((first, _)) if first > 12 => DateOrder::Dmy,
            Some((_, second)) if second > 12 => DateOrder::Mdy,
            _ => continue,
        };
        found.format = TimeFormat::Text(decided);
        return Ok(false);
    }
    let apart = |order: DateOrder| -> i64 {
        let days = table.column(found.column).filter_map(|cell| TimeFormat::Text(order).parse(cell));
        let days: Vec<i64> = days.map(|moment| moment.ts.0 / times::NANOS_PER_DAY).collect();
        days.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum()
    };
    let has_points = table.column(found.column).any(|cell| cell.get(..6).is_some_and(|date| date.contains('.')));
    let (mdy, dmy) = (apart(DateOrder::Mdy), apart(DateOrder::Dmy));
    let is_dmy = dmy < mdy || dmy == mdy && has_points;
    found.format = TimeFormat::Text(if is_dmy { DateOrder::Dmy } else { DateOrder::Mdy });
    Ok(true)
}

fn column_name(table: &Table, column: usize) -> String {
    match table.names.get(column).map(String::as_str) {
        Some("") | None => format!("column {}", column + 1),
        Some(name) => echo(name.as_bytes()),
    }
}

/// The columns' names in a sentence.
fn column_list(table: &Table) -> String {
    const MAX_LISTED: usize = 20;
    let listed: Vec<_> =
        (0..table.names.len()).take(MAX_LISTED).map(|n| format!("`{}`", column_name(table, n))).collect();
    match table.names.len().saturating_sub(MAX_LISTED) {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}

fn no_rows(table: &Table) -> Problem {
    Problem::NoRows { line: table.header.unwrap_or(table.above) }
}

fn no_time(table: &Table) -> Problem {
    Problem::NoTimeColumn { columns: column_list(table) }
}

fn no_price(table: &Table) -> Problem {
    Problem::NoPriceColumn { columns: column_list(table) }
}

/// The zone that the name of the time or the text above the header tells.
fn says_utc(table: &Table, found: usize) -> bool {
    let name = table.names.get(found).map_or("", String::as_str);
    let above = table.preamble.to_uppercase();
    meaning::says_utc(name) || above.contains("UTC") || above.contains("GMT")
}

/// Whether dates are written as eight figures.
fn has_compact_dates(table: &Table, found: usize) -> bool {
    table.column(found).next().is_some_and(|cell| cell.bytes().take_while(u8::is_ascii_digit).count() == 8)
}

const fn is_zoneless(profile: &Profile, format: TimeFormat) -> bool {
    match format {
        TimeFormat::Epoch(_) => false,
        TimeFormat::SinceMidnight(_) => true,
        TimeFormat::Iso | TimeFormat::Text(_) => profile.zoned == 0,
    }
}
