//! The choices that a file leaves open: each becomes an assumption, with the reason and the flag that changes it.

use super::by_name::NamedColumns;
use super::profile::Profile;
use super::table::Table;
use super::{column_name, price_scale, time_zone, unused};
use crate::feed::replay::error::echo;
use crate::feed::replay::parse::number::{DecimalMark, fraction};
use crate::feed::replay::parse::times::{AMBIGUOUS_ZONE, DateOrder, TimeFormat, TimeUnit, Zone};
use crate::feed::replay::schema::column_role::ColumnRole;
use crate::feed::replay::schema::layout::{Layout, RowShape, TickColumns};
use crate::feed::replay::schema::overrides::Overrides;

/// Completes a layout by assumptions.
pub fn make(layout: &mut Layout, overrides: &Overrides, table: &Table, profiles: &[Profile], is_order_guessed: bool) {
    assume_zone(layout, table, profiles);
    if is_order_guessed {
        assume_order(layout);
    }
    assume_price_scale(layout, overrides, table, profiles);
    assume_fractions(layout, overrides, table);
    assume_symbol(layout, overrides, table);
    assume_columns(layout, table, profiles);
    unused::assume(layout, table, profiles);
}

/// Says which columns name an instrument, and why.
pub fn assume_instrument(layout: &mut Layout, why: &str) {
    let first = layout.symbol.map(|symbol| format!("`{}`", layout.name(symbol)));
    let first = first.unwrap_or_else(|| layout.file_symbol.clone());
    let parts: Vec<String> = layout.symbol_parts.iter().map(|part| format!("`{}`", layout.name(*part))).collect();
    let what = match parts.as_slice() {
        [] => format!("{first} is the symbol"),
        parts => format!("instruments are {first} and {}", parts.join(" and ")),
    };
    layout.assume(what, why, "--columns");
}

fn assume_zone(layout: &mut Layout, table: &Table, profiles: &[Profile]) {
    let time = layout.time;
    let values_name_zone = match time.format {
        TimeFormat::Epoch(unit) => unit.is_utc(),
        TimeFormat::SinceMidnight(_) => false,
        TimeFormat::Iso | TimeFormat::Text(_) | TimeFormat::Figures(_) => profiles[time.column].zoned > 0,
    };
    let is_zoned = |cell: &&str| time.clock_form.parse(cell).is_some_and(|(_, zone)| zone.is_some());
    let clock_names_zone = || time.clock.is_some_and(|clock| table.column(clock).take(1).all(|cell| is_zoned(&cell)));
    if time.zone_is_known || values_name_zone || clock_names_zone() {
        layout.time.zone_is_known = true;
        return;
    }
    if let Some(zone) = named_zone(layout, table) {
        (layout.time.zone, layout.time.zone_is_known) = (zone, true);
        return;
    }
    if !time.has_clock {
        layout.assume("times are UTC", "dates without a clock are the same days in any zone", "");
        return;
    }
    let is_ambiguous = |column: usize| table.column(column).any(|cell| cell.ends_with(AMBIGUOUS_ZONE));
    let hint = match is_ambiguous(time.clock.unwrap_or(time.column)) {
        true => " but CST, which is one in America and one in China",
        false => vendor_zone(layout, table),
    };
    layout.assume("times are UTC", format!("they name no zone{hint}"), "--tz");
}

/// The zone that a name of a column, the lines above the rows, or all clocks of a column name.
fn named_zone(layout: &Layout, table: &Table) -> Option<Zone> {
    let time = layout.time;
    let names = [time.clock, Some(time.column)];
    let names = names.into_iter().flatten().filter_map(|column| table.names.get(column));
    let of_names = names.map(String::as_str).find_map(time_zone::of_name);
    of_names.or_else(|| time_zone::of_preamble(&table.preamble)).or_else(|| zone_column(layout, table))
}

/// The zone in a column of its own, the same in all rows.
fn zone_column(layout: &Layout, table: &Table) -> Option<Zone> {
    let roles = layout.roles();
    let unused = (0..table.names.len()).filter(|n| roles.get(*n).is_none_or(Option::is_none));
    let mut columns = unused.filter_map(|n| {
        let mut cells = table.column(n);
        let first = cells.next().filter(|cell| cell.contains('/'))?;
        let zone = first.parse::<Zone>().ok()?;
        cells.all(|cell| cell == first).then_some(zone)
    });
    columns.next()
}

/// The zone of vendors that write such files.
fn vendor_zone(layout: &Layout, table: &Table) -> &'static str {
    let sample = table.column(layout.time.column).next().unwrap_or_default();
    let is_ticks = layout.groups.iter().any(|group| matches!(group.shape, RowShape::Ticks(_)));
    let has_dots = sample.get(4..5) == Some(".") && sample.get(7..8) == Some(".");
    match layout.time.format {
        TimeFormat::SinceMidnight(TimeUnit::Seconds) if matches!(layout.groups[0].shape, RowShape::Messages { .. }) => {
            "; LOBSTER writes America/New_York"
        }
        TimeFormat::SinceMidnight(TimeUnit::Millis) => "; QuantConnect LEAN writes America/New_York for US equities",
        _ if table.header.is_none() && table.has_compact_dates(layout.time.column) && sample.len() > 14 => {
            if is_ticks || layout.delimiter == b';' {
                "; HistData writes EST without daylight saving, -05:00"
            } else {
                "; QuantConnect LEAN writes America/New_York for US equities"
            }
        }
        _ if has_dots => "; MetaTrader writes its broker's time, often UTC+2 or +3",
        _ => "",
    }
}

