//! The laws of drawing again, and what is known of it beforehand.

use proptest::prelude::*;

use super::*;

/// Days of a strategy that earns a little, by lot.
fn some_days(count: usize, seed: u64) -> Vec<f64> {
    let mut rng = fastrand::Rng::with_seed(seed);
    // The sum of twelve uniform draws is nearly normal.
    (0..count).map(|_| 0.001 + 0.02 * ((0..12).map(|_| rng.f64()).sum::<f64>() - 6.0)).collect()
}

fn returns() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-0.5..0.5_f64, 2..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn another_order_ends_at_the_same_equity(returns in returns(), seed: u64) {
        let product: f64 = returns.iter().map(|share| 1.0 + share).product();
        let drawn = draw_trades(&returns, TradeDraw::Reordered, 20, seed).expect("good returns");
        for equity in drawn.final_equity.values() {
            prop_assert!((equity - product).abs() <= 1e-12 * product, "{equity} is not {product}");
        }
    }

    #[test]
    fn drawdowns_are_between_the_worst_trade_and_everything(returns in returns(), seed: u64) {
        let worst = returns.iter().copied().fold(0.0, f64::min);
        let drawn = draw_trades(&returns, TradeDraw::Reordered, 20, seed).expect("good returns");
        // All losses in a row is the deepest that any order can bring.
        let all: f64 = returns.iter().filter(|share| **share < 0.0).map(|share| 1.0 + share).product::<f64>() - 1.0;
        for fall in drawn.max_drawdown.values() {
            prop_assert!((all - 1e-12..=worst + 1e-12).contains(fall), "{fall} is not in {all}..{worst}");
        }
    }

    #[test]
    fn bands_are_ordered_and_end_where_the_returns_do(returns in returns(), seed: u64, block in 1.0..30.0_f64) {
        let drawn = bootstrap_days(&returns, 50, block, seed).expect("good returns");
        prop_assert_eq!(drawn.bands.len(), returns.len());
        for bands in &drawn.bands {
            prop_assert!(bands.is_sorted() && bands[0] > 0.0, "{:?}", bands);
        }
        for (level, band) in BAND_LEVELS.into_iter().zip(drawn.bands[returns.len() - 1]) {
            prop_assert!((drawn.total_return.quantile(level) + 1.0 - band).abs() < 1e-9 * band.max(1.0));
        }
        prop_assert!(drawn.max_drawdown.values().iter().all(|fall| (-1.0..=0.0).contains(fall)));
    }

    #[test]
    fn a_seed_decides_everything(returns in returns(), seed: u64) {
        for draw in [TradeDraw::Reordered, TradeDraw::Replaced] {
            prop_assert_eq!(draw_trades(&returns, draw, 5, seed), draw_trades(&returns, draw, 5, seed));
        }
        prop_assert_eq!(bootstrap_days(&returns, 5, 3.0, seed), bootstrap_days(&returns, 5, 3.0, seed));
    }
}

#[test]
fn another_seed_draws_other_days() {
    let days = some_days(40, 1);
    assert_ne!(bootstrap_days(&days, 5, 3.0, 1), bootstrap_days(&days, 5, 3.0, 2));
    assert_ne!(draw_trades(&days, TradeDraw::Replaced, 5, 1), draw_trades(&days, TradeDraw::Replaced, 5, 2));
}

#[test]
fn two_trades_have_two_orders() {
    let drawn = draw_trades(&[0.5, -0.5], TradeDraw::Reordered, 1000, 1).expect("good returns");
    let falls = drawn.max_drawdown.values();
    assert!(falls.iter().all(|fall| *fall == -0.5), "the loss is the only fall in both orders");
    let drawn = draw_trades(&[-0.5, 1.0, -0.5], TradeDraw::Reordered, 3000, 1).expect("good returns");
    // The two losses stand side by side in two of three orders, and then three quarters are lost.
    let side_by_side = drawn.max_drawdown.share_below(-0.6);
    assert!((side_by_side - 2.0 / 3.0).abs() < 0.03, "{side_by_side}");
}

#[test]
fn trades_drawn_with_replacement_end_differently() {
    let drawn = draw_trades(&[1.0, -0.5], TradeDraw::Replaced, 4000, 1).expect("good returns");
    for (low, high, share) in [(0.2, 0.3, 0.25), (0.9, 1.1, 0.5), (3.9, 4.1, 0.25)] {
        let found = drawn.final_equity.share_below(high) - drawn.final_equity.share_below(low);
        assert!((found - share).abs() < 0.03, "{low}..{high}: {found}");
    }
}

