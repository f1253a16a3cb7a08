//! The evidence for each column, as lines for people.

use crate::feed::replay::{Candidate, ColumnEvidence};
use crate::text::escape;

/// Returns the lines about all columns.
pub fn lines(columns: &[ColumnEvidence]) -> Vec<String> {
    let mut lines = Vec::new();
    for (n, column) in columns.iter().enumerate() {
        let chosen = column.chosen.map_or("not used", |role| role.label());
        lines.push(format!("  {}. {}: {chosen}", n + 1, escape(&column.name)));
        lines.push(format!("     {}", column.facts.join("; ")));
        for Candidate { role, score, evidence } in &column.candidates {
            let mark = if column.chosen == Some(*role) { "->" } else { "  " };
            lines.push(format!("     {mark} {score:>3} {}: {evidence}", role.label()));
        }
        if column.candidates.is_empty() {
            lines.push("        no role: its name says that it is something else".into());
        }
    }
    lines.push(String::new());
    lines
}
