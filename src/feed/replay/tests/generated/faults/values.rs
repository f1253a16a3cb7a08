//! Faults of prices and sizes: the kinds 2, 5, 11, 12 and 13.

use crate::feed::replay::tests::generated::market::Kind;
use crate::feed::replay::tests::generated::names::{Field, Language};
use crate::feed::replay::tests::generated::numbers::Dress;
use crate::feed::replay::tests::generated::rng::Rng;
use crate::feed::replay::tests::generated::sheet::{Needs, Sheet, Wanted};
use crate::feed::replay::tests::generated::times::TimeStyle;
use crate::market::Decimal;

fn english(kind: Kind) -> Needs {
    Needs { kind: Some(kind), header: Some(true), is_plain: true, is_english: true, ..Needs::default() }
}

/// Numbers that are no prices, beside a price or alone.
pub fn no_price(rng: &mut Rng) -> Sheet {
    const OTHERS: [&str; 8] = [
        "funding_rate",
        "open_interest",
        "longShortRatio",
        "ShortVolume",
        "predicted_funding_rate",
        "takerSellVol",
        "sumOpenInterest",
        "implied_volatility",
    ];
    let mut sheet = Sheet::any(rng, english(Kind::Trades));
    let rows = sheet.events.len();
    let mut others = OTHERS.to_vec();
    rng.shuffle(&mut others);
    others.truncate(rng.within(1, 3) as usize);
    if rng.chance(40) {
        sheet.columns.retain(|column| !matches!(column.field, Some(Field::Price | Field::Size | Field::Side)));
        sheet.wanted = Wanted::Refusal;
    }
    let has_price = sheet.wanted == Wanted::Events;
    for name in &others {
        let decimals = if name.contains("nterest") || name.contains("Vol") { 0 } else { 5 };
        let cells = (0..rows).map(|_| Decimal::new(rng.within(1, 90_000), decimals).to_string()).collect();
        let at = if has_price && rng.chance(50) { 1 } else { 9 };
        sheet.add_other(at, name, cells);
    }
    sheet.features.push(others.join("+"));
    sheet
}

/// Prices of zero, and blanks, that mean that there is none.
pub fn zeros(rng: &mut Rng) -> Sheet {
    let kind = rng.pick(&[Kind::Both, Kind::Bars, Kind::Quotes]);
    let mut sheet = Sheet::any(rng, Needs { instruments: Some(1), ..english(kind) });
    let none = Decimal::new(0, 2);
    let zero = if rng.chance(70) { "0.00" } else { "" };
    for row in 0..sheet.events.len() {
        if row % 3 != 1 {
            continue;
        }
        let fields: &[Field] = match kind {
            Kind::Bars => &[Field::Open, Field::High, Field::Low, Field::Close],
            Kind::Quotes => &[Field::Bid],
            _ => &[Field::Price],
        };
        for field in fields {
            if let Some(column) = sheet.column(*field) {
                column.cells[row] = zero.into();
            }
        }
        let event = &mut sheet.events[row];
        match kind {
            Kind::Bars => event.bar = [none; 4],
            Kind::Quotes => (event.bid, event.bid_size) = (none, Decimal::new(0, 0)),
            _ => event.price = none,
        }
    }
    sheet.features.push(if zero.is_empty() { "blank".into() } else { "zero".into() });
    sheet
}

/// Negative sizes that mean sell, and totals of the day.
pub fn sizes(rng: &mut Rng) -> Sheet {
    let needs = Needs { instruments: Some(1), ..english(Kind::Trades) };
    let header = Some(rng.chance(70));
    let mut sheet = Sheet::any(rng, Needs { header, ..needs });
    while !sheet.has_sizes {
        sheet = Sheet::any(rng, Needs { header: Some(true), ..needs });
    }
    let style = sheet.style;
    let events = sheet.events.clone();
    let has_signs = rng.chance(50) || !sheet.has_header;
    let mut total = Decimal::new(0, events[0].size.decimals);
    let cells: Vec<String> = events
        .iter()
        .map(|event| {
            total.mantissa += event.size.mantissa;
            let signed = Decimal::new(if event.is_buy { 1 } else { -1 } * event.size.mantissa, event.size.decimals);
            style.number(if has_signs { signed } else { total })
        })
        .collect();
    if let Some(column) = sheet.column(Field::Size) {
        column.cells = cells;
        column.name =
            if has_signs { rng.pick(&["amount", "size", "qty"]) } else { rng.pick(&["volume", "Vol"]) }.into();
    }
    sheet.columns.retain(|column| column.field != Some(Field::Side));
    sheet.features.push(if has_signs { "signed".into() } else { "total".into() });
    sheet
}

/// Names in another language than English.
pub fn languages(rng: &mut Rng) -> Sheet {
    let mut sheet = Sheet::any(rng, Needs { header: Some(true), is_plain: true, ..Needs::default() });
    sheet.language = Language::any(rng);
    sheet.fill(rng);
    let code = sheet.language.code();
    sheet.features.push(code.into());
    sheet
}

/// Prices that are no decimal numbers.
pub fn dress(rng: &mut Rng) -> Sheet {
    let dates = rng.chance(60);
    let time = TimeStyle::any(rng, dates);
    let kind = if dates { Kind::Bars } else { rng.pick(&[Kind::Trades, Kind::Quotes]) };
    let mut sheet = Sheet::any(rng, Needs { time: Some(time), instruments: Some(1), ..english(kind) });
    sheet.style.dress = rng.pick(&[Dress::Thirtyseconds, Dress::Dashed, Dress::Fractions, Dress::Currency]);
    let style = sheet.style;
    for event in &mut sheet.events {
        let fit = |price: &mut Decimal| *price = style.fit(*price);
        fit(&mut event.price);
        fit(&mut event.bid);
        event.ask = if style.dress == Dress::Currency { event.ask } else { higher(event.bid) };
        event.bar.iter_mut().for_each(fit);
        if style.dress != Dress::Currency {
            let [open, .., close] = event.bar;
            let (low, high) = if open.mantissa < close.mantissa { (open, close) } else { (close, open) };
            event.bar = [open, higher(high), low, close];
        }
    }
    sheet.fill(rng);
    sheet.features.push(format!("{:?}", style.dress));
    sheet
}

/// A price an eighth higher.
fn higher(price: Decimal) -> Decimal {
    Decimal::new(price.mantissa + 125_000, price.decimals)
}
