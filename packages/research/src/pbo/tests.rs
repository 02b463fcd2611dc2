//! Noise is told from skill, and the sums give what going through the returns gives.

use fastrand::Rng;
use proptest::prelude::*;

use super::*;

/// Returns by lot, with this mean and a spread of one, nearly normal.
fn noise(rng: &mut Rng, periods: usize, mean: f64) -> Vec<f64> {
    (0..periods).map(|_| mean + (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0).collect()
}

fn trials_of(rows: &[Vec<f64>], blocks: usize) -> Trials {
    let mut trials = Trials::new(rows[0].len(), blocks).expect("good blocks");
    rows.iter().for_each(|row| trials.add(row).expect("good returns"));
    trials
}

fn overfitting(rows: &[Vec<f64>], blocks: usize) -> Overfitting {
    trials_of(rows, blocks).overfitting().expect("two trials and more")
}

/// The mean of a figure over many seeds, of 21 trials of which the last has this mean.
fn over_seeds(best: f64, figure: impl Fn(&Overfitting) -> f64) -> f64 {
    const SEEDS: u64 = 200;
    let one = |seed| {
        let mut rng = Rng::with_seed(seed);
        let mut rows: Vec<Vec<f64>> = (0..20).map(|_| noise(&mut rng, 120, 0.0)).collect();
        rows.push(noise(&mut rng, 120, best));
        figure(&overfitting(&rows, 6))
    };
    (0..SEEDS).map(one).sum::<f64>() / SEEDS as f64
}

#[test]
fn choosing_among_noise_is_a_coin() {
    let probability = over_seeds(0.0, |found| found.probability);
    assert!((probability - 0.5).abs() < 0.06, "{probability}");
    let loss = over_seeds(0.0, |found| found.loss_probability);
    assert!((loss - 0.5).abs() < 0.06, "{loss}");
}

#[test]
fn a_trial_that_is_better_stays_better() {
    let probability = over_seeds(0.7, |found| found.probability);
    assert!(probability < 0.01, "{probability}");
    let chosen = over_seeds(0.7, |found| {
        found.outcomes.iter().filter(|outcome| outcome.trial == 20).count() as f64 / found.outcomes.len() as f64
    });
    assert!(chosen > 0.98, "{chosen}");
    assert!(over_seeds(0.7, |found| found.loss_probability) < 0.01);
}

#[test]
fn who_wins_by_turns_is_overfitted() {
    // Each trial is good in its own block and bad elsewhere: the best of one half is the worst of the other.
    let row = |own: usize| -> Vec<f64> {
        (0..80).map(|t| if t / 10 == own { 1.0 } else { -0.1 } + 0.01 * (t % 3) as f64).collect()
    };
    let found = overfitting(&(0..8).map(row).collect::<Vec<_>>(), 8);
    assert_eq!((found.probability, found.loss_probability), (1.0, 1.0));
}

#[test]
fn trials_that_are_all_the_same_say_nothing() {
    let row = noise(&mut Rng::with_seed(1), 60, 0.1);
    assert_eq!(overfitting(&[row.clone(), row.clone(), row], 6).probability, 0.5);
    let still = overfitting(&[vec![0.0; 40], vec![0.001; 40]], 4);
    assert_eq!((still.probability, still.loss_probability, still.slope), (0.5, 0.0, None));
}

/// The mean over the sample standard deviation, by the book.
fn sharpe(returns: &[f64]) -> f64 {
    let mean = returns.iter().sum::<f64>() / returns.len() as f64;
    let squares: f64 = returns.iter().map(|value| (value - mean).powi(2)).sum();
    mean / (squares / (returns.len() - 1) as f64).sqrt()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn sums_give_what_the_returns_give(seed: u64, count in 2_usize..6, periods in 12_usize..50, mean in -9.0..9.0_f64) {
        let mut rng = Rng::with_seed(seed);
        let rows: Vec<Vec<f64>> = (0..count).map(|_| noise(&mut rng, periods, mean)).collect();
        let found = overfitting(&rows, 6);
        prop_assert_eq!(found.outcomes.len(), 20);
        let halves = (0_usize..64).filter(|mask| mask.count_ones() == 3 && mask & 1 == 1);
        let both = halves.flat_map(|mask| [mask, 63 & !mask]);
        for (mask, outcome) in both.zip(&found.outcomes) {
            let taken = |row: &[f64], mask: usize| -> f64 {
                let blocks = (0..6).filter(|block| mask >> block & 1 == 1);
                let part: Vec<f64> =
                    blocks.flat_map(|block| row[block * periods / 6..(block + 1) * periods / 6].to_vec()).collect();
                sharpe(&part)
            };
            let inside: Vec<f64> = rows.iter().map(|row| taken(row, mask)).collect();
            let outside: Vec<f64> = rows.iter().map(|row| taken(row, 63 & !mask)).collect();
            let best = inside.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!((outcome.in_sample - best).abs() < 1e-9 && (inside[outcome.trial] - best).abs() < 1e-9);
            prop_assert!((outcome.out_of_sample - outside[outcome.trial]).abs() < 1e-9);
            let rank = 1.0 + outside.iter().filter(|other| **other < outside[outcome.trial]).count() as f64;
            let share = rank / (count + 1) as f64;
            prop_assert!((outcome.logit - (share / (1.0 - share)).ln()).abs() < 1e-9);
        }
    }

    #[test]
    fn the_order_of_the_trials_changes_nothing(seed: u64, by in 1_usize..5) {
        let mut rng = Rng::with_seed(seed);
        let mut rows: Vec<Vec<f64>> = (0..6).map(|_| noise(&mut rng, 40, 0.0)).collect();
        let before = overfitting(&rows, 8);
        rows.rotate_left(by);
        let after = overfitting(&rows, 8);
        prop_assert_eq!((before.probability, before.slope), (after.probability, after.slope));
    }
}

#[test]
fn blocks_become_fewer_where_periods_are_few() {
    for (periods, blocks) in [(20, 4), (29, 4), (30, 6), (60, 12), (79, 14), (80, 16), (5000, 16)] {
        assert_eq!(Trials::blocks_for(periods), Ok(blocks));
        assert!(Trials::new(periods, blocks).is_ok());
    }
    assert_eq!(Trials::blocks_for(19).expect_err("too few").to_string(), "19 periods; at least 20 are needed");
}

#[test]
fn the_default_has_as_many_combinations_as_the_paper() {
    let mut rng = Rng::with_seed(1);
    let rows = [noise(&mut rng, 160, 0.0), noise(&mut rng, 160, 0.0)];
    assert_eq!(overfitting(&rows, BLOCKS_DEFAULT).outcomes.len(), 12_870);
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let message = |error: ResearchError| error.to_string();
    for blocks in [0, 2, 5, 22] {
        let error = message(Trials::new(100, blocks).expect_err("bad blocks"));
        assert_eq!(error, format!("{blocks} blocks; expected an even number from 4 to 20"));
    }
    assert_eq!(message(Trials::new(7, 4).expect_err("too few")), "7 periods; at least 8 are needed");
    let mut trials = Trials::new(8, 4).expect("good blocks");
    assert_eq!(message(trials.add(&[0.0; 7]).expect_err("too short")), "7 returns; expected 8");
    assert!(trials.add(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, f64::INFINITY]).is_err());
    assert_eq!(message(trials.overfitting().expect_err("none")), "0 trials; at least 2 are needed");
}
