//! A table of known contents: its columns, its header, and the right reading.

use super::market::{Event, Kind, Shape, events};
use super::names::{Field, Language};
use super::numbers::NumberStyle;
use super::rng::Rng;
use super::times::TimeStyle;
use crate::feed::replay::Overrides;
use crate::market::Decimal;

/// A column of cells.
#[derive(Clone, Debug)]
pub struct Column {
    pub field: Option<Field>,
    pub name: String,
    pub cells: Vec<String>,
}

/// The right reading of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// These events play.
    Events,
    /// The file has no prices, and is refused.
    Refusal,
    /// Rows occur twice: they play once or twice, with a remark.
    Repeats,
}

/// A table, and its right reading.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub kind: Kind,
    pub events: Vec<Event>,
    /// The symbol of each instrument.
    pub symbols: Vec<String>,
    /// The file tells the symbols.
    pub names_symbols: bool,
    pub has_sizes: bool,
    pub wanted: Wanted,
    pub columns: Vec<Column>,
    pub style: NumberStyle,
    pub language: Language,
    pub time: TimeStyle,
    pub has_header: bool,
    pub delimiter: char,
    /// Lines above the header, and text that replaces the header.
    pub above: Vec<String>,
    pub header: Option<Vec<String>>,
    /// Lines to put between the rows, by the row before which they stand.
    pub between: Vec<(usize, String)>,
    pub is_reversed: bool,
    pub file: String,
    pub overrides: Overrides,
    /// The particulars of this table.
    pub features: Vec<String>,
}

/// The demands of a fault on the table it is planted in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Needs {
    pub kind: Option<Kind>,
    pub header: Option<bool>,
    pub instruments: Option<usize>,
    pub time: Option<TimeStyle>,
    /// A table as plain as it can be, but for the fault.
    pub is_plain: bool,
    pub is_english: bool,
}

const SYMBOLS: [&str; 6] = ["ACME", "BOLT", "CORP", "DELTA", "EXO", "FARM"];

impl Sheet {
    /// A random table that meets some needs.
    pub fn any(rng: &mut Rng, needs: Needs) -> Self {
        let kind = needs.kind.unwrap_or_else(|| rng.pick(&[Kind::Trades, Kind::Quotes, Kind::Both, Kind::Bars]));
        let has_header = needs.header.unwrap_or_else(|| rng.chance(75));
        let dates = kind == Kind::Bars && rng.chance(40);
        let time = needs.time.unwrap_or_else(|| TimeStyle::any(rng, dates));
        let instruments =
            needs.instruments.unwrap_or_else(|| if rng.chance(60) { 1 } else { rng.within(2, 3) as usize });
        let shape = Shape {
            instruments,
            rows: rng.within(8, 40) as usize,
            resolution: time.resolution,
            kind,
            price_decimals: rng.within(1, 4) as u8,
            size_decimals: if rng.chance(70) { 0 } else { 3 },
        };
        let delimiter = if needs.is_plain { ',' } else { rng.pick(&[',', ',', ';', '\t', '|']) };
        let mut sheet = Self {
            kind,
            events: events(rng, shape),
            symbols: SYMBOLS.iter().take(instruments).map(ToString::to_string).collect(),
            names_symbols: instruments > 1 || rng.chance(40),
            has_sizes: kind == Kind::Bars && rng.chance(85) || kind != Kind::Bars && rng.chance(90),
            wanted: Wanted::Events,
            columns: Vec::new(),
            style: if needs.is_plain { NumberStyle::default() } else { NumberStyle::any(rng, delimiter) },
            language: if needs.is_english { Language::english() } else { Language::any(rng) },
            time,
            has_header,
            delimiter,
            above: Vec::new(),
            header: None,
            between: Vec::new(),
            is_reversed: !needs.is_plain && rng.chance(12),
            file: "table.csv".into(),
            overrides: Overrides::default(),
            features: vec![format!("{kind:?}"), time.name.into()],
        };
        let language = if has_header { sheet.language.code() } else { "no header" };
        sheet.features.push(language.into());
        sheet.fill(rng);
        if !needs.is_plain {
            sheet.add_extras(rng);
        }
        sheet
    }

