//! Numbers as files write them.

use super::rng::Rng;
use crate::market::Decimal;

/// The form in which a file writes its numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct NumberStyle {
    /// A comma before the decimals.
    pub has_comma: bool,
    /// A mark between thousands.
    pub has_thousands: bool,
    /// The sign of a currency in front of prices.
    pub sign: &'static str,
    /// Prices in 32nds or in fractions (kind 13).
    pub dress: Dress,
}

/// Dress of prices that is no decimal number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dress {
    #[default]
    None,
    /// `110'165` is 110 and 16.5 32nds.
    Thirtyseconds,
    /// `110-16`.
    Dashed,
    /// `45 1/2`.
    Fractions,
    /// `USD 100.50`.
    Currency,
}

impl NumberStyle {
    /// The usual forms.
    pub fn any(rng: &mut Rng, delimiter: char) -> Self {
        let has_comma = delimiter == ';' && rng.chance(60) || delimiter == '\t' && rng.chance(15);
        Self {
            has_comma,
            has_thousands: rng.chance(12),
            sign: if rng.chance(8) { rng.pick(&["$", "€", "£"]) } else { "" },
            dress: Dress::None,
        }
    }

    /// A price, and its exact value where the dress changes it.
    pub fn price(&self, price: Decimal) -> String {
        match self.dress {
            Dress::None => format!("{}{}", self.sign, self.number(price)),
            Dress::Currency => format!("USD {}", self.number(price)),
            dress => dressed(price, dress),
        }
    }

    pub fn number(&self, number: Decimal) -> String {
        let text = number.to_string();
        let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
        let (decimal, thousands) = if self.has_comma { (',', '.') } else { ('.', ',') };
        let mut shown = String::new();
        let digits = whole.trim_start_matches('-');
        for (n, digit) in digits.chars().enumerate() {
            if self.has_thousands && n > 0 && (digits.len() - n) % 3 == 0 {
                shown.push(thousands);
            }
            shown.push(digit);
        }
        let sign = if whole.starts_with('-') { "-" } else { "" };
        match fraction {
            Some(fraction) => format!("{sign}{shown}{decimal}{fraction}"),
            None => format!("{sign}{shown}"),
        }
    }

    /// The nearest price that the dress can write.
    pub fn fit(&self, price: Decimal) -> Decimal {
        let per_one = match self.dress {
            Dress::None | Dress::Currency => return price,
            Dress::Thirtyseconds => 64,
            Dress::Dashed => 32,
            Dress::Fractions => 8,
        };
        // Prices of bonds lie about 100.
        let mantissa = price.mantissa.rem_euclid(40 * per_one) + 90 * per_one;
        Decimal::new(mantissa * (1_000_000 / per_one), 6)
    }
}

fn dressed(price: Decimal, dress: Dress) -> String {
    let (whole, rest) = (price.mantissa / 1_000_000, price.mantissa % 1_000_000);
    match dress {
        Dress::Thirtyseconds => {
            let halves = rest / 15_625;
            format!("{whole}'{:02}{}", halves / 2, if halves % 2 == 1 { "5" } else { "0" })
        }
        Dress::Dashed => format!("{whole}-{:02}", rest / 31_250),
        _ => {
            let eighths = rest / 125_000;
            let (mut top, mut bottom) = (eighths, 8);
            while top > 0 && top % 2 == 0 {
                (top, bottom) = (top / 2, bottom / 2);
            }
            if top == 0 { whole.to_string() } else { format!("{whole} {top}/{bottom}") }
        }
    }
}
