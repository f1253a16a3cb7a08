//! The precision of numbers, and the tick size and lot step that hold them exactly.

use crate::feed::replay::parse::number::TENS;
use crate::feed::replay::rows::Grid;
use crate::market::{Decimal, Increment, MAX_DECIMALS};

/// One number in this many may have more decimals than usual.
const UNUSUAL: u64 = 20;
/// Zeros beyond this many decimals are padding: Databento pads to nine.
const PADDED: u8 = 8;

/// The decimals and the size of the numbers of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Precision {
    decimals: u8,
    /// The largest number without its decimals.
    whole: u64,
    /// The count of numbers with each number of decimals.
    counts: [u64; MAX_DECIMALS as usize + 1],
}

impl Precision {
    /// Counts in a number.
    pub fn add(&mut self, value: Decimal) {
        let value = if value.decimals > PADDED { value.shorten(0) } else { value };
        let decimals = usize::from(value.decimals);
        self.decimals = self.decimals.max(value.decimals);
        self.counts[decimals] += 1;
        self.whole = self.whole.max(value.mantissa.unsigned_abs() / TENS[decimals]);
    }

    /// Counts in the numbers of another column.
    pub fn merge(&mut self, other: Self) {
        self.decimals = self.decimals.max(other.decimals);
        self.whole = self.whole.max(other.whole);
        self.counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += more);
    }

    /// The decimals that are enough for all but a few numbers.
    pub fn usual(self) -> u8 {
        let few = self.counts.iter().sum::<u64>() / UNUSUAL;
        let mut finer = 0;
        for decimals in (1..=self.decimals).rev() {
            finer += self.counts[usize::from(decimals)];
            if finer > few {
                return decimals;
            }
        }
        0
    }

    /// The step that all decimals need. It is coarser, and the numbers are rounded, where the largest of them would be
    /// more than `limit` steps. `spare` decimals are kept for numbers not read yet.
    fn increment(self, limit: u64, spare: u8) -> Increment {
        let fits = |decimals: &u8| (u128::from(self.whole) + 1) * 10u128.pow(u32::from(*decimals)) <= u128::from(limit);
        let wanted = match spare {
            0 => self.decimals,
            _ => self.decimals.saturating_add(spare).min(PADDED.max(self.decimals)),
        };
        Increment::of_decimals((0..=wanted.min(MAX_DECIMALS)).rev().find(fits).unwrap_or(0))
    }
}

/// The grid of an instrument. Where only pieces of its file were read, it is finer than the numbers read so far.
pub fn grid(prices: Precision, sizes: Precision, is_exact: bool) -> Grid {
    /// Keeps sums of sizes within 64 bits.
    const MAX_SIZE_STEPS: u64 = 10_000_000_000_000_000;
    const MAX_PRICE_STEPS: u64 = i64::MAX as u64 / 2;
    let (spare_price, spare_size) = if is_exact { (0, 0) } else { (2, 4) };
    Grid { price: prices.increment(MAX_PRICE_STEPS, spare_price), size: sizes.increment(MAX_SIZE_STEPS, spare_size) }
}