    /// The columns of the events, in the usual order.
    pub fn fill(&mut self, rng: &mut Rng) {
        self.columns.clear();
        self.add_times(rng);
        if self.names_symbols {
            let symbols: Vec<String> = self.events.iter().map(|one| self.symbols[one.instrument].clone()).collect();
            self.add(rng, Field::Symbol, symbols);
        }
        let style = self.style;
        let prices = |of: fn(&Event) -> Decimal, events: &[Event]| events.iter().map(|e| style.price(of(e))).collect();
        let sizes = |of: fn(&Event) -> Decimal, events: &[Event]| events.iter().map(|e| style.number(of(e))).collect();
        let events = self.events.clone();
        if self.kind == Kind::Bars {
            let fields = [Field::Open, Field::High, Field::Low, Field::Close];
            let of: [fn(&Event) -> Decimal; 4] = [|e| e.bar[0], |e| e.bar[1], |e| e.bar[2], |e| e.bar[3]];
            fields.into_iter().zip(of).for_each(|(field, of)| self.add(rng, field, prices(of, &events)));
            if self.has_sizes {
                self.add(rng, Field::Volume, sizes(|e| e.size, &events));
            }
            return;
        }
        if matches!(self.kind, Kind::Quotes | Kind::Both) {
            self.add(rng, Field::Bid, prices(|e| e.bid, &events));
            self.add(rng, Field::Ask, prices(|e| e.ask, &events));
            // Without names, a size beside quotes and a trade is anybody's.
            if self.has_sizes && (self.has_header || self.kind == Kind::Quotes) {
                self.add(rng, Field::BidSize, sizes(|e| e.bid_size, &events));
                self.add(rng, Field::AskSize, sizes(|e| e.ask_size, &events));
            }
        }
        if matches!(self.kind, Kind::Trades | Kind::Both) {
            self.add(rng, Field::Price, prices(|e| e.price, &events));
            if self.has_sizes {
                self.add(rng, Field::Size, sizes(|e| e.size, &events));
            }
            if self.kind == Kind::Trades && rng.chance(50) {
                let words = rng.pick(&[("buy", "sell"), ("B", "S"), ("BUY", "SELL")]);
                let side = |event: &Event| if event.is_buy { words.0 } else { words.1 };
                self.add(rng, Field::Side, events.iter().map(|event| side(event).to_owned()).collect());
            }
        }
    }

    fn add_times(&mut self, rng: &mut Rng) {
        let times: Vec<i64> = self.events.iter().map(|event| event.ts).collect();
        let mut names = self.time.names(rng).unwrap_or_default().into_iter();
        for (field, cells) in self.time.columns(&times) {
            let name = names.next().unwrap_or_else(|| self.language.name(rng, field));
            self.columns.push(Column { field: Some(field), name, cells });
        }
    }

    pub fn add(&mut self, rng: &mut Rng, field: Field, cells: Vec<String>) {
        let name = self.language.name(rng, field);
        self.columns.push(Column { field: Some(field), name, cells });
    }

    /// Adds a column without a part in the reading.
    pub fn add_other(&mut self, at: usize, name: &str, cells: Vec<String>) {
        self.columns.insert(at.min(self.columns.len()), Column { field: None, name: name.into(), cells });
    }

    /// Further columns, and another order: both only where names tell the columns.
    fn add_extras(&mut self, rng: &mut Rng) {
        let rows = self.events.len() as i64;
        if self.has_header && rng.chance(40) {
            let from = rng.within(1_000, 90_000_000);
            let ids = (0..rows).map(|n| (from + n * 3).to_string()).collect();
            self.add_other(rng.below(4) as usize, rng.pick(&["id", "trade_id", "seq"]), ids);
        }
        if self.has_header && rng.chance(30) {
            let cells = (0..rows).map(|_| format!("{}%", Decimal::new(rng.within(-300, 300), 2))).collect();
            self.add_other(9, "Change %", cells);
        }
        if self.has_header && rng.chance(20) {
            let cells = (0..rows).map(|_| rng.within(1, 90).to_string()).collect();
            self.add_other(9, rng.pick(&["trades", "count", "n"]), cells);
        }
        if self.has_header && rng.chance(40) {
            rng.shuffle(&mut self.columns);
            self.features.push("shuffled".into());
        }
        if self.has_header && rng.chance(8) {
            self.above.push(rng.pick(&["https://www.example.com", "Data of the year", "#exported"]).into());
        }
    }

    /// The column of a field.
    pub fn column(&mut self, field: Field) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.field == Some(field))
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let mut lines = self.above.clone();
        let join = |cells: &mut dyn Iterator<Item = &str>| {
            let quoted =
                cells.map(|cell| if cell.contains(self.delimiter) { format!("\"{cell}\"") } else { cell.into() });
            quoted.collect::<Vec<String>>().join(&self.delimiter.to_string())
        };
        match &self.header {
            Some(header) => lines.extend(header.iter().cloned()),
            None if self.has_header => lines.push(join(&mut self.columns.iter().map(|column| column.name.as_str()))),
            None => {}
        }
        let count = self.columns.first().map_or(0, |column| column.cells.len());
        let mut rows: Vec<String> =
            (0..count).map(|row| join(&mut self.columns.iter().map(|column| column.cells[row].as_str()))).collect();
        if self.is_reversed {
            rows.reverse();
        }
        for (at, line) in self.between.iter().rev() {
            rows.insert((*at).min(rows.len()), line.clone());
        }
        lines.extend(rows);
        lines.join("\n") + "\n"
    }
}
