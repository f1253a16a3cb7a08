//! How files are read, as flags.

use clap::Args;
use encoding_rs::Encoding;

use super::values::at_least_one;
use crate::feed::replay::overrides::{self, ColumnNames, Overrides};
use crate::feed::replay::{DateOrder, DecimalMark, FileKind, ReplayConfig, TimeUnit, Zone};

/// How files are read. What is not said is found out; `FILE.toml` beside a file can say the same.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Reading")]
pub struct ReadingArgs {
    /// What columns hold: a meaning for each ('time,-,price,size'), or by name ('price=close_price,time=1')
    #[arg(long, value_name = "MEANINGS", value_parser = |text: &str| text.parse::<ColumnNames>())]
    columns: Option<ColumnNames>,
    /// The zone of times that name none: UTC, -05:00, America/New_York
    #[arg(long, value_name = "ZONE", value_parser = |text: &str| text.parse::<Zone>(), allow_hyphen_values = true)]
    tz: Option<Zone>,
    /// The symbol of all rows
    #[arg(long, value_name = "SYMBOL")]
    symbol: Option<String>,
    /// The date of times that are counted from midnight: 2024-01-31
    #[arg(long, value_name = "DATE", value_parser = overrides::date)]
    date: Option<i64>,
    /// How many times too large prices are written: 10000; 1 for not at all
    #[arg(long, value_name = "FACTOR", value_parser = overrides::price_scale)]
    price_scale: Option<u8>,
    /// What rows are: trades, quotes, ohlcv or book
    #[arg(long, value_name = "KIND", value_parser = overrides::kind)]
    kind: Option<FileKind>,
    /// What parts cells: one character, or tab or space
    #[arg(long, value_name = "CHARACTER", value_parser = overrides::delimiter)]
    delimiter: Option<u8>,
    /// What stands before decimals: point or comma
    #[arg(long, value_name = "MARK", value_parser = overrides::decimal_mark)]
    decimal_mark: Option<DecimalMark>,
    /// In which order dates are written: ymd, mdy or dmy
    #[arg(long, value_name = "ORDER", value_parser = overrides::date_order)]
    date_order: Option<DateOrder>,
    /// What counts of time count: s, ms, us or ns
    #[arg(long, value_name = "UNIT", value_parser = overrides::time_unit)]
    time_unit: Option<TimeUnit>,
    /// How text is encoded: utf-8, utf-16le, gbk, shift_jis
    #[arg(long, value_name = "NAME", value_parser = overrides::encoding)]
    encoding: Option<&'static Encoding>,
    /// Whether there is a line of column names: yes or no
    #[arg(long, value_name = "YES|NO", value_parser = overrides::yes_or_no)]
    header: Option<bool>,
    /// Read large files whole before they play: exact counts, and rows out of order are sorted
    #[arg(long)]
    full: bool,
    /// Rows out of time order beyond which a file is sorted on disk, in the folder of TMPDIR
    #[arg(long, default_value_t = ReplayConfig::default().max_sort_rows, value_name = "ROWS", value_parser = at_least_one)]
    max_sort_rows: usize,
    /// Longest line that is read, in bytes
    #[arg(long, default_value_t = ReplayConfig::default().max_line_bytes, value_name = "BYTES", value_parser = at_least_one)]
    max_line_bytes: usize,
    /// Symbols of one file, above which its symbol column is taken for some other one
    #[arg(long, default_value_t = ReplayConfig::default().max_symbols, value_name = "SYMBOLS", value_parser = at_least_one)]
    max_symbols: usize,
    /// Files that a folder, a pattern or an archive may stand for
    #[arg(long, default_value_t = ReplayConfig::default().max_files, value_name = "FILES", value_parser = at_least_one)]
    max_files: usize,
    /// Ticks of bars that may wait for their time, as bars of one moment play side by side
    #[arg(long, default_value_t = ReplayConfig::default().max_waiting, value_name = "TICKS", value_parser = at_least_one)]
    max_waiting_ticks: usize,
    /// Levels kept on each side of an order book
    #[arg(long, default_value_t = ReplayConfig::default().max_levels, value_name = "LEVELS", value_parser = at_least_one)]
    max_book_levels: usize,
    /// Reasons of refused rows, file by file, that are listed; more are only counted
    #[arg(long, default_value_t = ReplayConfig::default().max_refused, value_name = "NUMBER", value_parser = at_least_one)]
    max_refused: usize,
}

/// Larger plain files are inspected by pieces: what is read within about a second.
pub const INSPECTED_WHOLE_BYTES: u64 = 256 << 20;

impl ReadingArgs {
    pub fn config(self, full_read_bytes: u64) -> ReplayConfig {
        let Self { columns, tz, symbol, date, price_scale, kind, delimiter, decimal_mark, date_order, .. } = self;
        let Self { time_unit, encoding, header, full, max_sort_rows, max_line_bytes, max_symbols, .. } = self;
        let Self { max_files, max_waiting_ticks, max_book_levels, max_refused, .. } = self;
        ReplayConfig {
            max_sort_rows,
            max_line_bytes,
            max_symbols,
            max_files,
            max_waiting: max_waiting_ticks,
            max_levels: max_book_levels,
            max_refused,
            full_read_bytes: if full { u64::MAX } else { full_read_bytes },
            overrides: Overrides {
                columns,
                tz,
                symbol,
                date,
                price_scale,
                kind,
                delimiter,
                decimal_mark,
                date_order,
                time_unit,
                encoding,
                header,
            },
        }
    }
}
