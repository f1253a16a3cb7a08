//! The memory budget: how much the program may take, and how its parts divide it.
//!
//! Each part knows the most that it takes, as a formula from its flags. The market has no such formula that would be
//! of use, as it grows with each bar: it takes what the others leave, and gives up older bars there.
//!
//! Pure, but for `machine.rs`, which asks the system.

mod machine;

use std::fmt;
use std::sync::Arc;

use parking_lot::RwLock;
use strum::{IntoStaticStr, VariantArray};

pub use machine::machine_bytes;

/// The least budget, in bytes. The default limits fit into it, and a small recording; the simulated market needs more.
pub const MIN_BUDGET: usize = 96 * MEBIBYTE;
/// The budget where the machine's memory is not known.
pub const UNKNOWN_MACHINE_BUDGET: usize = 1024 * MEBIBYTE;
/// The budget is one part in this many of the machine's memory.
const MACHINE_SHARE: usize = 2;
pub const MEBIBYTE: usize = 1 << 20;

/// A part of the program that takes memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Part {
    /// The program itself, the page's files, and what the allocator keeps.
    Program,
    /// The source, the bus, and the log of ticks.
    Feed,
    /// The markets to seek from.
    Checkpoints,
    /// The encoded quotes of each symbol, which sessions share.
    Quotes,
    /// WebSocket and Server-Sent Events.
    Sessions,
    /// Heads and bodies of requests.
    Requests,
    /// Answers over HTTP that clients have not taken yet.
    Answers,
    /// Bars and trades.
    Market,
}

impl Part {
    /// The name in tables and metrics.
    pub fn label(self) -> &'static str {
        self.into()
    }

    /// The flag that makes this part smaller.
    const fn flag(self) -> &'static str {
        match self {
            Self::Program => "--memory",
            Self::Feed => "--max-past-bars, --max-ticks-per-second, --max-waiting-ticks or --max-sort-rows",
            Self::Checkpoints => "--checkpoint-memory",
            Self::Sessions => "--max-sessions or --session-memory",
            Self::Requests => "--max-connections or --max-head-bytes",
            Self::Answers => "--answer-memory",
            Self::Quotes | Self::Market => "--symbols, or play fewer files",
        }
    }

    /// Says how this part behaves when it has taken all that it may.
    const fn at_its_limit(self) -> &'static str {
        match self {
            Self::Program => "not limited by itself",
            Self::Quotes => "it is not reached: each symbol has its own",
            Self::Feed => "the feed waits for the market, and old ticks go",
            Self::Checkpoints => "every second one goes, and seeks take longer",
            Self::Sessions => "a new one gets 503; one that does not read is closed with 1013",
            Self::Requests => "a new connection waits, or gets 429",
            Self::Answers => "the next one gets 503",
            Self::Market => "older bars and trades go",
        }
    }
}

/// The most that a part takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    pub part: Part,
    pub bytes: usize,
    /// The bytes as a calculation from flags.
    pub formula: String,
}

/// The memory of the program, divided among its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    total: usize,
    /// Where the total comes from.
    reason: String,
    /// All parts but the market.
    demands: Vec<Demand>,
}

/// The budget with the source that plays now, as another feed may have another part.
pub type SharedBudget = Arc<RwLock<Budget>>;

/// The settings do not fit into the budget.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "these settings need {} MiB, and --memory is {}: {} may take {} MiB ({formula}); lower {}, or raise --memory",
    needed.div_ceil(MEBIBYTE), total / MEBIBYTE, part.label(), bytes.div_ceil(MEBIBYTE), part.flag()
)]
pub struct OverBudget {
    needed: usize,
    total: usize,
    /// The part that takes the most, and could take less.
    part: Part,
    bytes: usize,
    formula: String,
}

/// Returns the budget, and where it comes from: `given` by a flag, or a share of the machine's memory.
pub fn total(given: Option<usize>, machine: Option<usize>) -> (usize, String) {
    match (given, machine) {
        (Some(bytes), _) => (bytes, "set with --memory".into()),
        (None, Some(machine)) => {
            (machine / MACHINE_SHARE, format!("half of the {} MiB of this machine", machine / MEBIBYTE))
        }
        (None, None) => (UNKNOWN_MACHINE_BUDGET, "the memory of this machine is not known".into()),
    }
}

impl Budget {
    /// A budget of `total` bytes, whose origin is `reason`. The market takes what `demands` leave.
    ///
    /// # Errors
    /// When the demands do not fit.
    pub fn new((total, reason): (usize, String), demands: Vec<Demand>) -> Result<Self, OverBudget> {
        let budget = Self { total, reason, demands };
        budget.check(0, "nothing yet")?;
        Ok(budget)
    }

