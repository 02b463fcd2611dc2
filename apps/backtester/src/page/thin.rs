//! Fewer points, so that a page stays small: every spike of the line is still there.

/// Points that are drawn of a line at most; a screen has no more.
pub(crate) const MOST_POINTS: usize = 2_000;

/// At most [`MOST_POINTS`] of the points: of each stretch the lowest and the highest, and the first and the last of all.
pub(super) fn thin(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    if points.len() <= MOST_POINTS {
        return points;
    }
    let stretch = points.len().div_ceil((MOST_POINTS - 2) / 2);
    let mut drawn = vec![points[0]];
    for stretch in points.chunks(stretch) {
        let by_value = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let (low, high) = (stretch.iter().min_by(by_value), stretch.iter().max_by(by_value));
        let mut both: Vec<(f64, f64)> = low.into_iter().chain(high).copied().collect();
        both.sort_by(|a, b| a.0.total_cmp(&b.0));
        drawn.extend(both);
    }
    drawn.push(points[points.len() - 1]);
    drawn.dedup();
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(count: usize) {
        let spike = count / 3;
        let value = |index: usize| if index == spike { 100.0 } else { (index as f64 / 50.0).sin() };
        let points: Vec<(f64, f64)> = (0..count).map(|index| (index as f64, value(index))).collect();
        let drawn = thin(points.clone());
        assert!(drawn.len() <= MOST_POINTS && drawn.len() > MOST_POINTS.min(count) / 2, "{}", drawn.len());
        assert_eq!((drawn.first(), drawn.last()), (points.first(), points.last()));
        assert!(drawn.contains(&points[spike]), "the spike is gone");
        assert!(drawn.windows(2).all(|pair| pair[0].0 < pair[1].0), "time goes back");
        assert!(drawn.iter().all(|point| points.contains(point)));
    }

    #[test]
    fn lines_keep_their_spikes_and_ends() {
        [10, MOST_POINTS, MOST_POINTS + 1, 3_999, 12_345].into_iter().for_each(check);
        assert!(thin(Vec::new()).is_empty());
    }
}
