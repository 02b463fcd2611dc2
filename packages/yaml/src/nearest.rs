//! The name someone meant.

/// The candidate nearest to `name`, when it is near enough to be what was meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 2).clamp(1, 3);
    let length = name.chars().count();
    candidates
        .into_iter()
        // Names of much other length cannot be near, and this is far cheaper to see.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn distance(name: &str, candidate: &str) -> usize {
    if name.eq_ignore_ascii_case(candidate) {
        return 0;
    }
    strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_offered_and_far_ones_are_not() {
        let names = ["sma", "ema", "rsi", "highest", "crossover"];
        assert_eq!(nearest("smaa", names), Some("sma"));
        assert_eq!(nearest("SMA", names), Some("sma"));
        assert_eq!(nearest("higest", names), Some("highest"));
        assert_eq!(nearest("crosover", names), Some("crossover"));
        assert_eq!(nearest("volatility", names), None);
    }
}
