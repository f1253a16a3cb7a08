//! The columns that people give by `--columns`.

use super::column_name;
use super::profile::Profile;
use crate::feed::replay::error::Problem;
use crate::feed::replay::schema::column_role::ColumnRole;
use crate::feed::replay::schema::overrides::ColumnNames;

/// The name of a column that people leave out.
pub const UNUSED: &str = "(unused)";

/// Renames columns by the roles that people give them. Returns the columns that they give for the instrument.
///
/// # Errors
/// When there is no such column.
pub fn rename(profiles: &mut [Profile], columns: &ColumnNames) -> Result<Vec<usize>, Problem> {
    let list = match columns {
        ColumnNames::InOrder(roles) => in_order(profiles, roles)?,
        ColumnNames::Named(list) => named(profiles, list)?,
    };
    // The symbol comes before the other parts of an instrument's name.
    let of = |role| list.iter().filter(move |(given, _)| *given == role).map(|(_, column)| *column);
    Ok(of(ColumnRole::Symbol).chain(of(ColumnRole::Instrument)).collect())
}

fn in_order(profiles: &mut [Profile], roles: &[Option<ColumnRole>]) -> Result<Vec<(ColumnRole, usize)>, Problem> {
    let count = profiles.len();
    if roles.len() > count {
        return Err(Problem::NoSuchColumn { column: roles.len().to_string(), columns: count });
    }
    for (n, profile) in profiles.iter_mut().enumerate() {
        profile.name = roles.get(n).copied().flatten().map_or(UNUSED, name).to_owned();
    }
    Ok(roles.iter().enumerate().filter_map(|(n, role)| Some(((*role)?, n))).collect())
}

fn named(profiles: &mut [Profile], list: &[(ColumnRole, String)]) -> Result<Vec<(ColumnRole, usize)>, Problem> {
    let count = profiles.len();
    let find = |(role, column): &(ColumnRole, String)| {
        let by_name = profiles.iter().position(|profile| profile.name.eq_ignore_ascii_case(column));
        let by_number = || column.parse::<usize>().ok().filter(|n| (1..=count).contains(n)).map(|n| n - 1);
        let at = by_name.or_else(by_number);
        at.map(|at| (*role, at)).ok_or_else(|| Problem::NoSuchColumn { column: column.clone(), columns: count })
    };
    let found = list.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    for (role, column) in &found {
        for profile in profiles.iter_mut().filter(|profile| is_rival(profile, *role)) {
            profile.name = UNUSED.into();
        }
        profiles[*column].name = UNUSED.into();
    }
    for (role, column) in &found {
        profiles[*column].name = name(*role).into();
    }
    Ok(found)
}

/// The name under which a column has a role.
fn name(role: ColumnRole) -> &'static str {
    if role == ColumnRole::Instrument { UNUSED } else { role.label() }
}

/// A column whose name has a role that people give to another one. A clock is no rival of a date.
fn is_rival(profile: &Profile, role: ColumnRole) -> bool {
    let is_named = column_name::roles_of(&profile.name).first().is_some_and(|named| named.role == role);
    is_named && (role != ColumnRole::Time || profile.dated > 0 || profile.epoch_unit().is_some())
}
