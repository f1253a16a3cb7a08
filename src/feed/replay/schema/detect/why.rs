//! The evidence for each column: what its values are, the roles that it could have, and the one it got.

use std::collections::BTreeSet;

use super::cell_words::{BOOLEANS, SIDES_AND_NUMBERS};
use super::column_name;
use super::profile::Profile;
use super::table::Table;
use super::weights::{CALM_PRICE, STEPS_IN_ORDER};
use crate::feed::replay::error::echo;
use crate::feed::replay::parse::number;
use crate::feed::replay::schema::column_role::ColumnRole;
use crate::feed::replay::schema::layout::{ColumnGroup, Layout, RowShape};

/// The score of a role that name and values agree on without a doubt.
const CERTAIN: u8 = 100;
/// The score of a role that the values alone speak for.
const BY_VALUES: u8 = 40;
/// The score of a role that a column has among others, by the values of all of them.
const BY_GROUP: u8 = 60;
/// Taken from the score of a role that the values speak against.
const DISAGREES: u8 = 60;
/// The most different cells shown of a column.
const MAX_SHOWN: usize = 3;

/// The evidence for one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnEvidence {
    pub name: String,
    /// Facts of its values.
    pub facts: Vec<String>,
    /// The roles that it could have, the best first.
    pub candidates: Vec<Candidate>,
    /// The role that it got.
    pub chosen: Option<ColumnRole>,
}

/// A role that a column could have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub role: ColumnRole,
    /// The strength of the evidence, up to 100.
    pub score: u8,
    pub evidence: String,
}

/// The evidence for all columns of a table that is read by `layout`.
pub fn explain(table: &Table, profiles: &[Profile], layout: &Layout) -> Vec<ColumnEvidence> {
    let roles = layout.roles();
    let column = |n: usize| {
        let chosen = roles.get(n).copied().flatten();
        let mut candidates = candidates(&profiles[n]);
        // A name is evidence by itself, and its values agree with it or not.
        let group = chosen.filter(|role| candidates.iter().all(|one| one.role != *role));
        candidates.extend(group.and_then(|role| in_group(profiles, layout, n, role)));
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.score));
        ColumnEvidence { name: table.column_name(n), facts: facts(table, &profiles[n], n), candidates, chosen }
    };
    (0..profiles.len()).map(column).collect()
}

/// The evidence for a role that a column has among the others of its group.
fn in_group(profiles: &[Profile], layout: &Layout, column: usize, role: ColumnRole) -> Option<Candidate> {
    use ColumnRole::{Ask, Bid, Close, High, Low, Open};
    let columns_of = |group: &ColumnGroup| group.shape.columns();
    let group = layout.groups.iter().find(|group| columns_of(group).contains(&(column, role)))?;
    let share = |roles: &[ColumnRole], holds: &dyn Fn(&[f64]) -> bool| {
        let columns = columns_of(group);
        let column = |role: &ColumnRole| {
            let (column, _) = columns.iter().find(|one| one.1 == *role)?;
            Some(&profiles.get(*column)?.numbers)
        };
        let cells: Vec<&Vec<Option<f64>>> = roles.iter().map(column).collect::<Option<_>>()?;
        let rows = (0..cells[0].len()).filter_map(|row| cells.iter().map(|column| column[row]).collect());
        let rows: Vec<Vec<f64>> = rows.collect();
        Some(rows.iter().filter(|row| holds(row)).count() * 100 / rows.len().max(1))
    };
    let evidence = match (group.shape, role) {
        (RowShape::Bars { open, close, .. }, _) if open == close => {
            let symbol = group.symbol.as_ref()?;
            format!("the header is one of symbols, and `{symbol}` is one")
        }
        (_, Open | High | Low | Close) => {
            let is_bar = |row: &[f64]| row[1..3].iter().all(|v| row[3] <= *v && *v <= row[0]);
            format!("low <= open, close <= high in {} % of rows", share(&[High, Open, Close, Low], &is_bar)?)
        }
        (_, Bid | Ask) => format!("bid <= ask in {} % of rows", share(&[Bid, Ask], &|row| row[0] <= row[1])?),
        _ => return None,
    };
    Some(Candidate { role, score: BY_GROUP, evidence })
}

