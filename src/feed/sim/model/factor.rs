//! Factors that move many symbols at once: one factor of the whole world, one of each class, one of each sector.
//!
//! Each factor has streams of its own and is a function of (seed, class, second), so no symbol reads the state of
//! another. Returns here have a variance of 1 a second over a trading day; symbols scale them.

use std::array;

use libm::exp;
use strum::{EnumCount as _, VariantArray as _};

use super::hours::Hours;
use super::news::Shock;
use super::parameters::{Model, NewsParameters};
use super::rng::SimRng;
use super::season::{Edge, Pulse, Season};
use super::sector::{CLASSES, Sector};
use super::volatility::{Aftershock, Rough, Scales, Trend};
use crate::market::{AssetClass, Interval, Timestamp};

/// Mean seconds between micro-jumps: a level swept away, a stale quote picked off. Without them short horizons
/// are too Gaussian against long ones.
pub const JUMP_SECONDS: f64 = 150.0;
/// The standard deviation of a night's return, in those of a day, over that of Student's t.
const NIGHT: f64 = 0.25;

/// One second of all factors.
#[derive(Clone, Debug)]
pub struct SharedSecond {
    /// Seconds since the simulation began.
    pub index: u64,
    pub ts: Timestamp,
    /// The sectors by [`Sector::index`].
    pub sectors: [SectorSecond; Sector::COUNT],
}

/// One second of one sector, its class included.
#[derive(Clone, Copy, Debug, Default)]
pub struct SectorSecond {
    /// `None` while closed.
    pub pulse: Option<Pulse>,
    pub class_return: f64,
    pub sector_return: f64,
    /// The class's log-volatility.
    pub log_volatility: f64,
    /// The return of the night before this second, where one ended, in days' deviations.
    pub night: f64,
    /// NewsParameters of the whole class.
    pub news: Option<Shock>,
}

/// All factors, at their next second.
#[derive(Clone, Debug)]
pub struct Factors {
    start: Timestamp,
    next: u64,
    world: World,
    /// The classes that are listed.
    classes: [Option<Class>; CLASSES.len()],
    sectors: [SimRng; Sector::COUNT],
}

impl Factors {
    /// Begins at the first whole second from `start` on.
    pub fn new(seed: u64, hours: Hours, start: Timestamp, listed: impl Fn(AssetClass) -> bool) -> Self {
        let second = start.floor(Interval::S1);
        Self {
            start: if second < start { second.plus_nanos(Interval::S1.nanos()) } else { second },
            next: 0,
            world: World::new(seed),
            classes: CLASSES.map(|class| listed(class).then(|| Class::new(seed, class, hours))),
            sectors: array::from_fn(|n| SimRng::new(seed, Sector::VARIANTS[n].into(), "sector")),
        }
    }

    /// The log-volatilities as they are now: of the world, and of `class` where it is listed.
    pub fn volatilities(&self, class: AssetClass) -> Option<(Rough, Rough)> {
        let at = CLASSES.iter().position(|of| *of == class)?;
        Some((self.world.rough.clone(), self.classes[at].as_ref()?.rough.clone()))
    }

    /// The beginning of the next second.
    pub const fn next_ts(&self) -> Timestamp {
        self.start.plus_nanos(self.next as i64 * 1_000_000_000)
    }

    /// Makes the next second.
    pub fn advance(&mut self) -> SharedSecond {
        let (index, ts) = (self.next, self.next_ts());
        self.next += 1;
        let world = self.world.step(index);
        let mut sectors = [SectorSecond::default(); Sector::COUNT];
        for (of, class) in CLASSES.into_iter().zip(&mut self.classes) {
            let Some(class) = class else { continue };
            let (shared, scale) = class.step(index, ts, &world);
            for sector in Sector::VARIANTS.iter().filter(|sector| sector.class() == of) {
                // Drawn while closed, too: draws must not depend on the hours of others.
                let shock = self.sectors[sector.index()].normal();
                sectors[sector.index()] = SectorSecond { sector_return: scale * shock, ..shared };
            }
        }
        SharedSecond { index, ts, sectors }
    }
}

/// The state that all classes share.
#[derive(Clone, Debug)]
struct World {
    scales: Scales,
    rough: Rough,
    rng: SimRng,
    last: f64,
}

/// One second of the world: both of variance 1.
struct WorldStep {
    shock: f64,
    log_volatility: f64,
}

impl World {
    fn new(seed: u64) -> Self {
        let (scales, mut rng) = (Scales::new(0.0, 1.0), SimRng::new(seed, "", "world"));
        Self { rough: Rough::new(&scales, &mut rng), scales, rng, last: 0.0 }
    }

    fn step(&mut self, second: u64) -> WorldStep {
        let log_volatility = self.rough.step(&self.scales, second, self.last, 0.2, &mut self.rng);
        self.last = self.rng.normal();
        WorldStep { shock: self.last, log_volatility }
    }
}

/// One class's factor.
#[derive(Clone, Debug)]
struct Class {
    model: &'static Model,
    season: Season,
    scales: Scales,
    rough: Rough,
    trend: Trend,
    aftershock: Aftershock,
    rng: SimRng,
    /// The last standardised return.
    last: f64,
}

