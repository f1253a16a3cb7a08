//! Prices and sizes as whole numbers, and the exact decimals they stand for.
//!
//! A price is a number of its instrument's tick sizes, and a size is a number of its lot steps, so sums and comparisons
//! are exact. Floating point never carries money here.

use std::fmt;

/// The most digits after the point that an [`Increment`] or a [`Decimal`] may have.
pub const MAX_DECIMALS: u8 = 15;

/// A price in tick sizes of its instrument. Negative prices exist (crude oil, 2020-04-20).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(pub i64);

/// A quantity in lot steps of its instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(pub u64);

/// An exact decimal number: `mantissa / 10^decimals`, with at most 19 decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    pub mantissa: i64,
    pub decimals: u8,
}

/// The reason why a text is not a [`Decimal`], or does not fit an [`Increment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// Not digits with an optional sign and one optional point.
    NotANumber,
    /// More digits than a 64-bit number can hold exactly.
    TooManyDigits,
}

impl Decimal {
    pub const fn new(mantissa: i64, decimals: u8) -> Self {
        Self { mantissa, decimals }
    }

    /// Parses decimal text such as `-37.63` and keeps all digits after the point.
    ///
    /// # Errors
    /// [`DecimalError`] for anything else: exponents, thousands marks, `NaN`.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        let (negative, digits) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let mut mantissa: i64 = 0;
        let mut decimals: Option<u8> = None;
        let mut seen = false;
        for &byte in digits {
            match byte {
                b'0'..=b'9' => {
                    seen = true;
                    mantissa = mantissa
                        .checked_mul(10)
                        .and_then(|m| m.checked_add(i64::from(byte - b'0')))
                        .ok_or(DecimalError::TooManyDigits)?;
                    if let Some(d) = decimals.as_mut() {
                        *d += 1;
                        if *d > MAX_DECIMALS {
                            return Err(DecimalError::TooManyDigits);
                        }
                    }
                }
                b'.' if decimals.is_none() => decimals = Some(0),
                _ => return Err(DecimalError::NotANumber),
            }
        }
        if !seen {
            return Err(DecimalError::NotANumber);
        }
        let mantissa = if negative { -mantissa } else { mantissa };
        Ok(Self::new(mantissa, decimals.unwrap_or(0)))
    }

    /// Returns the same number with `decimals` digits after the point, if that is exact and fits.
    pub fn rescale(self, decimals: u8) -> Option<Self> {
        let mantissa = if decimals >= self.decimals {
            let factor = 10i64.checked_pow(u32::from(decimals - self.decimals))?;
            self.mantissa.checked_mul(factor)?
        } else {
            let factor = 10i64.checked_pow(u32::from(self.decimals - decimals))?;
            (self.mantissa % factor == 0).then_some(self.mantissa / factor)?
        };
        Some(Self::new(mantissa, decimals))
    }

    /// Returns the same number without trailing zeros, but with at least `least` decimals where it has them.
    pub fn shorten(mut self, least: u8) -> Self {
        while self.decimals > least && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.decimals -= 1;
        }
        self
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs();
        if self.decimals == 0 {
            return write!(f, "{sign}{digits}");
        }
        let scale = 10u64.pow(u32::from(self.decimals));
        let width = usize::from(self.decimals);
        write!(f, "{sign}{}.{:0width$}", digits / scale, digits % scale)
    }
}

/// The smallest step of a price (tick size) or of a size (lot step): `step / 10^decimals`.
///
/// A tick size of 0.25 is `Increment::new(25, 2)`; prices then carry two digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Increment {
    step: u32,
    decimals: u8,
}

impl Increment {
    /// # Panics
    /// When `step` is 0 or `decimals` exceeds [`MAX_DECIMALS`]. Callers pass constants or digits that were counted
    /// before.
    pub const fn new(step: u32, decimals: u8) -> Self {
        assert!(step > 0 && decimals <= MAX_DECIMALS, "invariant: a step above 0 and at most 15 decimals");
        Self { step, decimals }
    }

    /// Returns one unit of the last of `decimals` digits.
    pub const fn of_decimals(decimals: u8) -> Self {
        Self::new(1, decimals)
    }

