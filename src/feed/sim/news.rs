//! What happens in the world: shocks to prices, and the headlines that tell of them.
//!
//! A shock comes at random, more often in busy hours. Two headlines in three come with it and the price
//! follows; the others come late, when the price has told already.

use super::model;
use super::noise::Noise;
use crate::market::{InstrumentId, Timestamp};

/// How a headline sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
}

impl Tone {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
        }
    }
}

/// One headline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// When it is published.
    pub ts: Timestamp,
    /// Whom it is about; `None`: a whole class.
    pub instrument: Option<InstrumentId>,
    pub tone: Tone,
    pub headline: String,
}

/// News before it is written down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shock {
    /// The return it is worth, in standard deviations of a day.
    pub jump: f64,
    /// How much of a stir it makes: 1 on average.
    pub weight: f64,
    /// Which of the headlines, and how many seconds after the price.
    pub wording: u32,
    pub late: u32,
}

impl Shock {
    /// News, with this probability.
    pub fn draw(news: &model::News, probability: f64, noise: &mut Noise) -> Option<Self> {
        if !noise.chance(probability) {
            return None;
        }
        // The mean of |t| with four degrees of freedom is 1.
        let jump = noise.student().clamp(-10.0, 10.0) * news.jump;
        let skewed = if jump < 0.0 { 1.0 + news.skew } else { 1.0 - news.skew / 2.0 };
        let bits = noise.bits();
        let late = if bits.is_multiple_of(3) { 5 + (bits >> 8 & 63) as u32 } else { 0 };
        Some(Self {
            jump: jump * skewed,
            weight: (jump.abs() / news.jump).min(1.8),
            wording: (bits >> 32) as u32,
            late,
        })
    }

    pub const fn tone(&self) -> Tone {
        if self.jump < 0.0 { Tone::Bad } else { Tone::Good }
    }

    /// What is written about `name` at the second of `ts`.
    pub fn story(&self, instrument: Option<InstrumentId>, name: &str, ts: Timestamp) -> Story {
        let lines = match (instrument, self.tone()) {
            (Some(_), Tone::Good) => GOOD,
            (Some(_), Tone::Bad) => BAD,
            (None, Tone::Good) => BROAD_GOOD,
            (None, Tone::Bad) => BROAD_BAD,
        };
        let line = lines[self.wording as usize % lines.len()];
        let ts = ts.plus_nanos(i64::from(self.late) * 1_000_000_000);
        Story { ts, instrument, tone: self.tone(), headline: line.replace("{}", name) }
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
    use super::super::model::Model;
    use super::*;
    use crate::market::AssetClass;

    fn shocks() -> Vec<Shock> {
        let mut noise = Noise::new(7, "A", "test");
        (0..5_000).filter_map(|_| Shock::draw(&Model::of(AssetClass::Index).news, 0.5, &mut noise)).collect()
    }

    #[test]
    fn news_comes_as_often_as_asked_and_bad_news_weighs_more() {
        let shocks = shocks();
        assert!((2_300..2_700).contains(&shocks.len()));
        let mean = |tone| {
            let sizes: Vec<_> = shocks.iter().filter(|s| s.tone() == tone).map(|s| s.jump.abs()).collect();
            sizes.iter().sum::<f64>() / sizes.len() as f64
        };
        assert!(mean(Tone::Bad) > 1.2 * mean(Tone::Good));
    }

    #[test]
    fn a_headline_names_whom_it_is_about_and_never_comes_before_the_shock() {
        let ts = Timestamp::from_secs(1_000);
        for shock in shocks() {
            let story = shock.story(Some(InstrumentId(3)), "Apple", ts);
            assert!(story.headline.contains("Apple") && !story.headline.contains('{'));
            assert!(story.ts >= ts && story.ts < Timestamp::from_secs(1_080));
            assert!(!shock.story(None, "", ts).headline.contains('{'));
        }
    }
}
