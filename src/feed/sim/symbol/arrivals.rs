//! When events come: a Hawkes process of three exponential kernels, drawn exactly.
//!
//! Each event makes further ones likelier, for milliseconds, seconds and a minute. Between events the intensity
//! is a baseline plus decaying parts, so the wait is the least of one wait for each part, and the part that
//! wins is the event's parent (Dassios and Zhao 2013, *Electron. Commun. Probab.* 18:62). No thinning.

use crate::feed::sim::model::elementary::{exp, ln};
use crate::feed::sim::model::parameters::Kernel;
use crate::feed::sim::model::rng::SimRng;

/// What caused an event: the baseline, or an earlier event through one of the kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    Baseline,
    Kernel(usize),
}

/// An event that arrives.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Seconds since the event before, or since the moment asked from.
    pub wait: f64,
    pub parent: Parent,
}

/// Below this intensity a kernel is taken for spent.
const SPENT: f64 = 1e-6;
/// After so many of its times a kernel has left nothing that a sum would show: e^-60 is 1e-26.
const FORGOTTEN: f64 = 60.0;
/// More than rounding adds to a bound.
const ROUNDING: f64 = 1.000_001;

/// The process at a moment: the intensity that each kernel adds.
#[derive(Clone, Debug, Default)]
pub struct Arrivals {
    excited: [f64; 3],
}

impl Arrivals {
    /// The next event at the baseline intensity `mu` if one comes within `left` seconds. The process is then at
    /// that event, or at the end of that time.
    ///
    /// Most parts come too late for this, which is known before a logarithm is taken: `-ln u >= 1 - u`.
    #[inline]
    pub fn next(&mut self, kernels: &[Kernel; 3], mu: f64, left: f64, rng: &mut SimRng) -> Option<Arrival> {
        let mut next = Arrival { wait: left, parent: Parent::Baseline };
        let u = rng.uniform();
        let mut comes = false;
        if 1.0 - u < ROUNDING * mu * left {
            let wait = -ln(u) / mu;
            comes = wait < left;
            next.wait = if comes { wait } else { left };
        }
        for (k, kernel) in kernels.iter().enumerate() {
            if self.excited[k] < SPENT {
                continue;
            }
            let u = rng.uniform();
            if 1.0 - u > ROUNDING * self.excited[k] * kernel.seconds.min(next.wait) {
                continue;
            }
            // Of a decaying intensity only so much is left; beyond it this kernel causes nothing more.
            let used = -ln(u) / (kernel.seconds * self.excited[k]);
            if used < 1.0 && kernel.seconds * used < ROUNDING * next.wait {
                let wait = -kernel.seconds * ln(1.0 - used);
                if wait < next.wait {
                    next = Arrival { wait, parent: Parent::Kernel(k) };
                    comes = true;
                }
            }
        }
        self.decay(kernels, next.wait);
        if comes {
            self.excite(kernels, 1.0);
        }
        comes.then_some(next)
    }

    #[inline]
    fn decay(&mut self, kernels: &[Kernel; 3], seconds: f64) {
        for (excited, kernel) in self.excited.iter_mut().zip(kernels) {
            let gone = *excited < SPENT || seconds > FORGOTTEN * kernel.seconds;
            *excited = if gone { 0.0 } else { *excited * exp(-seconds / kernel.seconds) };
        }
    }

    /// As if `events` had come at this moment.
    pub fn excite(&mut self, kernels: &[Kernel; 3], events: f64) {
        for (excited, kernel) in self.excited.iter_mut().zip(kernels) {
            *excited += events * kernel.ratio / kernel.seconds;
        }
    }

    pub fn calm(&mut self) {
        self.excited = [0.0; 3];
    }
}

/// The share of events that earlier ones cause; below 1, or there would be no end of them.
pub fn branching(kernels: &[Kernel; 3]) -> f64 {
    kernels.iter().map(|kernel| kernel.ratio).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KERNELS: [Kernel; 3] = [
        Kernel { ratio: 0.5, seconds: 0.003 },
        Kernel { ratio: 0.2, seconds: 0.8 },
        Kernel { ratio: 0.15, seconds: 40.0 },
    ];

    /// Counts of events in `seconds` seconds.
    fn counts(mu: f64, seconds: usize) -> Vec<f64> {
        let (mut arrivals, mut rng) = (Arrivals::default(), SimRng::new(7, "A", "test"));
        let second = |_| {
            let (mut count, mut left) = (0.0, 1.0);
            while let Some(arrival) = arrivals.next(&KERNELS, mu, left, &mut rng) {
                left -= arrival.wait;
                count += 1.0;
            }
            count
        };
        (0..seconds).map(second).collect()
    }

    #[test]
    fn the_mean_rate_is_the_baseline_over_what_is_not_caused() {
        let counts = counts(0.3, 100_000);
        let rate = counts.iter().sum::<f64>() / counts.len() as f64;
        let want = 0.3 / (1.0 - branching(&KERNELS));
        assert!((rate / want - 1.0).abs() < 0.05, "{rate} against {want}");
    }

    #[test]
    fn counts_are_far_more_uneven_than_those_of_a_poisson_process() {
        let counts = counts(0.3, 50_000);
        let mean = counts.iter().sum::<f64>() / counts.len() as f64;
        let variance = counts.iter().map(|c| (c - mean) * (c - mean)).sum::<f64>() / counts.len() as f64;
        assert!(variance / mean > 3.0, "a Fano factor of {}", variance / mean);
    }

    #[test]
    fn most_events_of_a_burst_come_from_the_fastest_kernel() {
        let (mut arrivals, mut rng) = (Arrivals::default(), SimRng::new(7, "A", "test"));
        let mut parents = [0; 4];
        for _ in 0..10_000 {
            if let Some(arrival) = arrivals.next(&KERNELS, 1.0, 1.0, &mut rng) {
                parents[if let Parent::Kernel(k) = arrival.parent { k } else { 3 }] += 1;
            }
        }
        assert!(parents[0] > parents[1] && parents[1] > 0 && parents[2] > 0 && parents[3] > 0, "{parents:?}");
    }
}