    pub const fn decimals(self) -> u8 {
        self.decimals
    }

    /// Returns the increment as a decimal.
    pub const fn as_decimal(self) -> Decimal {
        Decimal::new(self.step as i64, self.decimals)
    }

    /// Returns `count` steps as a decimal; saturates at the limits of 64 bits.
    pub const fn decimal(self, count: i64) -> Decimal {
        Decimal::new(count.saturating_mul(self.step as i64), self.decimals)
    }

    pub const fn price(self, price: Price) -> Decimal {
        self.decimal(price.0)
    }

    pub const fn size(self, size: Size) -> Decimal {
        let count = if size.0 > i64::MAX as u64 { i64::MAX } else { size.0 as i64 };
        self.decimal(count)
    }

    /// Returns a sum of sizes; `None` where it has no decimal, or may be larger than a [`Size`] holds.
    pub fn volume(self, sum: Size) -> Option<Decimal> {
        let count = i64::try_from(sum.0).ok()?;
        Some(Decimal::new(count.checked_mul(i64::from(self.step))?, self.decimals))
    }

    /// Returns `value` as a number of steps; `None` when it lies between two steps or out of range.
    pub fn count(self, value: Decimal) -> Option<i64> {
        let scaled = value.rescale(self.decimals)?.mantissa;
        let step = i64::from(self.step);
        (scaled % step == 0).then_some(scaled / step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, want: Result<&str, DecimalError>) {
        let got = Decimal::parse(text).map(|d| d.to_string());
        assert_eq!(got, want.map(String::from), "{text:?}");
    }

    #[test]
    fn decimals_keep_their_digits() {
        check("131.06", Ok("131.06"));
        check("127.0", Ok("127.0"));
        check("-37.63", Ok("-37.63"));
        check("+5", Ok("5"));
        check(".5", Ok("0.5"));
        check("-0.05", Ok("-0.05"));
        check("0.00002853", Ok("0.00002853"));
    }

    #[test]
    fn text_that_is_no_number_is_rejected() {
        for text in ["", "-", ".", "1e5", "NaN", "inf", "1,000", "1.2.3", " 1", "0x10", "--1"] {
            check(text, Err(DecimalError::NotANumber));
        }
        check("99999999999999999999", Err(DecimalError::TooManyDigits));
        check("0.0000000000000001", Err(DecimalError::TooManyDigits));
    }

    #[test]
    fn increments_count_only_prices_on_their_grid() {
        let quarter = Increment::new(25, 2);
        assert_eq!(quarter.count(Decimal::new(552875, 2)), Some(22115));
        assert_eq!(quarter.count(Decimal::new(5528, 0)), Some(22112));
        assert_eq!(quarter.count(Decimal::new(552880, 2)), None);
        assert_eq!(quarter.price(Price(22115)).to_string(), "5528.75");
    }

    #[test]
    fn trimming_drops_only_trailing_zeros() {
        for (mantissa, decimals, least, want) in [
            (4_304_700, 4, 2, "430.47"),
            (4_381_799, 4, 2, "438.1799"),
            (1_270_000, 4, 2, "127.00"),
            (-1_270_000, 4, 0, "-127"),
            (0, 4, 2, "0.00"),
            (15, 1, 2, "1.5"),
        ] {
            assert_eq!(Decimal::new(mantissa, decimals).shorten(least).to_string(), want);
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(
            mantissa in any::<i64>().prop_filter("min", |m| *m != i64::MIN),
            decimals in 0u8..=MAX_DECIMALS,
        ) {
            let decimal = Decimal::new(mantissa, decimals);
            prop_assert_eq!(Decimal::parse(&decimal.to_string()), Ok(decimal));
        }

        #[test]
        fn parsing_never_panics(text in ".{0,40}") {
            let _ = Decimal::parse(&text);
        }

        #[test]
        fn rescaling_up_and_back_keeps_the_number(
            mantissa in -1_000_000_000i64..1_000_000_000,
            from in 0u8..6,
            more in 0u8..6,
        ) {
            let decimal = Decimal::new(mantissa, from);
            let up = decimal.rescale(from + more).unwrap();
            prop_assert_eq!(up.rescale(from), Some(decimal));
        }
    }
}
