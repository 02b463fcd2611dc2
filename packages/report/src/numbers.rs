//! Numbers and times as people read them.

use market::format_utc;

use crate::Unit;

/// A figure with its unit: `1,234.50`, `-12.30 %`, `0.91`, `883`.
pub(crate) fn figure(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Quote => money(value),
        Unit::Share => share(value),
        Unit::Ratio => grouped(value, 2),
        Unit::Count => grouped(value, 0),
    }
}

/// Money: two decimals, more where it is less than one.
pub(crate) fn money(value: f64) -> String {
    let decimals = if value == 0.0 || value.abs() >= 1.0 { 2 } else { 6 };
    grouped(value, decimals)
}

/// A share of one as a percentage.
pub(crate) fn share(value: f64) -> String {
    format!("{} %", grouped(value * 100.0, 2))
}

/// A whole number with its thousands apart.
pub(crate) fn count(value: u64) -> String {
    grouped(value as f64, 0)
}

/// A number of things with the word for one or for many: `1 hole`, `3 holes`.
pub(crate) fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// A time to the minute, `2024-01-31 12:00`.
pub(crate) fn minute(time_ms: i64) -> String {
    format_utc(time_ms).chars().take(16).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let whole = text.find('.').unwrap_or(text.len());
    let mut out = String::with_capacity(text.len() + whole / 3 + 1);
    if value < 0.0 && text.contains(|c: char| matches!(c, '1'..='9')) {
        out.push('-');
    }
    for (index, c) in text.char_indices() {
        if index > 0 && index < whole && (whole - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, unit: Unit, expected: &str) {
        assert_eq!(figure(value, unit), expected);
    }

    #[test]
    fn figures_are_written_for_people() {
        check(1_234_567.891, Unit::Quote, "1,234,567.89");
        check(-999.5, Unit::Quote, "-999.50");
        check(-0.000_001_2, Unit::Quote, "-0.000001");
        check(0.0, Unit::Quote, "0.00");
        check(-0.573_625, Unit::Share, "-57.36 %");
        check(-0.000_001, Unit::Share, "0.00 %");
        check(0.915_39, Unit::Ratio, "0.92");
        check(1_000.0, Unit::Count, "1,000");
        check(100.0, Unit::Count, "100");
        assert_eq!(counted(1, "hole", "holes"), "1 hole");
        assert_eq!(counted(1_000, "hole", "holes"), "1,000 holes");
        assert_eq!(minute(1_704_067_200_000), "2024-01-01 00:00");
    }
}
