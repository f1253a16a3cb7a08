//! The flags that set how CSV files are read.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use encoding_rs::Encoding;

use super::memory::FileMemory;
use super::values::MAX_COUNT;
use crate::feed::replay::overrides::{self, ColumnNames, DateMeaning, Overrides};
use crate::feed::replay::{Answer, DateOrder, DecimalMark, FileKind, ReplayConfig, TimeUnit, Zone};
use crate::flags::whole_number;

/// The flags that set how CSV files are read. tickcast detects everything that they leave open. A file `FILE.toml`
/// beside a CSV file can set the same.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Reading files")]
pub struct ReadingArgs {
    /// Roles of the columns: one for each ('time,-,price,size'), or by name ('price=close_price,time=1');
    /// 'instrument=symbol+expiry' names instruments by several columns
    #[arg(long, value_name = "ROLES", value_parser = |text: &str| text.parse::<ColumnNames>())]
    columns: Option<ColumnNames>,
    /// Time zone of times that name none, such as UTC, -05:00 or America/New_York
    #[arg(long, value_name = "ZONE", value_parser = |text: &str| text.parse::<Zone>(), allow_hyphen_values = true)]
    tz: Option<Zone>,
    /// Symbol of all rows
    #[arg(long, value_name = "SYMBOL", value_parser = overrides::symbol)]
    symbol: Option<String>,
    /// Date of times that have none, such as 2024-01-31
    #[arg(long, value_name = "DATE", value_parser = overrides::date)]
    date: Option<i64>,
    /// Factor by which prices are too large, such as 10000; 1 if they are not
    #[arg(long, value_name = "FACTOR", value_parser = overrides::price_scale)]
    price_scale: Option<u8>,
    /// Kind of the rows
    #[arg(long, value_name = "KIND", value_enum, ignore_case = true)]
    kind: Option<FileKind>,
    /// Delimiter of cells: one character, tab or space
    #[arg(long, value_name = "CHARACTER", value_parser = overrides::delimiter)]
    delimiter: Option<u8>,
    /// Decimal mark of numbers
    #[arg(long, value_name = "MARK", value_enum, ignore_case = true)]
    decimal_mark: Option<DecimalMark>,
    /// Order of year, month and day in dates
    #[arg(long, value_name = "ORDER", value_enum, ignore_case = true)]
    date_order: Option<DateOrder>,
    /// Unit of times that are numbers
    #[arg(long, value_name = "UNIT", value_enum, ignore_case = true)]
    time_unit: Option<TimeUnit>,
    /// Encoding of the text, such as utf-8, utf-16le, gbk, shift_jis or cp949
    #[arg(long, value_name = "NAME", value_parser = overrides::encoding)]
    encoding: Option<&'static Encoding>,
    /// yes if the file has a line of column names, no if not
    #[arg(
        long,
        value_name = "ANSWER",
        value_parser = PossibleValuesParser::new(["yes", "no"]).map(|text| text == "yes")
    )]
    header: Option<bool>,
    /// yes if 0 is a price, no if it means that there is none
    #[arg(
        long,
        value_name = "ANSWER",
        value_parser = PossibleValuesParser::new(["yes", "no"]).map(|text| text == "yes")
    )]
    zero_prices: Option<bool>,
    /// Meaning of the dates of rows with a clock
    #[arg(long, value_name = "DAYS", value_enum, ignore_case = true)]
    dates: Option<DateMeaning>,
    /// Take the first of two readings that are equally likely, or the second. `inspect` lists them
    #[arg(long, value_name = "READING", value_parser = Answer::parse)]
    assume: Option<Answer>,
    /// Read large files to the end before they play. Counts are then exact, and rows are sorted by time
    #[arg(long)]
    full: bool,
    /// Maximum number of rows of all files that are sorted in memory. Others are sorted on disk, in the folder TMPDIR.
    /// By default 500000, or fewer where memory is short
    #[arg(long, value_name = "ROWS", value_parser = whole_number(1..=MAX_COUNT))]
    max_sort_rows: Option<usize>,
    /// Maximum length of a line, in bytes. Longer lines are rejected
    #[arg(
        long,
        default_value_t = ReplayConfig::default().max_line_bytes,
        value_name = "BYTES",
        value_parser = whole_number(1..=MAX_COUNT)
    )]
    max_line_bytes: usize,
    /// Maximum number of symbols in a file. With more, its symbol column is taken for another column
    #[arg(
        long,
        default_value_t = ReplayConfig::default().max_symbols,
        value_name = "SYMBOLS",
        value_parser = whole_number(1..=MAX_COUNT)
    )]
    max_symbols: usize,
    /// Maximum number of files in a folder, pattern or archive
    #[arg(
        long,
        default_value_t = ReplayConfig::default().max_files,
        value_name = "FILES",
        value_parser = whole_number(1..=MAX_COUNT)
    )]
    max_files: usize,
    /// Maximum number of files open at one time. Others that overlap in time are read in pieces. By default 512, or
    /// fewer where memory is short
    #[arg(long, value_name = "FILES", value_parser = whole_number(4..=MAX_COUNT))]
    max_open_files: Option<usize>,
    /// Bytes read at a time of each open file
    #[arg(
        long,
        default_value_t = ReplayConfig::default().read_bytes,
        value_name = "BYTES",
        value_parser = whole_number(1_024..=MAX_COUNT)
    )]
    read_bytes: usize,
    /// Maximum number of ticks of bars that wait for their time. By default 1000000, or fewer where memory is short
    #[arg(long, value_name = "TICKS", value_parser = whole_number(1..=MAX_COUNT))]
    max_waiting_ticks: Option<usize>,
    /// Maximum number of levels on each side of an order book
    #[arg(
        long,
        default_value_t = ReplayConfig::default().max_levels,
        value_name = "LEVELS",
        value_parser = whole_number(1..=MAX_COUNT)
    )]
    max_book_levels: usize,
    /// Maximum number of reasons to list for rejected rows. Above it, rows are only counted
    #[arg(
        long,
        default_value_t = ReplayConfig::default().max_rejected,
        value_name = "NUMBER",
        value_parser = whole_number(1..=MAX_COUNT)
    )]
    max_rejected: usize,
}