impl Class {
    fn new(seed: u64, class: AssetClass, hours: Hours) -> Self {
        let model = Model::of(class);
        let (scales, mut rng) = (Scales::new(model.returns.hurst, 1.0), SimRng::new(seed, class.label(), "factor"));
        Self {
            model,
            season: Season::new(model, hours),
            rough: Rough::new(&scales, &mut rng),
            scales,
            trend: Trend::default(),
            aftershock: Aftershock::default(),
            rng,
            last: 0.0,
        }
    }

    /// Its second, and what a standard normal is to be multiplied by for a return of a sector.
    fn step(&mut self, second: u64, ts: Timestamp, world: &WorldStep) -> (SectorSecond, f64) {
        let returns = &self.model.returns;
        let own = self.rough.step(&self.scales, second, self.last, returns.leverage, &mut self.rng);
        self.trend.step(self.last);
        let mixed = returns.world.sqrt() * world.log_volatility + (1.0 - returns.world).sqrt() * own;
        let log_volatility = returns.spread * mixed + returns.trend * self.trend.pull() + self.aftershock.step();
        let shock = self.shock(world.shock);
        let Some(pulse) = self.season.at(ts) else {
            self.last = 0.0;
            return (SectorSecond::default(), 0.0);
        };
        self.last = shock.clamp(-4.0, 4.0);
        let scale = exp(log_volatility - returns.spread * returns.spread) * pulse.volatility;
        let news = self.news(&pulse);
        let class_return = scale * shock + news.map_or(0.0, |news| news.jump * self.model.day.sqrt());
        let night = if pulse.edge == Edge::Open { self.rng.student().clamp(-6.0, 6.0) * NIGHT } else { 0.0 };
        (SectorSecond { pulse: Some(pulse), class_return, sector_return: 0.0, log_volatility, night, news }, scale)
    }

    /// A shock of variance 1: of the world, of the class, and now and then a micro-jump.
    fn shock(&mut self, world: f64) -> f64 {
        let Model { returns, .. } = self.model;
        let diffuse = (1.0 - returns.jumps).sqrt();
        let beta = returns.world_beta;
        let smooth = diffuse * (beta * world + (1.0 - beta * beta).sqrt() * self.rng.normal());
        smooth + micro_jump(returns.jumps, JUMP_SECONDS, &mut self.rng)
    }

    fn news(&mut self, pulse: &Pulse) -> Option<Shock> {
        let NewsParameters { common, .. } = self.model.news;
        let news = Shock::draw(&self.model.news, common * pulse.activity / self.model.day, &mut self.rng)?;
        self.aftershock.hit(news.weight);
        Some(news)
    }
}

/// A jump of either sign and exponential size, once in `seconds` on average, that makes a variance of `share` a
/// second; mostly 0.
fn micro_jump(share: f64, seconds: f64, rng: &mut SimRng) -> f64 {
    let at = rng.uniform() * seconds;
    if at >= 1.0 {
        return 0.0;
    }
    let size = (share * seconds / 2.0).sqrt() * rng.exponential();
    if at < 0.5 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday 2024-01-08, midnight.
    const START: Timestamp = Timestamp::from_secs(19_730 * 86_400);

    fn returns(seconds: usize, of: impl Fn(&SharedSecond) -> f64) -> Vec<f64> {
        let mut factors = Factors::new(7, Hours::Always, START, |_| true);
        (0..seconds).map(|_| of(&factors.advance())).collect()
    }

    fn class_return(sector: Sector) -> impl Fn(&SharedSecond) -> f64 {
        move |second| second.sectors[sector.index()].class_return.clamp(-8.0, 8.0)
    }

    fn correlation(x: &[f64], y: &[f64]) -> f64 {
        let product = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        product(x, y) / (product(x, x) * product(y, y)).sqrt()
    }

    #[test]
    fn classes_move_together_as_far_as_they_share_the_world() {
        let [stock, index, crypto] =
            [Sector::Energy, Sector::Index, Sector::Crypto].map(|sector| returns(20_000, class_return(sector)));
        let (near, far) = (correlation(&stock, &index), correlation(&stock, &crypto));
        assert!((0.5..0.9).contains(&near) && (0.15..0.5).contains(&far), "{near} {far}");
    }

    #[test]
    fn a_factor_does_not_know_who_else_is_listed() {
        let path = |listed: &dyn Fn(AssetClass) -> bool| {
            let mut factors = Factors::new(7, Hours::Market, START, listed);
            (0..60_000).map(|_| factors.advance().sectors[Sector::Energy.index()].class_return).collect::<Vec<_>>()
        };
        assert_eq!(path(&|_| true), path(&|class| class == AssetClass::Stock));
    }

    #[test]
    fn nothing_moves_at_night_and_the_night_comes_with_the_open() {
        let mut factors = Factors::new(7, Hours::Market, START, |_| true);
        let day: Vec<_> = (0..86_400).map(|_| factors.advance().sectors[Sector::Energy.index()]).collect();
        let open = day.iter().position(|shared| shared.pulse.is_some()).unwrap();
        assert_eq!(open, 52_200);
        assert!(day[..open].iter().all(|shared| shared.class_return == 0.0));
        assert!(day[open].night != 0.0 && day[open + 1..].iter().all(|shared| shared.night == 0.0));
    }
}