    /// Checks that a market of at least `floor` bytes fits.
    ///
    /// # Errors
    /// When it does not.
    pub fn check(&self, floor: usize, formula: &str) -> Result<(), OverBudget> {
        let needed = self.taken().saturating_add(floor);
        if needed <= self.total {
            return Ok(());
        }
        let market = Demand { part: Part::Market, bytes: floor, formula: formula.to_owned() };
        let lowerable = self.demands.iter().chain([&market]).filter(|demand| demand.part != Part::Program);
        let Demand { part, bytes, formula } = lowerable.max_by_key(|demand| demand.bytes).unwrap_or(&market).clone();
        Err(OverBudget { needed, total: self.total, part, bytes, formula })
    }

    /// Adds what a part takes besides, once that is known.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn add(&mut self, part: Part, bytes: usize, formula: &str) -> Result<(), OverBudget> {
        if let Some(demand) = self.demands.iter_mut().find(|demand| demand.part == part) {
            demand.bytes = demand.bytes.saturating_add(bytes);
            demand.formula = format!("{}, {formula}", demand.formula);
        }
        self.check(0, "nothing yet")
    }

    fn taken(&self) -> usize {
        self.demands.iter().fold(0, |sum, demand| sum.saturating_add(demand.bytes))
    }

    /// All memory, in bytes.
    pub const fn total(&self) -> usize {
        self.total
    }

    /// Where the total comes from.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The most that a part takes, in bytes; 0 for one that is not there.
    pub fn bytes(&self, part: Part) -> usize {
        let of_part = self.demands.iter().find(|demand| demand.part == part);
        match part {
            Part::Market => self.total.saturating_sub(self.taken()),
            _ => of_part.map_or(0, |demand| demand.bytes),
        }
    }
}

/// The table of all parts.
impl fmt::Display for Budget {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(to, "memory: at most {} MiB, {}", self.total / MEBIBYTE, self.reason)?;
        let rest = Demand { part: Part::Market, bytes: self.bytes(Part::Market), formula: "the rest".into() };
        let rows = self.demands.iter().chain([&rest]);
        let width = rows.clone().map(|row| row.formula.len()).max().unwrap_or_default();
        for Demand { part, bytes, formula } in rows {
            let mebibytes = bytes.div_ceil(MEBIBYTE);
            let at_its_limit = part.at_its_limit();
            writeln!(to, "{:<11} {mebibytes:>7} MiB  {formula:<width$}  {at_its_limit}", part.label())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(part: Part, mebibytes: usize) -> Demand {
        Demand { part, bytes: mebibytes * MEBIBYTE, formula: format!("{mebibytes} x 1 MiB") }
    }

    fn budget(total: usize) -> Result<Budget, OverBudget> {
        let demands = vec![demand(Part::Program, 60), demand(Part::Sessions, 40), demand(Part::Answers, 20)];
        Budget::new((total * MEBIBYTE, "a test".into()), demands)
    }

    #[test]
    fn market_takes_the_rest() {
        let budget = budget(200).unwrap();
        assert_eq!(budget.bytes(Part::Market), 80 * MEBIBYTE);
        assert_eq!(budget.bytes(Part::Checkpoints), 0);
        let sum: usize = Part::VARIANTS.iter().map(|part| budget.bytes(*part)).sum();
        assert_eq!(sum, budget.total());
        budget.check(80 * MEBIBYTE, "2 x 40 MiB").unwrap();
    }

    #[test]
    fn error_names_the_largest_part_that_can_be_smaller() {
        let error = budget(100).unwrap_err().to_string();
        assert_eq!(
            error,
            "these settings need 120 MiB, and --memory is 100: sessions may take 40 MiB (40 x 1 MiB); \
             lower --max-sessions or --session-memory, or raise --memory"
        );
        let error = budget(200).unwrap().check(81 * MEBIBYTE, "2700 symbols x 30 kB").unwrap_err().to_string();
        assert!(error.contains("market may take 81 MiB (2700 symbols x 30 kB); lower --symbols"), "{error}");
    }

    #[test]
    fn budget_is_half_of_the_machine() {
        assert_eq!(total(None, Some(MEBIBYTE * 10)).0, MEBIBYTE * 5);
        assert_eq!(total(Some(7), Some(MEBIBYTE * 10)).0, 7);
        assert_eq!(total(None, None).0, UNKNOWN_MACHINE_BUDGET);
    }

    #[test]
    fn table_has_every_part_once() {
        let table = budget(200).unwrap().to_string();
        assert_eq!(table.lines().count(), 5, "{table}");
        for label in ["program", "sessions", "answers", "market"] {
            assert_eq!(table.matches(&format!("\n{label} ")).count(), 1, "{label}: {table}");
        }
    }
}
