//! The numbers of the model for each asset class.
//!
//! They are measured on real markets, or fitted to their statistics; docs/SIMULATION.md says which is which.
//!
//! Not here: what differs from symbol to symbol (`universe::listing`).

use crate::market::AssetClass;

/// The model of a class: the moves, the trades and the quotes of its instruments.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// Seconds in which its yearly volatility is made.
    pub year: f64,
    /// Seconds of a trading day.
    pub day: f64,
    /// Activity in equal slices of the trading day; only the ratios count.
    pub curve: &'static [f64],
    /// Volatility goes with activity to this power over the day.
    pub curve_power: f64,
    /// Further volatility right after the open, as a share; it decays in a quarter of an hour.
    pub open_volatility: f64,

    pub returns: Returns,
    pub flow: Flow,
    pub quoting: Quoting,
    pub sizes: SizeParameters,
    pub news: NewsParameters,
    /// Trading halts where the price is this far from its mean of five minutes, as a share.
    pub halt_at: Option<f64>,
}

/// The parameters of volatility, and the sources of returns.
#[derive(Clone, Copy, Debug)]
pub struct Returns {
    /// Standard deviation of log-volatility.
    pub spread: f64,
    /// Roughness of log-volatility (Hurst exponent).
    pub hurst: f64,
    /// The share of its variance that the class has in common.
    pub common: f64,
    /// The share of that which all classes have in common.
    pub world: f64,
    /// Correlation of the class's returns with those of all classes.
    pub world_beta: f64,
    /// A fall raises volatility: correlation of shocks to the two.
    pub leverage: f64,
    /// A trend in either direction raises volatility (Zumbach's effect).
    pub trend: f64,
    /// Share of variance from the class's factor, and from the sector's.
    pub class_share: f64,
    pub sector_share: f64,
    /// Seconds that a symbol takes to follow a common move, the least and the most: the Epps effect.
    pub absorption: (f64, f64),
    /// The share of a common move that is priced at the very next event.
    pub instant: f64,
    /// Share of a symbol's own variance that its trades make.
    pub impact: f64,
    /// Share of variance that comes in micro-jumps.
    pub jumps: f64,
}

/// The parameters of orders: their times, signs and prints.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    pub kernels: [Kernel; 3],
    /// Quote revisions for each order; 0 for classes of quotes alone.
    pub quotes_per_order: f64,
    /// Ticks that an event makes on average: prints, and quotes that they move. Measured.
    pub ticks_per_event: f64,
    /// The chance that an event is of its parent's kind, by the kernel that caused it.
    pub inherit: [f64; 3],
    /// Activity goes with volatility to this power.
    pub volume_power: f64,
    /// The chance of one more print.
    pub more: f64,
    /// The chance of a long sweep, and that of one more print in it.
    pub long: f64,
    pub long_more: f64,
    /// The chance that a further print is one level deeper.
    pub walk: f64,
    /// The chance that an order belongs to no metaorder.
    pub coin: f64,
    /// The chance that an order of a burst goes on with the metaorder before it.
    pub burst: f64,
    /// Tail of the lengths of metaorders: the memory of signs falls as lag^-(alpha - 1).
    pub alpha: f64,
    /// The number of metaorders that are worked at a time, at most [`MOST_WORKED`].
    pub worked: usize,
    /// The share of events that squared returns of the last seconds make, and the number of these seconds: volume
    /// follows moves, not only volatility (quadratic Hawkes: Blanc, Donier, Bouchaud 2017, *Quantitative Finance*
    /// 17:171).
    pub reaction: f64,
    pub reaction_seconds: f64,
}

/// One way in which an event causes further ones.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    /// The mean number of events that an event causes.
    pub ratio: f64,
    /// The mean time to a caused event, which is exponentially distributed.
    pub seconds: f64,
}

/// The most metaorders that are worked at a time.
pub const MOST_WORKED: usize = 3;

/// The parameters of quotes: the spread, and its distance from the latent price.
#[derive(Clone, Copy, Debug)]
pub struct Quoting {
    /// The spread goes with volatility to this power.
    pub spread_power: f64,
    /// The distance beyond half a tick from the middle at which the quote follows the latent price, in ticks and in
    /// standard deviations of one second; the larger counts.
    pub zone_ticks: f64,
    pub zone_volatility: f64,
    /// Standard deviation of a dealer's opinion, in spreads.
    pub opinion: f64,
}