/// The facts of a column's values.
fn facts(table: &Table, profile: &Profile, column: usize) -> Vec<String> {
    let share = |count: usize| count * 100 / profile.filled.max(1);
    let rows = table.rows.len();
    let mut facts = vec![format!("{} of {rows} cells filled", profile.filled)];
    let mut add = |count: usize, what: &str| {
        if count > 0 {
            facts.push(format!("{} % {what}", share(count)));
        }
    };
    add(profile.dated, "dates");
    add(profile.with_clock, "dates with a clock");
    add(profile.zoned, "with a zone");
    add(profile.clocks, "clocks");
    add(profile.numeric, if profile.are_integers() { "whole numbers" } else { "numbers" });
    add(profile.epochs.iter().sum(), "could be counts since 1970");
    if profile.numeric > 0 && profile.values().next().is_some() {
        facts.push(format!("from {} to {}", profile.min(), profile.max()));
        let rises = profile.share_of_steps(|a, b| b > a) * 100.0;
        facts.push(format!("{rises:.0} % of steps rise, the usual move is {:.2} %", profile.median_move() * 100.0));
    }
    if profile.is_mangled() {
        facts.push("several marks in one number".into());
    }
    let cells: BTreeSet<&str> = table.column(column).filter(|cell| !number::is_blank(cell)).collect();
    let shown: Vec<String> = table
        .column(column)
        .filter(|cell| !number::is_blank(cell))
        .take(MAX_SHOWN)
        .map(|cell| format!("`{}`", echo(cell.as_bytes())))
        .collect();
    facts.push(format!("{} different, as {}", cells.len(), shown.join(", ")));
    facts
}

/// The roles that a column could have by its name, and those that its values alone speak for.
fn candidates(profile: &Profile) -> Vec<Candidate> {
    let mut list: Vec<Candidate> = column_name::roles_of(&profile.name)
        .into_iter()
        .map(|named| {
            let (agrees, values) = values_for(profile, named.role);
            let level = named.level.map(|level| format!(", level {level}")).unwrap_or_default();
            let base = CERTAIN.saturating_sub(named.rank);
            let score = if agrees { base } else { base.saturating_sub(DISAGREES) };
            let evidence = format!("its name, at rank {}{level}; its values {values}", named.rank);
            Candidate { role: named.role, score, evidence }
        })
        .collect();
    if list.is_empty() {
        list.extend(by_values(profile));
    }
    list
}

/// Returns whether the values of a column agree with a role, and why.
fn values_for(profile: &Profile, role: ColumnRole) -> (bool, &'static str) {
    use ColumnRole::{Action, BuyerMaker, Clock, MessageType, Side, Snapshot, Symbol, Time};
    let yes_or_no = |agrees: bool, yes: &'static str, no: &'static str| (agrees, if agrees { yes } else { no });
    match role {
        Time | Clock => {
            let is_time = profile.dated > 0 || profile.clocks > 0 || profile.epoch_unit().is_some();
            yes_or_no(is_time, "are times", "are no times that are known")
        }
        Symbol => yes_or_no(!profile.is_numeric(), "are words", "are numbers"),
        Side => yes_or_no(profile.are_all(&SIDES_AND_NUMBERS), "are sides", "are no sides"),
        Action | Snapshot | MessageType | BuyerMaker => yes_or_no(profile.filled > 0, "are there", "are blank"),
        _ if profile.is_mangled() => (false, "have several marks in one number"),
        _ => yes_or_no(profile.is_numeric(), "are numbers", "are no numbers"),
    }
}

/// The roles that values alone speak for.
fn by_values(profile: &Profile) -> Vec<Candidate> {
    let of = |role, score, evidence: &str| Candidate { role, score, evidence: evidence.into() };
    let is_in_order = profile.share_of_steps(|a, b| a <= b) >= STEPS_IN_ORDER;
    if profile.are_most(profile.dated) {
        return vec![of(ColumnRole::Time, BY_VALUES + 20, "its values are dates")];
    }
    if profile.are_most(profile.clocks) {
        return vec![of(ColumnRole::Clock, BY_VALUES + 20, "its values are clocks")];
    }
    if profile.epoch_unit().is_some() && is_in_order {
        return vec![of(ColumnRole::Time, BY_VALUES, "its values could be counts since 1970, in order")];
    }
    if profile.are_all(&SIDES_AND_NUMBERS) {
        return vec![of(ColumnRole::Side, BY_VALUES, "its values are sides")];
    }
    if profile.are_all(&BOOLEANS) {
        return vec![of(ColumnRole::BuyerMaker, BY_VALUES, "its values are true and false")];
    }
    if !profile.is_numeric() {
        return vec![of(ColumnRole::Symbol, BY_VALUES / 2, "its values are words")];
    }
    let is_calm = profile.median_move() <= CALM_PRICE;
    let price = if is_calm { BY_VALUES } else { BY_VALUES / 4 };
    let how = if is_calm { "its values move little, as prices do" } else { "its values move much for prices" };
    vec![of(ColumnRole::Price, price, how), of(ColumnRole::Size, BY_VALUES / 2, "its values are numbers")]
}
