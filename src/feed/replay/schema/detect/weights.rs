//! The weights of detection: how much evidence is enough, each with its reason.

/// Percent of a column's filled cells that must be of one type: real files have broken cells.
pub const MOST_CELLS: usize = 80;
/// Percent of a column's filled cells, where its name tells its role already.
pub const HALF_OF_CELLS: usize = 50;
/// Percent of figures that must be times of one form: figures of another form often are, too.
pub const NEARLY_ALL: usize = 95;
/// Percent of rows with one cell more than the header, from which on the first cell is an index without a name.
pub const INDEXED_ROWS: usize = 90;

/// Share of rows that must agree with a group of columns: nearly all, as vendors write few impossible prices.
pub const AGREEING_ROWS: f64 = 0.98;
/// Share of steps in one direction from which on a column is in order: files are cut and joined.
pub const STEPS_IN_ORDER: f64 = 0.9;

/// The largest price of a bar divided by the smallest is at most this: a volume is farther away.
pub const BAR_SPREAD: f64 = 3.0;
/// A close opens the next bar more nearly than an open by this factor, or the columns keep their usual order.
pub const CLEARLY_NEARER: f64 = 3.0;
/// The rows from which on the steps between bars mean something.
pub const MIN_CONTINUOUS: usize = 6;
/// The median step from a close to the next open is at most this many steps of opens and closes together.
pub const MAX_GAP: f64 = 2.0;
/// Share of trades that must lie between the bid and the ask beside them: some are reported late.
pub const TRADES_WITHIN: f64 = 0.8;
/// Bid and ask differ by at most this share of the price: open and close differ more.
pub const QUOTE_SPREAD: f64 = 0.02;
/// Share of rows with equal prices above which two columns are not bid and ask.
pub const EQUAL_QUOTES: f64 = 0.5;
/// The median move of a price from row to row, as a share of it, is at most this: sizes move more.
pub const CALM_PRICE: f64 = 0.1;
/// The median move of a column that is named by a symbol: months move more than ticks.
pub const CALM_COLUMN: f64 = 0.25;
/// The values from which on the median move of a column means something.
pub const MANY_MOVES: usize = 8;
/// The largest of fewer prices divided by the smallest is at most this.
pub const WIDE_RANGE: f64 = 10.0;
/// Percent of the columns of a wide table that must move as prices do: some symbols were never traded.
pub const PRICE_COLUMNS: usize = 80;
/// Whole numbers that only rise are ids where there are more than this many of them: few prices may rise, too.
pub const MIN_IDS: usize = 3;
/// The largest of such ids is above this: small numbers are more often counts or levels.
pub const MIN_LARGEST_ID: f64 = 100.0;
/// A volume is in money where it differs by less than this share from another volume times the price.
pub const MONEY_TOLERANCE: f64 = 0.1;
/// The price above which units and money can be distinguished: near 1, both are alike.
pub const MIN_PRICE_OF_MONEY: f64 = 2.0;

/// Two trades of one moment and instrument differ by at most this share of the price: a spread is mostly smaller.
pub const FAR_PRICE: f64 = 0.02;
/// A price that moves by more than this share from trade to trade has jumped.
pub const PRICE_JUMP: f64 = 0.05;
/// One row in this many must contradict another of its instrument, as single prices are wrong in any file.
pub const MIN_CONFLICTS: usize = 20;
/// One row in this many must jump: single jumps occur over night.
pub const MIN_JUMPS: usize = 5;
/// Columns part instruments where they leave at most one contradiction of this many.
pub const CONFLICTS_LEFT: usize = 10;

/// The weight of a delimiter under which no cell is a number or a time: above zero, so that the width still counts.
pub const UNTYPED_CELLS: f64 = 0.05;
/// A width counts by its logarithm over this: more cells are better evidence, but less so than their types.
pub const WIDTH_DIVISOR: f64 = 10.0;
/// The factor of the blank as delimiter: blanks occur within dates and names.
pub const BLANK_DELIMITER: f64 = 0.6;