/// SizeParameters, in units of the listing.
#[derive(Clone, Copy, Debug)]
pub struct SizeParameters {
    /// Numbers that people prefer, with their shares.
    pub preferred: &'static [(u32, f64)],
    /// The log-normal rest: median, and the standard deviation of its logarithm.
    pub median: f64,
    pub sigma: f64,
    /// The Pareto tail: its share, where it begins, and its exponent.
    pub tail_share: f64,
    pub tail_from: f64,
    pub tail_alpha: f64,
}

/// The parameters of news, and of the jumps that come with it.
#[derive(Clone, Copy, Debug)]
pub struct NewsParameters {
    /// Pieces a day: of one symbol, and of the class.
    pub own: f64,
    pub common: f64,
    /// The mean jump, in standard deviations of a day.
    pub jump: f64,
    /// The share by which bad news is larger than good.
    pub skew: f64,
}

impl Flow {
    /// The mean number of prints of an order.
    pub fn prints_per_order(&self) -> f64 {
        (1.0 - self.long) / (1.0 - self.more) + self.long / (1.0 - self.long_more)
    }
}

impl Model {
    pub const fn of(class: AssetClass) -> &'static Self {
        match class {
            AssetClass::Index => &const { INDEX },
            AssetClass::Crypto => &const { CRYPTO },
            AssetClass::Fx => &const { FX },
            AssetClass::Stock | AssetClass::Unknown => &const { STOCK },
        }
    }
}

const SESSION: f64 = 23_400.0;
const DAY: f64 = 86_400.0;

const fn kernels(ratios: [f64; 3], seconds: [f64; 3]) -> [Kernel; 3] {
    [
        Kernel { ratio: ratios[0], seconds: seconds[0] },
        Kernel { ratio: ratios[1], seconds: seconds[1] },
        Kernel { ratio: ratios[2], seconds: seconds[2] },
    ]
}

const STOCK: Model = Model {
    year: 252.0 * SESSION,
    day: SESSION,
    curve: &[1.65, 1.26, 1.07, 0.92, 0.94, 0.67, 0.62, 0.70, 0.63, 0.83, 0.70, 1.03, 1.98],
    curve_power: 0.45,
    open_volatility: 0.8,
    returns: Returns {
        spread: 0.38,
        hurst: 0.0,
        common: 0.5,
        world: 0.5,
        world_beta: 0.9,
        leverage: 0.2,
        trend: 0.08,
        class_share: 0.55,
        sector_share: 0.13,
        absorption: (0.4, 2.2),
        instant: 0.5,
        impact: 0.2,
        jumps: 0.40,
    },
    flow: Flow {
        kernels: kernels([0.55, 0.19, 0.14], [0.003, 0.8, 40.0]),
        quotes_per_order: 4.0,
        ticks_per_event: 1.04,
        inherit: [0.86, 0.39, 0.12],
        volume_power: 1.4,
        more: 0.31,
        long: 0.14,
        long_more: 0.86,
        walk: 0.08,
        coin: 0.12,
        burst: 0.95,
        alpha: 1.75,
        worked: 3,
        reaction: 0.0,
        reaction_seconds: 10.0,
    },
    quoting: Quoting { spread_power: 0.6, zone_ticks: 0.25, zone_volatility: 0.4, opinion: 0.0 },
    sizes: SizeParameters {
        preferred: &[
            (100, 0.46),
            (200, 0.07),
            (300, 0.03),
            (400, 0.015),
            (500, 0.03),
            (1_000, 0.012),
            (1, 0.05),
            (10, 0.02),
            (50, 0.025),
            (25, 0.01),
        ],
        median: 70.0,
        sigma: 1.1,
        tail_share: 0.013,
        tail_from: 800.0,
        tail_alpha: 1.5,
    },
    news: NewsParameters { own: 2.0, common: 0.6, jump: 0.035, skew: 0.1 },
    halt_at: Some(0.05),
};

