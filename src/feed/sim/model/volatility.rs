//! The motion of volatility: log-volatility as a sum of many time scales, the pull of trends, and news.
//!
//! Ornstein-Uhlenbeck processes from seconds to days, their variances in the ratio tau^(2H), stand for rough
//! volatility (Gatheral, Jaisson and Rosenbaum 2018, arXiv:1410.3394; H near 0: Bacry, Delour and Muzy 2001):
//! clustering that decays as a power and not at one rate. Steps are exact whatever their length.

use libm::{exp, pow};

use super::rng::SimRng;

/// The number of scales: 12 s, 60 s, .. 11 days.
const SCALES: usize = 8;
/// The shortest scale in seconds, and each scale over the one before it.
const SHORTEST: f64 = 12.0;
const RATIO: f64 = 5.0;
/// Scale k moves once in 4^k steps: a longer scale needs no finer ones.
const STRIDE_BITS: u32 = 2;

/// The constants that all processes of one roughness and one step length share; their variance is 1 in total.
#[derive(Clone, Debug)]
pub struct Scales {
    deviation: [f64; SCALES],
    /// The exact step of each scale over its stride: what remains, and what is drawn anew.
    step: [(f64, f64); SCALES],
}

impl Scales {
    /// Computes the constants for steps of `seconds`.
    pub fn new(hurst: f64, seconds: f64) -> Self {
        let raw: [f64; SCALES] = std::array::from_fn(|k| pow(tau(k), hurst));
        let total = raw.iter().map(|d| d * d).sum::<f64>().sqrt();
        let deviation = raw.map(|d| d / total);
        let step = |k| decay(tau(k), seconds * f64::from(1u32 << (STRIDE_BITS * k as u32)));
        Self { deviation, step: std::array::from_fn(step) }
    }
}

/// The time scale k in seconds.
fn tau(k: usize) -> f64 {
    SHORTEST * pow(RATIO, k as f64)
}

/// The share that an Ornstein-Uhlenbeck process keeps over `seconds`, and the deviation of its new part.
fn decay(tau: f64, seconds: f64) -> (f64, f64) {
    let kept = exp(-seconds / tau);
    (kept, (1.0 - kept * kept).sqrt())
}

/// A log-volatility of variance 1, to be scaled.
#[derive(Clone, Debug)]
pub struct Rough {
    x: [f64; SCALES],
    /// The sum of returns so far, and its value at the last step of each scale.
    returns: f64,
    returns_before: [f64; SCALES],
    sum: f64,
}

impl Rough {
    /// Draws the process in its stationary state.
    pub fn new(scales: &Scales, rng: &mut SimRng) -> Self {
        let x = scales.deviation.map(|d| d * rng.normal());
        Self { x, returns: 0.0, returns_before: [0.0; SCALES], sum: x.iter().sum() }
    }

    /// The log-volatility.
    pub const fn value(&self) -> f64 {
        self.sum
    }

    /// Makes step number `step`. `z` is the last standardised return; with `leverage` above 0 a fall raises volatility.
    #[inline]
    pub fn step(&mut self, scales: &Scales, step: u64, z: f64, leverage: f64, rng: &mut SimRng) -> f64 {
        self.returns += z;
        let due = (step.trailing_zeros() / STRIDE_BITS).min(SCALES as u32 - 1) as usize;
        for k in 0..=due {
            let mut shock = rng.normal();
            // The shortest scale would turn the bounce of the price into leverage.
            if k > 0 && leverage > 0.0 {
                let stride = f64::from(1u32 << (STRIDE_BITS * k as u32));
                let trend = (self.returns - self.returns_before[k]) / stride.sqrt();
                shock = shock * (1.0 - leverage * leverage).sqrt() - leverage * trend;
            }
            self.returns_before[k] = self.returns;
            let (kept, new) = scales.step[k];
            self.x[k] = self.x[k] * kept + scales.deviation[k] * new * shock;
        }
        self.sum = self.x.iter().sum();
        self.sum
    }

    /// Skips `seconds` without steps, such as a night.
    pub fn skip(&mut self, scales: &Scales, seconds: f64, rng: &mut SimRng) {
        for k in 0..SCALES {
            let (kept, new) = decay(tau(k), seconds);
            self.x[k] = self.x[k] * kept + scales.deviation[k] * new * rng.normal();
        }
        self.sum = self.x.iter().sum();
    }
}

