//! The plateau rather than the peak: how good a point's neighbours are.
//!
//! A best score that falls off at the next step of any param was luck of the sample; one whose whole neighbourhood is
//! good may hold on other candles. (Pardo 2008, "The Evaluation and Optimization of Trading Strategies", chapter 10,
//! calls the first a profit spike and asks for the second.)

use crate::{ResearchError, Space};

/// The least share of a neighbourhood that must have scores before its point can be the best: a good point among
/// failed ones is no plateau.
const COVERED_LEAST: f64 = 0.5;

/// The scores around one point, its own among them. On a grid, those of all points at most one step away in every param (a
/// Chebyshev distance of 1, corners included); at an edge of the space there are fewer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plateau {
    /// The point's own score.
    pub score: f64,
    /// What is in the middle of the scores around: their mean on a grid, their median where only some points were tried
    /// ([`crate::near_plateaus`]).
    pub middle: f64,
    /// The lowest of the scores around.
    pub min: f64,
    /// How many scores there are around, its own counted.
    pub scored: usize,
    /// How many points there are around, itself counted.
    pub points: usize,
}

impl Plateau {
    /// Whether enough of the neighbourhood has scores to speak of it.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.scored as f64 >= COVERED_LEAST * self.points as f64
    }

    /// How high it lies: the middle, but not above the point's own score, so that a bad point beside a peak, above all
    /// at an edge where it has few other neighbours, does not pass for good.
    #[must_use]
    pub fn level(&self) -> f64 {
        self.middle.min(self.score)
    }
}

/// The neighbourhood of every point, by number. `scores` are by number too, more is better; a missing score, or one
/// that is no finite number, is left out of its neighbours' and its point has no neighbourhood.
///
/// # Errors
/// [`ResearchError::WrongLength`] where there are not as many scores as points.
pub fn plateaus(space: &Space, scores: &[Option<f64>]) -> Result<Vec<Option<Plateau>>, ResearchError> {
    if scores.len() != space.size() {
        return Err(ResearchError::WrongLength { what: "scores", expected: space.size(), found: scores.len() });
    }
    let own: Vec<Option<f64>> = scores.iter().map(|score| score.filter(|score| score.is_finite())).collect();
    let mut around: Vec<Around> = own.iter().map(|score| Around::of(*score)).collect();
    // A box is summed up one param at a time: the result of each is what the next one sums up.
    let mut stride = space.size();
    for length in space.lengths() {
        stride /= length;
        around = along(&around, length, stride);
    }
    let plateau = |(score, around): (&Option<f64>, Around)| {
        let Around { sum, min, scored, points } = around;
        Some(Plateau { score: (*score)?, middle: sum / scored as f64, min, scored, points })
    };
    Ok(own.iter().zip(around).map(plateau).collect())
}

/// The number and the neighbourhood of the point whose neighbourhood lies highest ([`Plateau::level`]); among equals,
/// of the one with the better minimum, then with the better score of its own, then with the lower number. `None` where
/// no point has scores in at least half of its neighbourhood.
#[must_use]
pub fn best_plateau(plateaus: &[Option<Plateau>]) -> Option<(usize, Plateau)> {
    let key = |plateau: &Plateau| [plateau.level(), plateau.min, plateau.score];
    let found = plateaus.iter().enumerate().filter_map(|(number, plateau)| Some((number, (*plateau)?)));
    found
        .filter(|(_, plateau)| plateau.is_covered())
        .reduce(|best, other| if key(&other.1) > key(&best.1) { other } else { best })
}

/// What is summed up around a point.
#[derive(Debug, Clone, Copy)]
struct Around {
    sum: f64,
    min: f64,
    scored: usize,
    points: usize,
}

impl Around {
    /// A point alone.
    fn of(score: Option<f64>) -> Self {
        let (sum, min) = (score.unwrap_or(0.0), score.unwrap_or(f64::INFINITY));
        Self { sum, min, scored: usize::from(score.is_some()), points: 1 }
    }

