//! The columns of a file that do not play, and the volume that is missing.

use super::profile::Profile;
use super::refusal::with_sample;
use super::table::Table;
use crate::feed::replay::schema::layout::{Layout, RowShape, TickColumns};

/// The most columns that an assumption names.
const MAX_NAMED: usize = 16;

/// Says which columns vary and are not used, and that there is no volume.
pub fn assume(layout: &mut Layout, table: &Table, profiles: &[Profile]) {
    let is_said = |n: usize| {
        let name = format!("`{}`", layout.name(n));
        layout.assumptions.iter().any(|one| one.what.contains(&name) || one.why.contains(&name))
    };
    let varies = |n: &usize| profiles[*n].texts.len() > 1 || profiles[*n].has_more_texts;
    let roles = layout.roles();
    let unused: Vec<usize> = (0..profiles.len()).filter(|n| roles[*n].is_none() && varies(n) && !is_said(*n)).collect();
    if !unused.is_empty() {
        let shown: Vec<String> = unused.iter().take(MAX_NAMED).map(|n| with_sample(table, *n)).collect();
        let more = match unused.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        layout.assume(format!("not used: {}{more}", shown.join(", ")), "nothing here plays them", "--columns");
    }
    let what = match layout.groups[0].shape {
        RowShape::Bars { volume: None, .. } => "bars have no volume",
        RowShape::Ticks(TickColumns { price: Some(_), size: None, .. }) => "trades have no size",
        _ => return,
    };
    layout.assume(what, "no column has it", "--columns");
}
