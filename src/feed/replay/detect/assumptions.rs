//! What a file does not say: what it is taken for, why, and which flag says otherwise.

use super::profile::Profile;
use super::table::Table;
use super::{Names, has_compact_dates, is_zoneless, says_utc, scale};
use crate::feed::replay::entry::Entry;
use crate::feed::replay::layout::{Layout, Shape};
use crate::feed::replay::name;
use crate::feed::replay::overrides::Overrides;
use crate::feed::replay::times::{DateOrder, TimeFormat, TimeUnit};

/// Completes a layout by what has to be assumed. `order_guessed` where the order of dates was open.
pub fn make(
    layout: &mut Layout,
    entry: &Entry,
    said: &Overrides,
    table: &Table,
    profiles: &[Profile],
    order_guessed: Option<bool>,
) {
    zone(layout, table, profiles);
    date(layout, entry, said);
    order(layout, order_guessed);
    price_scale(layout, said, table, profiles);
    symbol(layout, said, table);
    columns(layout, table, profiles);
}

fn zone(layout: &mut Layout, table: &Table, profiles: &[Profile]) {
    let time = layout.time;
    let utc = says_utc(table, time.column) || time.clock.is_some_and(|clock| says_utc(table, clock));
    if time.zone_is_known || !is_zoneless(&profiles[time.column], time.format) {
        layout.time.zone_is_known |= !is_zoneless(&profiles[time.column], time.format);
        return;
    }
    if utc {
        layout.time.zone_is_known = true;
        return;
    }
    let hint = vendor_zone(layout, table);
    layout.assume("times are UTC", format!("they name no zone{hint}"), "--tz");
}

/// What is known of the vendors that write times like these.
fn vendor_zone(layout: &Layout, table: &Table) -> &'static str {
    let sample = table.column(layout.time.column).next().unwrap_or_default();
    let is_ticks = layout.groups.iter().any(|group| matches!(group.shape, Shape::Ticks(_)));
    match layout.time.format {
        TimeFormat::SinceMidnight(TimeUnit::Seconds) if matches!(layout.groups[0].shape, Shape::Messages { .. }) => {
            "; LOBSTER writes America/New_York"
        }
        TimeFormat::SinceMidnight(TimeUnit::Millis) => "; QuantConnect LEAN writes America/New_York for US equities",
        _ if table.header.is_none() && has_compact_dates(table, layout.time.column) && sample.len() > 14 => {
            if is_ticks || layout.delimiter == b';' {
                "; HistData writes EST without daylight saving, -05:00"
            } else {
                "; QuantConnect LEAN writes America/New_York for US equities"
            }
        }
        _ if sample.get(4..5) == Some(".") && sample.get(7..8) == Some(".") => {
            "; MetaTrader writes its broker's time, often UTC+2 or +3"
        }
        _ => "",
    }
}

fn date(layout: &mut Layout, entry: &Entry, said: &Overrides) {
    if !matches!(layout.time.format, TimeFormat::SinceMidnight(_)) {
        return;
    }
    let archive = || entry.member.as_ref().and_then(|_| name::date_of(&entry.path.to_string_lossy()));
    let (day, why) = match said.date.or_else(|| name::date_of(&entry.name())).or_else(archive) {
        Some(day) => (day, "times are counted from midnight, and the file's name has this date"),
        None => (0, "times are counted from midnight, and neither the file nor its name has a date"),
    };
    layout.time.base_day = day;
    if said.date.is_none() {
        let text = chrono::DateTime::from_timestamp(day * 86_400, 0).map(|date| date.format("%Y-%m-%d").to_string());
        layout.assume(format!("the date is {}", text.unwrap_or_default()), why, "--date");
    }
}

fn order(layout: &mut Layout, guessed: Option<bool>) {
    let TimeFormat::Text(order) = layout.time.format else { return };
    if guessed == Some(true) {
        let what = match order {
            DateOrder::Dmy => "dates are day first",
            DateOrder::Mdy => "dates are month first",
            DateOrder::Ymd => "dates are year first",
        };
        layout.assume(what, "no date of the file tells the day from the month", "--date-order");
    }
}

fn price_scale(layout: &mut Layout, said: &Overrides, table: &Table, profiles: &[Profile]) {
    if let Some(places) = said.price_scale {
        layout.price_scale = places;
        return;
    }
    let compact = has_compact_dates(table, layout.time.column);
    let shape = layout.groups[0].shape;
    let found = scale::find(profiles, &shape, layout.time.format, table.header.is_some(), compact);
    if let Some((places, why)) = found {
        layout.price_scale = places;
        layout.assume(format!("prices are divided by {}", 10u64.pow(u32::from(places))), why, "--price-scale");
    }
}

fn symbol(layout: &mut Layout, said: &Overrides, table: &Table) {
    let told_by_name = layout.groups.iter().all(|group| group.symbol.is_some());
    if layout.symbol.is_none() && !told_by_name && said.symbol.is_none() {
        let why = "no column holds a symbol, so it is taken from the file's name";
        layout.assume(format!("the symbol is {}", layout.file_symbol), why, "--symbol");
    }
    if table.header.is_none() && said.columns.is_none() {
        layout.assume("columns are told by their values", "the file has no header", "--columns");
    }
}

fn columns(layout: &mut Layout, table: &Table, profiles: &[Profile]) {
    let mangled: Vec<_> = profiles.iter().enumerate().filter(|(_, profile)| profile.is_mangled()).collect();
    if !mangled.is_empty() {
        let names: Vec<_> = mangled.iter().map(|(n, _)| format!("`{}`", layout.name(*n))).collect();
        layout.assume(
            format!("{} cannot be used", names.join(", ")),
            "their numbers have lost their decimal point",
            "--columns",
        );
    }
    if let Shape::Bars { open, high, low, close, .. } = layout.groups[0].shape {
        if high == low {
            layout.assume("bars are flat", format!("`{}` is the only price", layout.name(close)), "--kind");
        } else if open == close {
            layout.assume("bars open at their close", "no column holds the open", "--columns");
        }
        let others = Names::of(profiles, &[open, high, low, close, layout.time.column]).other_closes();
        if !others.is_empty() && table.header.is_some() && layout.groups.len() == 1 {
            let others: Vec<_> = others.iter().map(|n| format!("`{}`", layout.name(*n))).collect();
            let why = format!("there is also {}", others.join(", "));
            layout.assume(format!("`{}` is the close", layout.name(close)), why, "--columns");
        }
    }
}
