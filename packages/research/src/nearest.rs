//! The plateau where only some points were tried: how good the trials nearest to each are.
//!
//! On a grid a point's neighbours are those a step away. Of points that were drawn, hardly any two are a step apart: here
//! they are the nearest ones, however far that is. Their median counts and not their mean, because there are more of
//! them than of a step, and one spike among them says nothing of the rest.

use crate::{Plateau, ResearchError, Space};

/// The least trials that count as near, the one in the middle among them.
const NEAREST_LEAST: usize = 5;
/// Trials below which none is far enough from another to speak of near ones.
const TRIALS_LEAST: usize = 4 * NEAREST_LEAST;
/// Trials whose neighbourhood is looked at, the best: each costs a walk over all trials.
const MOST_CENTRES: usize = 1_000;

/// The neighbourhood of a trial among others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// The trial and the nearest others; its `middle` is their median.
    pub plateau: Plateau,
    /// How far the furthest of them is, as a share of the range of the param in which it is furthest: 0.1 says that in
    /// no param any is further than a tenth of the range.
    pub reach: f64,
}

/// How many trials count as near, the one in the middle among them: the root of how many there are, as is the custom
/// with nearest neighbours (Duda, Hart and Stork 2001, "Pattern Classification", section 4.4), and at least five.
#[must_use]
pub fn nearest_count(trials: usize) -> usize {
    ((trials as f64).sqrt().ceil() as usize).max(NEAREST_LEAST)
}