    /// Both together.
    fn with(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            min: self.min.min(other.min),
            scored: self.scored + other.scored,
            points: self.points + other.points,
        }
    }
}

/// Every point together with its two neighbours along one param, whose values lie `stride` numbers apart.
fn along(around: &[Around], length: usize, stride: usize) -> Vec<Around> {
    let at = |number: usize| {
        let index = number / stride % length;
        let below = (index > 0).then(|| around[number - stride]);
        let above = (index + 1 < length).then(|| around[number + stride]);
        [below, above].into_iter().flatten().fold(around[number], Around::with)
    };
    (0..around.len()).map(at).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Param;

    fn space(lengths: &[usize]) -> Space {
        let param = |(i, &length): (usize, &usize)| {
            Param::from_values(format!("p{i}"), (0..length).map(|value| value as f64).collect()).expect("rising")
        };
        Space::new(lengths.iter().enumerate().map(param).collect()).expect("a space")
    }

    /// The best point of a space of one param.
    #[track_caller]
    fn check(scores: &[Option<f64>], best: Option<usize>) {
        let plateaus = plateaus(&space(&[scores.len()]), scores).expect("as many scores as points");
        assert_eq!(best_plateau(&plateaus).map(|(number, _)| number), best, "{plateaus:?}");
    }

    #[test]
    fn the_plateau_beats_the_peak() {
        check(&[0.0, 9.0, 0.0, 4.0, 5.0, 4.0, 0.0].map(Some), Some(4));
        check(&[1.0].map(Some), Some(0));
        check(&[2.0, 2.0, 2.0].map(Some), Some(0));
        // Three of level 2: those whose worst neighbour is best, and of them the first.
        check(&[1.0, 2.0, 3.0, 0.0, 2.0, 2.0, 2.0].map(Some), Some(5));
    }

    #[test]
    fn a_point_among_failed_ones_is_no_plateau() {
        check(&[None, Some(9.0), None, Some(1.0), Some(1.0)], Some(3));
        check(&[None, Some(9.0), None], None);
        check(&[None, Some(f64::NAN)], None);
        check(&[Some(f64::INFINITY), Some(1.0)], Some(1));
    }

    #[test]
    fn as_many_scores_as_points_are_needed() {
        let found = plateaus(&space(&[3, 2]), &[Some(1.0)]);
        assert_eq!(found, Err(ResearchError::WrongLength { what: "scores", expected: 6, found: 1 }));
    }

    proptest! {
        #[test]
        fn it_is_what_a_walk_over_all_pairs_finds(
            lengths in prop::collection::vec(1_usize..5, 1..4),
            scores in prop::collection::vec(prop::option::weighted(0.8, -10.0..10.0_f64), 64),
        ) {
            let space = space(&lengths);
            let scores = &scores[..space.size()];
            let points: Vec<Vec<usize>> = space.points().collect();
            for (number, plateau) in plateaus(&space, scores).expect("as many").into_iter().enumerate() {
                let near = |other: &Vec<usize>| points[number].iter().zip(other).all(|(a, b)| a.abs_diff(*b) <= 1);
                let around: Vec<Option<f64>> =
                    points.iter().zip(scores).filter(|(other, _)| near(other)).map(|(_, score)| *score).collect();
                let scored: Vec<f64> = around.iter().flatten().copied().collect();
                prop_assert_eq!(plateau.is_some(), scores[number].is_some());
                let Some(plateau) = plateau else { continue };
                prop_assert_eq!((plateau.scored, plateau.points), (scored.len(), around.len()));
                prop_assert!((plateau.middle - scored.iter().sum::<f64>() / scored.len() as f64).abs() < 1e-9);
                prop_assert_eq!(plateau.min, scored.iter().copied().fold(f64::INFINITY, f64::min));
            }
        }
    }
}
