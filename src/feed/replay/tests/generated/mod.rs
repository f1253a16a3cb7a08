//! Random tables of known contents: each is read right, or is refused, or the report tells what is wrong.
//!
//! The number of tables is `TICKCAST_CASES`, their seed `TICKCAST_SEED`; `TICKCAST_SHOW=1` prints the tables that are
//! read wrong in silence.

mod faults;
mod judge;
mod market;
mod names;
mod numbers;
mod rng;
mod sheet;
mod times;

use std::collections::BTreeMap;

use self::judge::{Verdict, judge};
use self::rng::Rng;
use self::sheet::{Sheet, Wanted};

const SEED: u64 = 13;
const CASES: u64 = 340;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The table of one case: a third of them have no fault.
fn table(seed: u64, case: u64) -> Sheet {
    let mut rng = Rng::new(seed, case);
    let kind = (case % (u64::from(faults::KINDS) + 8)).min(u64::from(faults::KINDS) + 1) as u8 % (faults::KINDS + 1);
    faults::plant(&mut rng, kind)
}

#[derive(Default)]
struct Counts {
    right: u64,
    refused: u64,
    warned: u64,
    silent: u64,
    /// Tables without a fault that are refused.
    needless: u64,
}

#[test]
fn random_table_is_never_read_wrong_in_silence() {
    let (seed, cases) = (setting("TICKCAST_SEED", SEED), setting("TICKCAST_CASES", CASES));
    let mut counts = Counts::default();
    let mut classes: BTreeMap<String, (u64, u64, String)> = BTreeMap::new();
    for case in 0..cases {
        let sheet = table(seed, case);
        let verdict = judge(&sheet);
        match &verdict {
            Verdict::Right => counts.right += 1,
            Verdict::Refused(_) => {
                counts.refused += 1;
                counts.needless += u64::from(sheet.features[0] == "fault 0" && sheet.wanted == Wanted::Events);
            }
            Verdict::Warned(_) => counts.warned += 1,
            Verdict::Silent(fault, what) => {
                counts.silent += 1;
                let class = format!("{} {fault:?}", sheet.features[0]);
                let entry = classes.entry(class).or_insert((0, case, format!("{:?}: {what}", sheet.features)));
                entry.0 += 1;
                if setting("TICKCAST_SHOW", 0) == 1 {
                    println!("case {case} {:?} {fault:?}: {what}\n{}", sheet.features, sheet.text());
                }
            }
        }
    }
    let Counts { right, refused, warned, silent, needless } = counts;
    let rate = silent as f64 * 100.0 / cases as f64;
    println!("{cases} tables of seed {seed}: {right} right, {refused} refused ({needless} plain), {warned} warned");
    println!("silent errors: {silent}, {rate:.2} %");
    classes.iter().for_each(|(class, (count, case, what))| println!("  {count:>5} x {class}, first {case}: {what}"));
    assert_eq!(silent, 0, "tables of seed {seed} are read wrong in silence");
}