#[test]
fn who_lost_everything_stays_there() {
    let drawn = draw_trades(&[-1.5, 2.0, 3.0], TradeDraw::Reordered, 50, 1).expect("good returns");
    assert_eq!((drawn.final_equity.quantile(1.0), drawn.max_drawdown.quantile(1.0)), (0.0, -1.0));
}

#[test]
fn the_bootstrap_has_the_mean_and_the_spread_of_its_days() {
    let days = some_days(400, 7);
    let drawn = bootstrap_days(&days, 4000, 1.0, 2).expect("good returns");
    // Independent days: the expected product of drawn days is that of the mean day.
    let mean = days.iter().sum::<f64>() / 400.0;
    let expected = (1.0 + mean).powi(400);
    let found = drawn.total_return.mean() + 1.0;
    assert!((found / expected - 1.0).abs() < 0.03, "{found} is not {expected}");
    let sharpe = drawn.sharpe.expect("the days differ");
    // An estimated daily Sharpe ratio has a standard error of about 1 / sqrt(days) (Lo 2002).
    let spread = (sharpe.quantile(0.841) - sharpe.quantile(0.159)) / 2.0 / DAYS_PER_YEAR.sqrt();
    assert!((spread * 20.0 - 1.0).abs() < 0.1, "{spread}");
}

#[test]
fn blocks_keep_days_together() {
    // Fifty days up, fifty days down: independent days mix them, blocks keep their falls.
    let days: Vec<f64> = (0..200).map(|day| if day / 50 % 2 == 0 { 0.02 } else { -0.02 }).collect();
    let median = |block| bootstrap_days(&days, 500, block, 3).expect("good").total_return;
    let (mixed, kept) = (median(1.0), median(10.0));
    let width = |of: &Distribution| of.quantile(0.95) - of.quantile(0.05);
    assert!(width(&kept) > 1.5 * width(&mixed), "{} and {}", width(&kept), width(&mixed));
    // Endless blocks are the series itself, begun somewhere.
    let whole = median(1e12);
    assert!(width(&whole) < 1e-9, "{whole:?}");
}

#[test]
fn days_that_never_change_have_no_sharpe() {
    let drawn = bootstrap_days(&[0.01; 30], 20, 5.0, 1).expect("good returns");
    assert_eq!(drawn.sharpe, None);
    assert!((drawn.total_return.mean() - (1.01_f64.powi(30) - 1.0)).abs() < 1e-12);
}

#[track_caller]
fn refused(returns: &[f64], runs: usize, block: f64, message: &str) {
    let error = bootstrap_days(returns, runs, block, 1).expect_err("it cannot be drawn from");
    assert_eq!(error.to_string(), message);
}

#[test]
fn what_cannot_be_drawn_from_is_refused() {
    refused(&[0.1], 10, 5.0, "1 days; at least 2 are needed");
    refused(&[0.1, 0.2], 0, 5.0, "0 runs; at least 1 are needed");
    refused(&[0.1, 0.2], 100_001, 5.0, "100001 runs; at most 100000 are possible");
    refused(&[0.1, f64::NAN], 9, 5.0, "return number 1 is NaN; expected a finite share, such as 0.01 for 1 %");
    refused(&[0.1, 0.2], 9, 0.5, "blocks of 0.5 days on average; expected at least 1");
    refused(&[0.1, 0.2], 9, f64::NAN, "blocks of NaN days on average; expected at least 1");
    assert!(draw_trades(&[], TradeDraw::Reordered, 1, 1).is_err());
}

#[test]
fn the_order_that_was_is_one_of_those_drawn() {
    let (equity, drawdown) = as_it_was(&[0.1, -0.5, 0.2]);
    assert!((equity - 0.66).abs() < 1e-12 && (drawdown + 0.5).abs() < 1e-12, "{equity} {drawdown}");
    assert_eq!(as_it_was(&[]), (1.0, 0.0));
    let drawn = draw_trades(&[0.1, -0.5, 0.2], TradeDraw::Reordered, 200, 1).expect("three trades");
    let nearest = drawn.max_drawdown.values().iter().map(|value| (value - drawdown).abs()).fold(1.0, f64::min);
    assert!(nearest < 1e-12);
}