fn assume_order(layout: &mut Layout) {
    let what = match layout.time.format {
        TimeFormat::Text(DateOrder::Dmy) => "dates are day first",
        TimeFormat::Text(DateOrder::Ymd) => "dates are year first",
        _ => "dates are month first",
    };
    layout.assume(what, "no date in the file tells the day from the month", "--date-order");
}

fn assume_price_scale(layout: &mut Layout, overrides: &Overrides, table: &Table, profiles: &[Profile]) {
    if let Some(places) = overrides.price_scale {
        layout.price_scale = places;
        return;
    }
    let has_compact_dates = table.has_compact_dates(layout.time.column);
    let shape = &layout.groups[0].shape;
    // Only counts since midnight are evidence for a vendor, and no clocks.
    let format = if layout.time.clock.is_some() { TimeFormat::Iso } else { layout.time.format };
    let scale = price_scale::find(profiles, shape, format, table.header.is_some(), has_compact_dates);
    if let Some(scale) = scale {
        layout.price_scale = scale.places;
        let factor = 10u64.pow(u32::from(scale.places));
        layout.assume(format!("prices are divided by {factor}"), scale.why, "--price-scale");
    }
}

/// Says how a price in 32nds or eighths is read, by the first one.
fn assume_fractions(layout: &mut Layout, overrides: &Overrides, table: &Table) {
    let used = layout.roles();
    let is_fraction = |n: &usize| used[*n].is_some() && layout.mark(*n).is_fraction();
    let Some(column) = (0..used.len()).find(is_fraction).filter(|_| overrides.decimal_mark.is_none()) else { return };
    let mark = layout.mark(column);
    let first = table.column(column).find_map(|cell| Some((cell, fraction::parse_points(cell, mark)?)));
    let Some((cell, price)) = first else { return };
    let why = match mark {
        DecimalMark::ThirtySeconds => "figures behind the mark are below 32, and the last one is 0, 2, 5 or 7",
        DecimalMark::EighthsOf32nds => "figures behind the mark are below 32, and the last one counts eighths",
        _ => "the figure behind the mark is below 8",
    };
    layout.assume(format!("`{}` is {price}", echo(cell.as_bytes())), why, "--decimal-mark");
}

fn assume_symbol(layout: &mut Layout, overrides: &Overrides, table: &Table) {
    let is_named = layout.groups.iter().all(|group| group.symbol.is_some());
    if layout.symbol.is_none() && !is_named && overrides.symbol.is_none() {
        let why = match table.symbol {
            Some((line, _)) => format!("line {line} above the rows names it"),
            None => "no column has symbols, so it is taken from the file's name".into(),
        };
        layout.assume(format!("the symbol is {}", layout.file_symbol), why, "--symbol");
    }
    if table.header.is_none() && overrides.columns.is_none() {
        layout.assume("columns are detected by their values", "the file has no header", "--columns");
    }
}

fn assume_columns(layout: &mut Layout, table: &Table, profiles: &[Profile]) {
    let quoted = |layout: &Layout, columns: &[usize]| {
        columns.iter().map(|n| format!("`{}`", layout.name(*n))).collect::<Vec<_>>().join(", ")
    };
    let used = layout.roles();
    let could_be_price = |n: usize| {
        let roles = column_name::roles_of(&profiles[n].name);
        let is_size = |role| matches!(role, ColumnRole::Size | ColumnRole::Volume | ColumnRole::Time);
        used[n].is_none() && (profiles[n].name.is_empty() || roles.first().is_some_and(|named| !is_size(named.role)))
    };
    let is_mangled = |n: &usize| profiles[*n].is_mangled() && could_be_price(*n);
    let mangled: Vec<usize> = (0..profiles.len()).filter(is_mangled).collect();
    if !mangled.is_empty() {
        let what = format!("{} cannot be used", quoted(layout, &mangled));
        layout.assume(what, "the numbers have lost their decimal point", "--columns");
    }
    if let RowShape::Ticks(TickColumns { price: Some(price), .. }) = layout.groups[0].shape
        && column_name::is_weak_price(layout.name(price))
    {
        let why = "a figure of that name may be something else: a yield, an index of the economy";
        layout.assume(format!("`{}` is the price", layout.name(price)), why, "--columns");
    }
    let RowShape::Bars { open, high, low, close, .. } = layout.groups[0].shape else { return };
    if high == low {
        layout.assume("bars are flat", format!("`{}` is the only price", layout.name(close)), "--kind");
    } else if open == close {
        layout.assume("bars open at their close", "no column has the open", "--columns");
    }
    let others = NamedColumns::of(profiles, &[open, high, low, close, layout.time.column]).other_closes();
    if !others.is_empty() && table.header.is_some() && !layout.is_wide() {
        let why = format!("there is also {}", quoted(layout, &others));
        layout.assume(format!("`{}` is the close", layout.name(close)), why, "--columns");
    }
}
