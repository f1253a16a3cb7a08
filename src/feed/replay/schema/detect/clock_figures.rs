//! The form of clocks that are figures alone, by all cells of their column.

use crate::feed::replay::parse::times::{ClockForm, TimeUnit};

/// The most figures of a clock: hours, minutes, seconds and nanoseconds.
const MAX_FIGURES: usize = 15;

/// Finds the form in which at least `percent` of the cells are clocks. `unit` is that of the column's name: a name with
/// it counts units since midnight, unless only clocks fit.
pub fn form(cells: &[&str], unit: Option<TimeUnit>, percent: usize) -> Option<ClockForm> {
    let fits = |form: ClockForm| {
        let count = cells.iter().filter(|cell| form.parse(cell).is_some()).count();
        !cells.is_empty() && count * 100 >= cells.len() * percent
    };
    let of_name = unit.map(ClockForm::Count).filter(|form| fits(*form));
    let counts = TimeUnit::OF_CLOCKS.map(ClockForm::Count);
    of_name.or_else(|| of_figures(cells, &fits)).or_else(|| counts.into_iter().find(|form| fits(*form)))
}

/// The form of clocks that write hours, minutes and seconds.
pub fn of_figures(cells: &[&str], fits: &impl Fn(ClockForm) -> bool) -> Option<ClockForm> {
    let is_share =
        |cell: &&str| cell.contains('.') && cell.starts_with(['0', '1']) && ClockForm::ShareOfDay.parse(cell).is_some();
    if cells.iter().any(is_share) && fits(ClockForm::ShareOfDay) {
        return Some(ClockForm::ShareOfDay);
    }
    let figures = |cell: &str| cell.bytes().take_while(u8::is_ascii_digit).count();
    let longest = cells.iter().map(|cell| figures(cell)).max()?;
    let has_zeros = cells.iter().any(|cell| cell.starts_with('0') && figures(cell) == longest);
    let seconds = |decimals: usize| ClockForm::Seconds { decimals: decimals as u8 };
    let forms = match longest {
        0 => return None,
        1 | 2 => vec![ClockForm::Hours],
        3 | 4 => vec![ClockForm::Minutes, seconds(0)],
        5 | 6 => vec![seconds(0)],
        // Of clocks with decimals either two figures are the hour, or a leading zero is lost. The usual number of
        // decimals decides.
        7 if has_zeros => vec![seconds(1)],
        7 => vec![seconds(2), seconds(1)],
        8 => vec![seconds(2), seconds(3)],
        11 if !has_zeros => vec![seconds(6), seconds(5)],
        14 if !has_zeros => vec![seconds(9), seconds(8)],
        9..=MAX_FIGURES => vec![seconds(longest - 6)],
        _ => return None,
    };
    forms.into_iter().find(|form| fits(*form))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cells: &[&str], unit: Option<TimeUnit>, want: Option<ClockForm>) {
        assert_eq!(form(cells, unit, 100), want, "{cells:?}");
    }

    #[test]
    fn all_cells_tell_the_form_of_clocks() {
        let seconds = |decimals| Some(ClockForm::Seconds { decimals });
        check(&["0930", "1000"], None, Some(ClockForm::Minutes));
        check(&["930", "1600", "5"], None, Some(ClockForm::Minutes));
        check(&["93000", "160000"], None, seconds(0));
        check(&["101", "93000"], None, seconds(0));
        check(&["9300012", "9300017"], None, seconds(2));
        check(&["09300012", "13300017"], None, seconds(2));
        check(&["93000417", "93000418"], None, seconds(3));
        check(&["93000417", "101500123"], None, seconds(3));
        check(&["93000417837000", "93000417837001"], None, seconds(9));
        check(&["093000125840000", "160000925840000"], None, seconds(9));
        check(&["9", "16", "0"], None, Some(ClockForm::Hours));
        check(&["0.395833", "0.5"], None, Some(ClockForm::ShareOfDay));
        check(&["34200000", "34260000"], Some(TimeUnit::Millis), Some(ClockForm::Count(TimeUnit::Millis)));
        check(&["34200", "34260"], None, Some(ClockForm::Count(TimeUnit::Seconds)));
        check(&["34200000", "34260000"], None, Some(ClockForm::Count(TimeUnit::Millis)));
        check(&["930", "1075"], None, Some(ClockForm::Count(TimeUnit::Seconds)));
        check(&["noon"], None, None);
    }
}
