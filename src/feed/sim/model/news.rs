//! News: shocks to prices, and their headlines.
//!
//! A shock comes at random, more often in busy hours. Two headlines in three come with the shock, and the price
//! follows. The others come late, when the price has moved already.

use super::parameters;
use super::rng::SimRng;
use crate::market::{Headline, Timestamp};

/// A piece of news before it has a headline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shock {
    /// The return it is worth, in standard deviations of a day.
    pub jump: f64,
    /// The size of the reaction; 1 on average.
    pub weight: f64,
    /// A random number that chooses the words.
    pub wording: u32,
    /// The seconds from the shock to the headline.
    pub late: u32,
}

impl Shock {
    /// Draws news with this probability.
    pub fn draw(news: &parameters::NewsParameters, probability: f64, rng: &mut SimRng) -> Option<Self> {
        if !rng.chance(probability) {
            return None;
        }
        // The mean of |t| with four degrees of freedom is 1.
        let jump = rng.student().clamp(-10.0, 10.0) * news.jump;
        let skewed = if jump < 0.0 { 1.0 + news.skew } else { 1.0 - news.skew / 2.0 };
        let bits = rng.bits();
        let late = if bits.is_multiple_of(3) { 5 + (bits >> 8 & 63) as u32 } else { 0 };
        Some(Self {
            jump: jump * skewed,
            weight: (jump.abs() / news.jump).min(1.8),
            wording: (bits >> 32) as u32,
            late,
        })
    }

    /// Returns the tone from -1 to 1, in hundredths. A move of half a day's standard deviation has a tone of 0.5.
    pub fn tone(&self) -> f64 {
        let tone = self.jump / (0.5 + self.jump.abs());
        // Adding nothing makes -0 a 0.
        (tone * 100.0).round() / 100.0 + 0.0
    }

    /// Returns the headline of a shock at `ts` about `on`, with its `name`; without a name it is about a group.
    pub fn headline(&self, on: String, name: Option<&str>, ts: Timestamp) -> Headline {
        let lines = match (name, self.jump < 0.0) {
            (Some(_), false) => GOOD,
            (Some(_), true) => BAD,
            (None, false) => BROAD_GOOD,
            (None, true) => BROAD_BAD,
        };
        let line = lines[self.wording as usize % lines.len()];
        let ts = ts.plus_nanos(i64::from(self.late) * 1_000_000_000);
        let text = line.replace("{}", name.unwrap_or_default());
        Headline { ts, on, tone: self.tone(), leads: self.late == 0, text }
    }
}

/// Headlines that wait to be taken at their time.
#[derive(Debug)]
pub struct PendingHeadlines {
    max: usize,
    /// The latest first.
    headlines: Vec<Headline>,
}

impl PendingHeadlines {
    /// Creates a list without headlines, which never has more than `max`.
    pub const fn new(max: usize) -> Self {
        Self { max, headlines: Vec::new() }
    }

    /// Adds headlines. Above the maximum the oldest are dropped.
    pub fn extend(&mut self, headlines: impl Iterator<Item = Headline>) {
        self.headlines.extend(headlines);
        self.headlines.sort_by(|a, b| (b.ts, &b.on, &b.text).cmp(&(a.ts, &a.on, &a.text)));
        self.headlines.truncate(self.max);
    }

    /// Takes the first headline that is published by `now`.
    pub fn next(&mut self, now: Timestamp) -> Option<Headline> {
        self.headlines.pop_if(|headline| headline.ts <= now)
    }

    /// Drops all headlines.
    pub fn clear(&mut self) {
        self.headlines.clear();
    }
}

const GOOD: &[&str] = &[
    "{} raises its outlook for the year",
    "{} wins a large order",
    "Analysts lift their price target for {}",
    "Demand for {} is stronger than expected",
    "{} settles a long dispute",
    "A large buyer is said to build a position in {}",
    "{} beats expectations",
    "Report: {} is close to a partnership",
];
const BAD: &[&str] = &[
    "{} cuts its outlook for the year",
    "{} loses a large order",
    "Analysts lower their price target for {}",
    "Demand for {} is weaker than expected",
    "Regulators look into {}",
    "A large holder is said to sell {}",
    "{} misses expectations",
    "Report: {} faces an outage",
];
const BROAD_GOOD: &[&str] = &[
    "Inflation comes in below forecasts",
    "Central bank hints at lower rates",
    "Jobs report beats forecasts",
    "Trade talks make progress",
    "Business surveys improve across the board",
];
const BROAD_BAD: &[&str] = &[
    "Inflation comes in above forecasts",
    "Central bank hints at higher rates",
    "Jobs report falls short of forecasts",
    "Trade talks break off",
    "Business surveys worsen across the board",
];

#[cfg(test)]
mod tests {
    use super::super::parameters::Model;
    use super::*;
    use crate::market::AssetClass;

    fn shocks() -> Vec<Shock> {
        let mut rng = SimRng::new(7, "A", "test");
        (0..5_000).filter_map(|_| Shock::draw(&Model::of(AssetClass::Index).news, 0.5, &mut rng)).collect()
    }

    #[test]
    fn news_is_as_frequent_as_asked_and_bad_news_weighs_more() {
        let shocks = shocks();
        assert!((2_300..2_700).contains(&shocks.len()));
        let mean = |bad| {
            let sizes: Vec<_> = shocks.iter().filter(|s| (s.jump < 0.0) == bad).map(|s| s.jump.abs()).collect();
            sizes.iter().sum::<f64>() / sizes.len() as f64
        };
        assert!(mean(true) > 1.2 * mean(false));
        assert!(shocks.iter().all(|shock| shock.tone().abs() <= 1.0 && shock.tone() * shock.jump >= 0.0));
    }

    #[test]
    fn headline_has_its_name_and_never_precedes_the_shock() {
        let ts = Timestamp::from_secs(1_000);
        for shock in shocks() {
            let headline = shock.headline("AAPL".into(), Some("Apple"), ts);
            assert!(headline.text.contains("Apple") && !headline.text.contains('{'));
            assert!(headline.ts >= ts && headline.ts < Timestamp::from_secs(1_080));
            assert_eq!(headline.leads, headline.ts == ts);
            assert!(!shock.headline("class:stock".into(), None, ts).text.contains('{'));
        }
    }
}
