//! Arrival times of a symbol's events: a Hawkes process of three exponential kernels, drawn as a branching process.
//!
//! Events of the baseline come at one rate within a second. Each event has children: through each kernel a Poisson
//! number of them, after exponential delays, and each child has children of its own. This is the process whose
//! intensity jumps at each event and decays afterwards (Hawkes and Oakes 1974, *J. Appl. Prob.* 11:493).
//!
//! An exponential delay has no memory, so the number of children still to come through each kernel is all that is kept
//! of the past. The next event is drawn from these numbers as the next reaction of a mixture is (Gillespie 1977,
//! *J. Phys. Chem.* 81:2340): exactly, and without a logarithm.

use libm::exp;

use crate::feed::sim::model::parameters::Kernel;
use crate::feed::sim::model::rng::SimRng;

/// The most children of one event; of a Poisson number of mean 1, one in 10^10 is larger.
const MOST_CHILDREN: usize = 12;

/// The cause of an event: the baseline, or an earlier event through one of the kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    Baseline,
    Kernel(usize),
}

/// An event that arrives.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Seconds since the event before, or since the beginning of the second.
    pub wait: f64,
    pub parent: Parent,
}

/// The children of one event: their number, and the kernel of each.
#[derive(Clone, Copy, Debug)]
pub struct Offspring {
    /// The chance of at most 0, 1, 2 .. children.
    at_most: [f64; MOST_CHILDREN],
    /// The chance that a child comes through the first kernel, and through the first or the second.
    shares: [f64; 2],
    /// Children a second of each that is still to come.
    rates: [f64; 3],
}

impl Offspring {
    /// Tables for these kernels.
    pub fn new(kernels: &[Kernel; 3]) -> Self {
        let mean = branching(kernels);
        let (mut chance, mut sum) = (exp(-mean), 0.0);
        let at_most = std::array::from_fn(|n| {
            sum += chance;
            chance *= mean / (n + 1) as f64;
            sum
        });
        let [first, second, _] = kernels.map(|kernel| kernel.ratio / mean);
        Self { at_most, shares: [first, first + second], rates: kernels.map(|kernel| 1.0 / kernel.seconds) }
    }

    /// Draws a number of children by inversion (Devroye, *Non-Uniform Random Variate Generation*, 1986, X.3.3).
    #[inline]
    fn count(&self, rng: &mut SimRng) -> usize {
        let u = rng.uniform();
        self.at_most.iter().take_while(|chance| u >= **chance).count()
    }

    /// Draws the kernel of a child.
    #[inline]
    fn kernel(&self, rng: &mut SimRng) -> usize {
        let u = rng.uniform();
        self.shares.iter().filter(|share| u >= **share).count()
    }
}

/// The state of the process: the number of children still to come through each kernel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arrivals([u32; 3]);

impl Arrivals {
    /// The next event, where the baseline has `rate` events a second, if one comes within `left` seconds. The process
    /// is then at that event, or at the end of that time.
    #[inline]
    pub fn next(&mut self, offspring: &Offspring, rate: f64, left: f64, rng: &mut SimRng) -> Option<Arrival> {
        let rates: [f64; 3] = std::array::from_fn(|k| f64::from(self.0[k]) * offspring.rates[k]);
        let total = rate + rates.iter().sum::<f64>();
        let wait = rng.exponential() / total;
        if wait >= left {
            return None;
        }
        let parent = self.parent(&rates, total * rng.uniform());
        for _ in 0..offspring.count(rng) {
            self.0[offspring.kernel(rng)] += 1;
        }
        Some(Arrival { wait, parent })
    }

    /// Keeps a share of the events still to come, below 1: those that a scenario has added end with it.
    pub fn thin(&mut self, share: f64) {
        self.0 = self.0.map(|children| (f64::from(children) * share) as u32);
    }

    /// The cause of an event, at a place between 0 and the sum of all rates.
    #[inline]
    fn parent(&mut self, rates: &[f64; 3], mut place: f64) -> Parent {
        for (k, rate) in rates.iter().enumerate() {
            if place < *rate {
                self.0[k] -= 1;
                return Parent::Kernel(k);
            }
            place -= rate;
        }
        Parent::Baseline
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
        let offspring = Offspring::new(&KERNELS);
        let second = |_| {
            let (mut count, mut left) = (0.0, 1.0);
            while let Some(arrival) = arrivals.next(&offspring, mu, left, &mut rng) {
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
        let offspring = Offspring::new(&KERNELS);
        for _ in 0..10_000 {
            if let Some(arrival) = arrivals.next(&offspring, 1.0, 1.0, &mut rng) {
                parents[if let Parent::Kernel(k) = arrival.parent { k } else { 3 }] += 1;
            }
        }
        assert!(parents[0] > parents[1] && parents[1] > 0 && parents[2] > 0 && parents[3] > 0, "{parents:?}");
    }
}
