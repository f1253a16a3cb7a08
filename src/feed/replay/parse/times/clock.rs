//! Clocks: the part of a time behind the date.

use super::{NANOS_PER_DAY, NANOS_PER_SECOND, digits};

const NANOS_PER_HOUR: i64 = 3_600 * NANOS_PER_SECOND;

/// Returns whether a cell is a clock alone.
pub fn looks_like_clock(cell: &str) -> bool {
    cell.contains(':') && parse(cell).is_some_and(|(_, rest)| super::zone::parse(rest).is_some())
}

/// Parses `HH:MM[:SS[.fraction]]` into nanoseconds since midnight. Returns the rest of the text, too.
pub fn parse_iso(text: &[u8]) -> Option<(i64, &[u8])> {
    let [_, _, b':', _, _, rest @ ..] = text else { return None };
    let (hour, minute) = (digits(&text[..2])?, digits(&text[3..5])?);
    let (second, rest) = match rest {
        [b':', tens, ones, rest @ ..] => (digits(&[*tens, *ones])?, rest),
        rest => (0, rest),
    };
    let (nanos, rest) = match rest {
        [b'.' | b',', rest @ ..] => fraction(rest)?,
        rest => (0, rest),
    };
    Some((nanos_of(hour, minute, second, nanos)?, rest))
}

/// Parses a clock in any form into nanoseconds since midnight: `9:30`, `093000`, `09-AM`, `3:50:00 PM`, `09h30`.
/// Returns the rest of the text, too.
pub fn parse(text: &str) -> Option<(i64, &str)> {
    // kdb+ writes the days before a clock, which are none.
    let text = text.trim_start();
    let text = text.strip_prefix("0D").unwrap_or(text);
    if let Some((is_afternoon, behind)) = half_in_front(text) {
        let (nanos, rest) = marked(behind.trim_start())?;
        return half_of_day(nanos, if is_afternoon { "pm" } else { "am" }).map(|(nanos, _)| (nanos, rest));
    }
    let run = text.bytes().take_while(u8::is_ascii_digit).count();
    let (nanos, rest) = match run {
        1 | 2 => marked(text)?,
        3.. => compact(text, run)?,
        _ => return None,
    };
    half_of_day(nanos, rest)
}

fn marked(text: &str) -> Option<(i64, &str)> {
    let mut rest = text;
    let hour = take_number(&mut rest)?;
    let mut parts = [0i64; 2];
    let mut count = 0;
    while count < parts.len()
        && let Some(mark) =
            rest.chars().next().filter(|c| ":h時时시".contains(*c) || count == 1 && "m分분".contains(*c))
        && rest[mark.len_utf8()..].starts_with(|c: char| c.is_ascii_digit())
    {
        rest = &rest[mark.len_utf8()..];
        parts[count] = take_number(&mut rest)?;
        count += 1;
    }
    if count == 0 && !has_half(rest) {
        return None;
    }
    rest = rest.strip_prefix(['秒', '分', '초', '분', 's']).unwrap_or(rest);
    let bytes = rest.as_bytes();
    let (nanos, after) = match bytes {
        [b'.' | b',' | b':', digit, ..] if digit.is_ascii_digit() => fraction(&bytes[1..])?,
        _ => (0, bytes),
    };
    let rest = &rest[rest.len() - after.len()..];
    Some((nanos_of(hour, parts[0], parts[1], nanos)?, rest))
}

/// Figures without marks: `HMM`, `HHMM`, `HHMMSS`, and decimals of the second behind these, perhaps after a blank.
fn compact(text: &str, run: usize) -> Option<(i64, &str)> {
    let bytes = text.as_bytes();
    // A clock before ten may have no leading zero.
    let hours = if run < 6 { 2 - run % 2 } else { 2 };
    let at = |from: usize| digits(bytes.get(from..from + 2)?);
    let (hour, minute) = (digits(&bytes[..hours])?, at(hours)?);
    let second = if run >= 5 { at(hours + 2)? } else { 0 };
    let end = if run >= 5 { hours + 4 } else { hours + 2 };
    let mut nanos = 0;
    if run > end {
        nanos = fraction(&bytes[end..run])?.0;
    }
    let mut rest = &text[run.max(end)..];
    if nanos == 0
        && let [b'.', digit, ..] = rest.as_bytes()
        && digit.is_ascii_digit()
    {
        let (more, after) = fraction(&rest.as_bytes()[1..])?;
        nanos = more;
        rest = &rest[rest.len() - after.len()..];
    }
    if run == 6
        && let Some(behind) = rest.strip_prefix(' ')
    {
        // NinjaTrader writes units of 100 ns.
        let figures = behind.bytes().take_while(u8::is_ascii_digit).count();
        if matches!(figures, 3 | 6 | 7 | 9) {
            nanos = fraction(behind.as_bytes())?.0;
            rest = &behind[figures..];
        }
    }
    Some((nanos_of(hour, minute, second, nanos)?, rest))
}