const INDEX: Model = Model {
    returns: Returns {
        spread: 0.42,
        common: 0.9,
        world: 0.6,
        world_beta: 0.95,
        leverage: 0.3,
        trend: 0.1,
        class_share: 0.93,
        sector_share: 0.0,
        absorption: (0.2, 0.5),
        instant: 0.3,
        impact: 0.3,
        jumps: 0.42,
        ..STOCK.returns
    },
    flow: Flow {
        kernels: kernels([0.55, 0.20, 0.13], [0.002, 0.4, 30.0]),
        volume_power: 2.1,
        ticks_per_event: 1.39,
        more: 0.47,
        long: 0.2,
        coin: 0.0,
        burst: 0.99,
        alpha: 1.6,
        worked: 2,
        reaction: 0.9,
        reaction_seconds: 8.0,
        ..STOCK.flow
    },
    sizes: SizeParameters { median: 150.0, tail_from: 2_000.0, tail_alpha: 1.8, ..STOCK.sizes },
    news: NewsParameters { own: 0.1, common: 0.5, jump: 0.03, skew: 0.35 },
    halt_at: Some(0.07),
    ..STOCK
};

const CRYPTO: Model = Model {
    year: 365.0 * DAY,
    day: DAY,
    curve: &[
        0.92, 0.65, 0.63, 0.81, 0.69, 0.55, 0.50, 0.60, 0.92, 0.78, 0.89, 0.86, 0.97, 1.20, 1.69, 1.56, 1.40, 1.26,
        1.26, 1.38, 1.38, 1.16, 0.99, 0.93,
    ],
    curve_power: 0.5,
    open_volatility: 0.0,
    returns: Returns {
        spread: 0.72,
        hurst: 0.03,
        common: 0.6,
        world: 0.2,
        world_beta: 0.4,
        leverage: 0.05,
        trend: 0.07,
        class_share: 0.65,
        sector_share: 0.0,
        absorption: (0.4, 1.5),
        instant: 0.2,
        impact: 0.4,
        jumps: 0.25,
    },
    flow: Flow {
        kernels: kernels([0.52, 0.20, 0.15], [0.002, 0.4, 20.0]),
        quotes_per_order: 3.0,
        ticks_per_event: 3.8,
        volume_power: 1.5,
        more: 0.51,
        long: 0.31,
        walk: 0.43,
        alpha: 1.7,
        ..STOCK.flow
    },
    quoting: Quoting { spread_power: 1.0, zone_ticks: 0.05, zone_volatility: 0.65, opinion: 0.0 },
    sizes: SizeParameters {
        preferred: &[
            (2, 0.15),
            (1, 0.06),
            (3, 0.04),
            (5, 0.04),
            (10, 0.04),
            (20, 0.02),
            (50, 0.02),
            (100, 0.03),
            (500, 0.01),
            (1_000, 0.01),
        ],
        median: 20.0,
        sigma: 1.9,
        tail_share: 0.012,
        tail_from: 1_200.0,
        tail_alpha: 1.6,
    },
    news: NewsParameters { own: 3.0, common: 2.0, jump: 0.04, skew: 0.1 },
    halt_at: None,
};

const FX: Model = Model {
    year: 260.0 * DAY,
    day: DAY,
    curve: &[
        0.72, 0.77, 0.57, 0.48, 0.57, 0.59, 1.05, 1.26, 1.15, 1.08, 1.06, 1.25, 2.60, 1.92, 2.37, 1.41, 0.81, 0.66,
        0.55, 0.54, 0.74, 0.63, 0.73, 0.39,
    ],
    curve_power: 0.7,
    open_volatility: 0.0,
    returns: Returns {
        spread: 0.65,
        hurst: 0.0,
        common: 0.5,
        world: 0.2,
        world_beta: 0.3,
        leverage: 0.0,
        trend: 0.07,
        class_share: 0.32,
        sector_share: 0.0,
        absorption: (5.0, 20.0),
        instant: 0.045,
        impact: 0.0,
        jumps: 0.25,
    },
    flow: Flow {
        kernels: kernels([0.35, 0.24, 0.26], [0.05, 0.8, 40.0]),
        quotes_per_order: 0.0,
        ticks_per_event: 0.61,
        volume_power: 1.6,
        ..STOCK.flow
    },
    quoting: Quoting { spread_power: 0.4, zone_ticks: 0.0, zone_volatility: 0.6, opinion: 0.025 },
    sizes: SizeParameters {
        preferred: &[(1, 0.5), (2, 0.2), (3, 0.1), (5, 0.1)],
        median: 2.0,
        sigma: 0.5,
        tail_share: 0.0,
        tail_from: 10.0,
        tail_alpha: 2.0,
    },
    news: NewsParameters { own: 3.0, common: 2.5, jump: 0.06, skew: 0.0 },
    halt_at: None,
};
