//! Wide tables: a group of columns for each symbol.

use super::by_name::NamedColumns;
use super::column_name::{self, MAX_FIELD};
use super::profile::Profile;
use crate::feed::replay::schema::column_role::ColumnRole;
use crate::feed::replay::schema::file_kind::FileKind;
use crate::feed::replay::schema::layout::{ColumnGroup, RowShape};
use crate::feed::replay::schema::symbol;

/// Columns of one symbol that make a wide table of it alone: fewer may be so named by chance.
const MIN_FIELDS: usize = 4;

/// A column of one symbol.
struct Field {
    symbol: String,
    column: usize,
    name: String,
}

/// The kind of rows, and the columns of each symbol, where names or a second header line tell symbols.
pub fn find(profiles: &[Profile], symbols: Option<&[String]>, taken: &[usize]) -> Option<(FileKind, Vec<ColumnGroup>)> {
    let fields = fields(profiles, symbols, taken);
    let mut order: Vec<&str> = Vec::new();
    for Field { symbol, .. } in &fields {
        if !order.contains(&symbol.as_str()) {
            order.push(symbol);
        }
    }
    let mut groups: Vec<(FileKind, ColumnGroup)> = Vec::new();
    let mut widest = 0;
    for name in order {
        let of_symbol: Vec<&Field> = fields.iter().filter(|field| field.symbol == name).collect();
        if let Some((kind, shape)) = shape_of(profiles, &of_symbol) {
            widest = widest.max(of_symbol.len());
            groups.push((kind, ColumnGroup { symbol: Some(symbol::fit(name)), shape }));
        }
    }
    let kind = groups.first()?.0;
    let is_wide = symbols.is_some() || widest >= MIN_FIELDS || groups.len() > 1;
    is_wide.then(|| (kind, groups.into_iter().filter(|one| one.0 == kind).map(|one| one.1).collect()))
}

fn fields(profiles: &[Profile], symbols: Option<&[String]>, taken: &[usize]) -> Vec<Field> {
    let field = |column: usize| {
        let name = &profiles[column].name;
        let (symbol, name) = match symbols {
            Some(symbols) => (symbols.get(column)?.clone(), name.clone()),
            None => split(name)?,
        };
        (!symbol.is_empty()).then_some(Field { symbol, column, name })
    };
    (0..profiles.len()).filter(|n| !taken.contains(n)).filter_map(field).collect()
}

/// The shape of the columns of one symbol, by the names of their fields alone.
fn shape_of(profiles: &[Profile], fields: &[&Field]) -> Option<(FileKind, RowShape)> {
    let mut renamed = profiles.to_vec();
    for field in fields {
        renamed[field.column].name.clone_from(&field.name);
    }
    let others: Vec<usize> = (0..profiles.len()).filter(|n| fields.iter().all(|field| field.column != *n)).collect();
    NamedColumns::of(&renamed, &others).shape()
}

/// Splits a name into a symbol and a field of a bar or a quote: `BTC:open` or `close_AAPL`.
fn split(name: &str) -> Option<(String, String)> {
    let name = name.trim_matches(|c: char| "()".contains(c));
    let cuts = name.char_indices().filter(|(_, c)| ":._ /|-,".contains(*c));
    let sides = cuts.map(|(at, c)| (&name[..at], &name[at + c.len_utf8()..]));
    for (left, right) in sides {
        let clean = |text: &str| text.trim_matches(|c: char| "'\" ,".contains(c)).to_owned();
        if is_symbol(left) && is_field(&clean(right)) {
            return Some((clean(left), clean(right)));
        }
        if is_symbol(right) && is_field(&clean(left)) {
            return Some((clean(right), clean(left)));
        }
    }
    None
}

fn is_field(text: &str) -> bool {
    let is_value =
        |role| !matches!(role, ColumnRole::Time | ColumnRole::Symbol | ColumnRole::MessageType | ColumnRole::Action);
    let roles = column_name::roles_of(text);
    roles.first().is_some_and(|named| named.rank <= MAX_FIELD && is_value(named.role))
        || text.eq_ignore_ascii_case("adj close")
        || text.eq_ignore_ascii_case("adjusted")
}

fn is_symbol(text: &str) -> bool {
    let bare = text.trim_matches(|c: char| "()'\" ".contains(c));
    // One or two digits count a level; a stock's number has more.
    let is_level = bare.len() < 3 && bare.bytes().all(|byte| byte.is_ascii_digit());
    !is_level && bare.chars().any(char::is_alphanumeric) && !bare.split(' ').any(column_name::is_known)
}