/// The trend of the last quarter of an hour, of variance 1 (Zumbach 2010, *Quantitative Finance* 10:101: past
/// trends raise volatility, whatever their direction).
#[derive(Clone, Debug, Default)]
pub struct Trend(f64);

impl Trend {
    /// Adds the standardised return of a second.
    #[inline]
    pub fn step(&mut self, z: f64) {
        // exp(-1 / 900), and the deviation that keeps the variance at 1.
        self.0 = self.0 * 0.998_889_5 + z * 0.047_127;
    }

    /// Returns its part of log-volatility, before its weight.
    #[inline]
    pub fn pull(&self) -> f64 {
        (self.0 * self.0 - 1.0).clamp(-1.0, 4.0)
    }
}

/// The effect of news on log-volatility: up at once, down with 75 seconds and with 20 minutes, which is Omori's law
/// of aftershocks in two exponentials (Lillo and Mantegna 2003, arXiv:cond-mat/0111257).
#[derive(Clone, Debug, Default)]
pub struct Aftershock {
    fast: f64,
    slow: f64,
}

impl Aftershock {
    #[inline]
    pub fn step(&mut self) -> f64 {
        // exp(-1 / 75) and exp(-1 / 1200).
        self.fast *= 0.986_755;
        self.slow *= 0.999_167;
        self.fast + self.slow
    }

    /// News of a weight of 1 on average.
    pub fn hit(&mut self, weight: f64) {
        self.fast = (self.fast + 0.9 * weight).min(1.8);
        self.slow = (self.slow + 0.5 * weight).min(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(hurst: f64, seconds: u64) -> Vec<f64> {
        let (scales, mut rng) = (Scales::new(hurst, 1.0), SimRng::new(7, "A", "test"));
        let mut rough = Rough::new(&scales, &mut rng);
        (0..seconds).map(|step| rough.step(&scales, step, 0.0, 0.0, &mut rng)).collect()
    }

    fn variance(x: &[f64]) -> f64 {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / x.len() as f64
    }

    #[test]
    fn the_variance_over_many_paths_is_one() {
        for hurst in [0.0, 0.1] {
            let scales = Scales::new(hurst, 1.0);
            let ends: Vec<_> = (0..4_000u64)
                .map(|seed| {
                    let mut rng = SimRng::new(seed, "A", "test");
                    let mut rough = Rough::new(&scales, &mut rng);
                    for step in 0..64 {
                        rough.step(&scales, step, 0.0, 0.0, &mut rng);
                    }
                    rough.value()
                })
                .collect();
            assert!((variance(&ends) - 1.0).abs() < 0.08, "H = {hurst}: {}", variance(&ends));
        }
    }

    #[test]
    fn memory_falls_slowly_and_not_at_one_rate() {
        let x = path(0.0, 400_000);
        let moved = |lag: usize| x.iter().zip(&x[lag..]).map(|(a, b)| (b - a) * (b - a)).sum::<f64>() / x.len() as f64;
        // A single time scale of 12 s would have come to rest after a minute.
        assert!(moved(600) > 1.3 * moved(60) && moved(6_000) > 1.2 * moved(600), "{:?}", [60, 600, 6_000].map(moved));
    }

    #[test]
    fn a_fall_raises_volatility_with_leverage_alone() {
        let after = |leverage| {
            let scales = Scales::new(0.0, 1.0);
            let mut rng = SimRng::new(7, "A", "test");
            let mut rough = Rough::new(&scales, &mut rng);
            for step in 0..256 {
                rough.step(&scales, step, -1.0, leverage, &mut rng);
            }
            rough.value()
        };
        assert!(after(0.3) > after(0.0) + 0.2);
    }

    #[test]
    fn aftershocks_fade_within_the_hour() {
        let mut shock = Aftershock::default();
        shock.hit(1.0);
        let at: Vec<_> = (0..3_600).map(|_| shock.step()).collect();
        assert!(at[0] > 1.3 && at[300] < 0.5 && at[3_599] < 0.05 && at.is_sorted_by(|a, b| a >= b));
        (0..9).for_each(|_| shock.hit(5.0));
        assert!(shock.step() <= 2.8);
    }
}