/// The neighbourhood of each of the thousand best trials: itself and its nearest, [`nearest_count`] in all. A point is
/// as far from another as in the param in which it is furthest, in steps over all steps of the param (a Chebyshev
/// distance); of those that are equally far, the earlier ones are taken. Scores as in [`crate::plateaus`]. All are
/// `None` where there are fewer than twenty trials.
///
/// # Errors
/// [`ResearchError::WrongLength`] where there are not as many scores as points.
pub fn near_plateaus(
    space: &Space,
    points: &[Vec<usize>],
    scores: &[Option<f64>],
) -> Result<Vec<Option<Near>>, ResearchError> {
    if scores.len() != points.len() {
        return Err(ResearchError::WrongLength { what: "scores", expected: points.len(), found: scores.len() });
    }
    let mut near = vec![None; points.len()];
    if points.len() < TRIALS_LEAST {
        return Ok(near);
    }
    let own = |index: usize| scores[index].filter(|score| score.is_finite());
    let mut centres: Vec<(f64, usize)> = (0..points.len()).filter_map(|index| Some((own(index)?, index))).collect();
    centres.sort_by(|a, b| b.0.total_cmp(&a.0));
    let widths: Vec<f64> = space.lengths().into_iter().map(|length| (length - 1).max(1) as f64).collect();
    for (score, centre) in centres.into_iter().take(MOST_CENTRES) {
        let mut all: Vec<(f64, usize)> =
            (0..points.len()).map(|index| (distance(&points[centre], &points[index], &widths), index)).collect();
        let count = nearest_count(points.len());
        all.select_nth_unstable_by(count - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let nearest = &all[..count];
        let mut around: Vec<f64> = nearest.iter().filter_map(|(_, index)| own(*index)).collect();
        around.sort_by(f64::total_cmp);
        let reach = nearest.iter().fold(0.0_f64, |most, (distance, _)| most.max(*distance));
        let plateau = Plateau { score, middle: median(&around), min: around[0], scored: around.len(), points: count };
        near[centre] = Some(Near { plateau, reach });
    }
    Ok(near)
}

/// The largest share of a param's range that lies between two points.
fn distance(a: &[usize], b: &[usize], widths: &[f64]) -> f64 {
    let shares = a.iter().zip(b).zip(widths).map(|((a, b), width)| a.abs_diff(*b) as f64 / width);
    shares.fold(0.0, f64::max)
}

/// Of sorted values, of which there is at least one.
fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Param, RandomSampler, Sampler, best_plateau};

    /// A hundred values of two params each.
    fn space() -> Space {
        let param = |name| Param::from_range(name, 0.0, 99.0, 1.0).expect("a range");
        Space::new(vec![param("x"), param("y")]).expect("a space")
    }

    /// A hill of height 1 at (70, 30), wide enough to be found, and a needle of height 5 at the first point drawn away from it.
    fn surface(points: &[Vec<usize>]) -> (Vec<Option<f64>>, usize) {
        let away = |point: &Vec<usize>| point[0].abs_diff(70).max(point[1].abs_diff(30)) as f64;
        let needle = points.iter().position(|point| away(point) > 40.0).expect("a point away from the hill");
        let height = |(index, point): (usize, &Vec<usize>)| match index == needle {
            true => 5.0,
            false => 1.0 - away(point) / 30.0,
        };
        (points.iter().enumerate().map(height).map(Some).collect(), needle)
    }

    fn drawn(count: usize, seed: u64) -> Vec<Vec<usize>> {
        let mut sampler = RandomSampler::new(space(), seed);
        std::iter::from_fn(|| sampler.next()).take(count).collect()
    }

    #[test]
    fn the_hill_beats_the_needle() {
        for seed in 0..20 {
            let points = drawn(400, seed);
            let (scores, needle) = surface(&points);
            let near = near_plateaus(&space(), &points, &scores).expect("as many");
            let plateaus: Vec<Option<Plateau>> = near.iter().map(|near| near.map(|near| near.plateau)).collect();
            let (best, plateau) = best_plateau(&plateaus).expect("a plateau");
            assert!(points[best][0].abs_diff(70) <= 8 && points[best][1].abs_diff(30) <= 8, "{:?}", points[best]);
            assert_eq!((plateau.points, plateau.scored), (20, 20));
            let near = near[best].expect("it is the best");
            assert!(near.reach > 0.05 && near.reach < 0.25, "{}", near.reach);
            assert!(plateaus[needle].is_some_and(|needle| needle.level() < 0.0), "seed {seed}");
        }
    }

    #[test]
    fn few_trials_or_few_scores_are_no_plateau() {
        let points = drawn(19, 1);
        let near = |points: &[Vec<usize>], scores: &[Option<f64>]| near_plateaus(&space(), points, scores);
        assert_eq!(near(&points, &[Some(1.0); 19]), Ok(vec![None; 19]));
        let points = drawn(20, 1);
        let mut scores = [None; 20];
        (scores[3], scores[4]) = (Some(2.0), Some(f64::NAN));
        let found = near(&points, &scores).expect("as many");
        let alone = found[3].expect("it has a score").plateau;
        assert_eq!((alone.middle, alone.scored, alone.points, alone.is_covered()), (2.0, 1, 5, false));
        assert_eq!(found.iter().flatten().count(), 1);
        let wrong = ResearchError::WrongLength { what: "scores", expected: 20, found: 1 };
        assert_eq!(near(&points, &[None]), Err(wrong));
    }

    proptest! {
        /// Sorting everything by distance finds the same.
        #[test]
        fn the_nearest_are_nearest(seed in 0_u64..1_000, count in 20_usize..120) {
            let points = drawn(count, seed);
            let scores: Vec<Option<f64>> = points.iter().map(|point| Some((point[0] * 7 % 13) as f64)).collect();
            let near = near_plateaus(&space(), &points, &scores).expect("as many");
            for (centre, near) in near.iter().enumerate() {
                let mut all: Vec<(usize, usize)> = (0..count)
                    .map(|index| (0..2).map(|axis| points[centre][axis].abs_diff(points[index][axis])).max().expect("two"))
                    .zip(0..)
                    .collect();
                all.sort_unstable();
                let mut nearest: Vec<f64> =
                    all[..nearest_count(count)].iter().filter_map(|(_, index)| scores[*index]).collect();
                nearest.sort_by(f64::total_cmp);
                let near = near.expect("fewer than a thousand");
                prop_assert_eq!(near.plateau.middle, median(&nearest));
                prop_assert_eq!(near.plateau.min, nearest[0]);
                prop_assert!((near.reach - all[nearest.len() - 1].0 as f64 / 99.0).abs() < 1e-12);
            }
        }
    }
}
