//! Numbers as people read them.

/// Digits after the point that a price or a quantity shows at most.
const MOST_DECIMALS: usize = 8;

/// Money in quote: two decimals.
pub(crate) fn money(amount: f64) -> String {
    format!("{amount:.2}")
}

/// A price or quantity: at least two decimals, at most eight, no zeros at the end beyond that.
pub(crate) fn plain(value: f64) -> String {
    let text = format!("{value:.MOST_DECIMALS$}");
    let point = text.find('.').map_or(text.len(), |point| point + 3).min(text.len());
    let end = text.trim_end_matches('0').len().max(point);
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in [(42_000.1, "42000.10"), (0.2345, "0.2345"), (3.0, "3.00"), (0.000_000_12, "0.00000012")] {
            assert_eq!(plain(value), text);
        }
    }
}