impl ReadingArgs {
    /// Returns the limits that take memory, as they are set.
    pub const fn file_memory(&self) -> FileMemory {
        FileMemory {
            open: self.max_open_files,
            sort_rows: self.max_sort_rows,
            waiting: self.max_waiting_ticks,
            read_bytes: self.read_bytes,
            checkpoint_mebibytes: None,
        }
    }

    /// Returns the configuration of a replay that reads larger files only in pieces before they play.
    pub fn config(self, full_read_bytes: u64) -> ReplayConfig {
        let default = ReplayConfig::default();
        ReplayConfig {
            max_sort_rows: self.max_sort_rows.unwrap_or(default.max_sort_rows),
            max_line_bytes: self.max_line_bytes,
            max_symbols: self.max_symbols,
            max_files: self.max_files,
            max_open_files: self.max_open_files.unwrap_or(default.max_open_files),
            read_bytes: self.read_bytes,
            max_waiting: self.max_waiting_ticks.unwrap_or(default.max_waiting),
            max_levels: self.max_book_levels,
            max_rejected: self.max_rejected,
            full_read_bytes: if self.full { u64::MAX } else { full_read_bytes },
            overrides: Overrides {
                columns: self.columns,
                tz: self.tz,
                symbol: self.symbol,
                date: self.date,
                price_scale: self.price_scale,
                kind: self.kind,
                delimiter: self.delimiter,
                decimal_mark: self.decimal_mark,
                date_order: self.date_order,
                time_unit: self.time_unit,
                encoding: self.encoding,
                header: self.header,
                zero_prices: self.zero_prices,
                dates: self.dates,
                assume: self.assume,
            },
        }
    }
}