/// The half of the day in front of a clock, as in Chinese, Japanese and Korean: whether it is the afternoon, and the
/// text behind it.
fn half_in_front(text: &str) -> Option<(bool, &str)> {
    const HALVES: [(bool, &str); 6] =
        [(false, "上午"), (true, "下午"), (false, "午前"), (true, "午後"), (false, "오전"), (true, "오후")];
    HALVES.iter().find_map(|(is_afternoon, half)| Some((*is_afternoon, text.strip_prefix(half)?)))
}

/// Applies `AM` or `PM` behind a clock.
fn half_of_day(nanos: i64, rest: &str) -> Option<(i64, &str)> {
    if !has_half(rest) {
        return Some((nanos, rest));
    }
    let word = rest.trim_start_matches([' ', '-']);
    let afternoon = word.starts_with(['p', 'P']);
    let length = if word.as_bytes().get(1) == Some(&b'.') { 4 } else { 2 };
    let hour = nanos / NANOS_PER_HOUR;
    if !(1..=12).contains(&hour) {
        return (hour > 12 && afternoon).then(|| (nanos, &word[length.min(word.len())..]));
    }
    let moved = nanos + NANOS_PER_HOUR * (if hour == 12 { -12 } else { 0 } + if afternoon { 12 } else { 0 });
    Some((moved, &word[length.min(word.len())..]))
}

fn has_half(rest: &str) -> bool {
    let word = rest.trim_start_matches([' ', '-']);
    ["am", "pm", "a.m.", "p.m."].iter().any(|half| word.get(..half.len()).is_some_and(|w| w.eq_ignore_ascii_case(half)))
}

fn take_number(text: &mut &str) -> Option<i64> {
    let run = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = (1..=2).contains(&run).then(|| digits(&text.as_bytes()[..run]))??;
    *text = &text[run..];
    Some(number)
}

/// The nanoseconds since midnight of the parts of a clock. 24:00 is the end of the day.
fn nanos_of(hour: i64, minute: i64, second: i64, nanos: i64) -> Option<i64> {
    let all = ((hour * 60 + minute) * 60 + second) * NANOS_PER_SECOND + nanos;
    (minute <= 59 && second <= 59 && all <= NANOS_PER_DAY).then_some(all)
}

/// Parses the decimals of a second into nanoseconds.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let len = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if len == 0 || len > 9 {
        return None;
    }
    let nanos = digits(&text[..len])? * 10i64.pow(9 - u32::try_from(len).ok()?);
    Some((nanos, &text[len..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: Option<(i64, &str)>) {
        let got = parse(text).map(|(nanos, rest)| (nanos / 1_000_000, rest));
        assert_eq!(got, want, "{text:?}");
    }

    #[test]
    fn clock_is_read_in_any_form() {
        check("09:30", Some((34_200_000, "")));
        check("9:30:00.123456789", Some((34_200_123, "")));
        check("9:30:00:123 EST", Some((34_200_123, " EST")));
        check("093000", Some((34_200_000, "")));
        check("93000", Some((34_200_000, "")));
        check("930", Some((34_200_000, "")));
        check("0930", Some((34_200_000, "")));
        check("093000065", Some((34_200_065, "")));
        check("093000.5", Some((34_200_500, "")));
        check("09-AM", Some((32_400_000, "")));
        check("12-PM", Some((43_200_000, "")));
        check("12 am", Some((0, "")));
        check("3:50:00 PM", Some((57_000_000, "")));
        check("3:50 p.m. ET", Some((57_000_000, " ET")));
        check("09h30", Some((34_200_000, "")));
        check("15時05分30秒", Some((54_330_000, "")));
        check("24:00", Some((86_400_000, "")));
        check("24:00:00", Some((86_400_000, "")));
        check("000000 0040000", Some((4, "")));
        check("093001 5480000", Some((34_201_548, "")));
        check("0D09:30:00.015000000", Some((34_200_015, "")));
        check("오후 3:50:00", Some((57_000_000, "")));
        check("上午09:30", Some((34_200_000, "")));
    }

    #[test]
    fn text_that_is_no_clock_is_none() {
        for text in ["", "noon", "9", "24:01", "24:00:00.1", "25:00", "09:60", "096000", "9:30:00.1234567890", "9999"] {
            check(text, None);
        }
    }
}
