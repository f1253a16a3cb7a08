//! `exp` and `ln` out of `+ - * /` and bit moves: the same bits on every IEEE 754 machine.
//!
//! A platform's own differ from each other in the last bit, and one bit is another tape. The square root and
//! `floor` are exact everywhere, so std's do.

use std::f64::consts::{LN_2, LOG2_E, SQRT_2};

/// 1.5 * 2^52: added and taken away again, it rounds to the nearest whole number.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts, the first short enough for an exact product (Cody and Waite, *Software Manual for the
/// Elementary Functions*, 1980, section 6.2; the split is that of fdlibm).
const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// e^x to about 1e-13; x is held within -700 and 700.
#[inline]
pub fn exp(x: f64) -> f64 {
    let x = x.clamp(-700.0, 700.0);
    let k = (x * LOG2_E + ROUND) - ROUND;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    // Taylor's series, even and odd terms apart so that they overlap.
    let q = r * r;
    let even = 1.0 + q * (1.0 / 2.0 + q * (1.0 / 24.0 + q * (1.0 / 720.0 + q * (1.0 / 40_320.0 + q / 3_628_800.0))));
    let odd =
        1.0 + q * (1.0 / 6.0 + q * (1.0 / 120.0 + q * (1.0 / 5_040.0 + q * (1.0 / 362_880.0 + q / 39_916_800.0))));
    (even + r * odd) * f64::from_bits(((k as i64 + 1_023) as u64) << 52)
}

/// The natural logarithm of a normal number above 0, to about 1e-13.
#[inline]
pub fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let exponent = (bits >> 52) as i64 - 1_023;
    let mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    let (exponent, mantissa) = if mantissa > SQRT_2 { (exponent + 1, mantissa * 0.5) } else { (exponent, mantissa) };
    // ln m = 2 artanh((m - 1) / (m + 1)): Abramowitz and Stegun, 4.1.27.
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let q = s * s;
    let high = 1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q * (1.0 / 15.0 + q / 17.0)));
    let series = 1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * high)));
    exponent as f64 * LN_2 + 2.0 * s * series
}

/// base^power for a base above 0.
#[inline]
pub fn pow(base: f64, power: f64) -> f64 {
    exp(power * ln(base))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn exp_and_ln_are_as_good_as_the_platforms(x in -600.0..600.0f64, y in 1e-300..1e300f64, z in 0.5..2.0f64) {
            prop_assert!((exp(x) / x.exp() - 1.0).abs() < 1e-12, "exp {x}");
            for y in [y, z] {
                prop_assert!((ln(y) - y.ln()).abs() <= 1e-12 * y.ln().abs().max(1.0), "ln {y}");
            }
        }

        #[test]
        fn powers_undo_each_other(base in 1e-3..1e6f64, power in 0.1..3.0f64) {
            prop_assert!((pow(pow(base, power), 1.0 / power) / base - 1.0).abs() < 1e-10);
        }
    }

    #[test]
    fn the_ends_neither_overflow_nor_vanish() {
        assert!(exp(1e9).is_finite() && exp(-1e9) > 0.0);
        assert_eq!((exp(0.0), ln(1.0)), (1.0, 0.0));
    }

    #[test]
    fn bits_are_these_on_every_machine() {
        let bits = [exp(1.0), exp(-3.7), ln(10.0), ln(0.3), pow(2.0, 0.45)].map(f64::to_bits);
        assert_eq!(bits, BITS, "{bits:#x?}");
    }

    const BITS: [u64; 5] = [
        0x4005_bf0a_8b14_5763,
        0x3f99_511f_c687_1043,
        0x4002_6bb1_bbb5_5515,
        0xbff3_4378_fcbd_a720,
        0x3ff5_db4d_073c_7918,
    ];
}
