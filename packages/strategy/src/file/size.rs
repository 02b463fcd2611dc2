//! `size`: how much a position is for.

use std::fmt;

use yaml::{Fields, Problems};

use super::WHOLE_EQUITY;
use crate::strategy::{Protection, Size};

/// Reads `size`: `50%`, `250 quote` or `risk 1%`.
pub(super) fn read(fields: &Fields<'_>, protection: &Protection, problems: &mut Problems) -> Size {
    let Some(node) = fields.get("size") else { return WHOLE_EQUITY };
    match node.text().unwrap_or_default().parse() {
        Ok(Size::Risk(_)) if protection.stop.is_none() => {
            let help = Some("add a `stop` to `protect`, for example stop: 2 * atr(14)".into());
            problems.push(node.span.clone(), "a size by risk needs a stop", help);
            WHOLE_EQUITY
        }
        Ok(size) => size,
        Err(message) => {
            problems.push(node.span.clone(), message, None);
            WHOLE_EQUITY
        }
    }
}

/// As it is written in a file.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Size::Equity(share) => write!(f, "{}%", percent(*share)),
            Size::Quote(amount) => write!(f, "{amount} quote"),
            Size::Risk(share) => write!(f, "risk {}%", percent(*share)),
        }
    }
}

/// The shortest percentage that is read back as this share.
fn percent(share: f64) -> f64 {
    let rounded = (share * 100.0 * 1e9).round() / 1e9;
    if rounded / 100.0 == share { rounded } else { share * 100.0 }
}

impl std::str::FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("`{text}` is not a size; write 50% (of equity, above 0% and at most 100%), 250 quote, or risk 1%")
        };
        let percent = |text: &str| {
            let number: f64 = text.trim().strip_suffix('%')?.trim().parse().ok()?;
            (number > 0.0 && number <= 100.0).then_some(number / 100.0)
        };
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("risk ") {
            return percent(rest).map(Size::Risk).ok_or_else(wrong);
        }
        if let Some(rest) = text.strip_suffix("quote") {
            let amount = rest.trim().parse().ok().filter(|amount: &f64| amount.is_finite() && *amount > 0.0);
            return amount.map(Size::Quote).ok_or_else(wrong);
        }
        percent(text).map(Size::Equity).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_back() {
        for (size, text) in
            [(Size::Equity(0.5), "50%"), (Size::Risk(0.07), "risk 7%"), (Size::Quote(250.0), "250 quote")]
        {
            assert_eq!(size.to_string(), text);
            assert_eq!(text.parse(), Ok(size));
        }
    }
}
