//! The fill rules one by one, on candles made for them.

use execution::{Engine, ExitReason, FeeChargedIn, Margin, Market, RunResult, Settings, Tiers};
use market::Candle;
use strategy::{Decision, Orders, Protection, Size, Unit};

use super::PLAIN;

const ENTER: Decision = Decision { long_enter: true, ..Decision::NONE };
const EXIT: Decision = Decision { long_exit: true, ..Decision::NONE };

fn orders(protection: Protection) -> Orders {
    Orders { protection, size: Size::Equity(1.0), leverage: 1.0, cooldown: 0 }
}

/// Runs over candles given as (open, high, low, close).
fn run(settings: Settings, orders: Orders, candles: &[([f64; 4], Decision)]) -> RunResult {
    let mut engine = Engine::new(settings, orders);
    for (index, ([open, high, low, close], decision)) in candles.iter().enumerate() {
        let candle =
            Candle { open_time_ms: index as i64, open: *open, high: *high, low: *low, close: *close, volume: 1.0 };
        engine.step(&candle, decision);
    }
    engine.finish()
}

const FLAT: [f64; 4] = [100.0; 4];

fn with_stop(stop: f64) -> Decision {
    Decision { stop, ..ENTER }
}

fn stop_only() -> Orders {
    orders(Protection { stop: Some(Unit::Quote), ..Protection::default() })
}

#[track_caller]
fn check(result: &RunResult, exits: &[(i64, f64, ExitReason)]) {
    let found: Vec<_> =
        result.trades.iter().map(|trade| (trade.exit_time_ms, trade.exit_price, trade.reason)).collect();
    assert_eq!(found, exits);
}

#[test]
fn decisions_act_at_the_next_open() {
    let candles = [(FLAT, ENTER), ([101.0, 103.0, 100.0, 102.0], EXIT), ([104.0; 4], Decision::NONE)];
    let result = run(PLAIN, orders(Protection::default()), &candles);
    check(&result, &[(2, 104.0, ExitReason::Signal)]);
    assert_eq!(result.trades[0].entry_price, 101.0);
    assert_eq!(result.bars_held, 1);
}

#[test]
fn a_stop_fills_at_its_level_inside_and_at_the_open_when_passed() {
    let inside = [(FLAT, with_stop(5.0)), (FLAT, Decision::NONE), ([100.0, 100.0, 94.0, 96.0], Decision::NONE)];
    check(&run(PLAIN, stop_only(), &inside), &[(2, 95.0, ExitReason::Stop)]);
    let passed = [(FLAT, with_stop(5.0)), (FLAT, Decision::NONE), ([90.0, 91.0, 89.0, 90.0], Decision::NONE)];
    check(&run(PLAIN, stop_only(), &passed), &[(2, 90.0, ExitReason::Stop)]);
}

#[test]
fn a_stop_can_be_reached_in_the_candle_of_the_entry() {
    let candles = [(FLAT, with_stop(5.0)), ([100.0, 101.0, 94.0, 99.0], Decision::NONE)];
    let result = run(PLAIN, stop_only(), &candles);
    check(&result, &[(1, 95.0, ExitReason::Stop)]);
    assert_eq!((result.trades[0].bars, result.bars_held), (0, 1));
}

#[test]
fn a_target_fills_at_its_level_or_at_a_better_open_with_the_maker_fee() {
    let take = orders(Protection { take: Some(Unit::Share), ..Protection::default() });
    let enter = Decision { take: 0.05, ..ENTER };
    let settings = Settings { maker_fee: 0.01, slippage: 0.1, ..PLAIN };
    let inside = [(FLAT, enter), (FLAT, Decision::NONE), ([112.0, 116.0, 112.0, 112.0], Decision::NONE)];
    let result = run(settings, take, &inside);
    let entry = 100.0 * 1.1;
    check(&result, &[(2, entry + entry * 0.05, ExitReason::Take)]);
    assert!((result.trades[0].fees - result.trades[0].quantity * result.trades[0].exit_price * 0.01).abs() < 1e-9);
    let passed = [(FLAT, enter), (FLAT, Decision::NONE), ([120.0, 121.0, 112.0, 112.0], Decision::NONE)];
    check(&run(settings, take, &passed), &[(2, 120.0, ExitReason::Take)]);
}

#[test]
fn where_both_are_reached_the_loss_is_taken_and_counted() {
    let both = orders(Protection { stop: Some(Unit::Quote), take: Some(Unit::Quote), ..Protection::default() });
    let enter = Decision { stop: 5.0, take: 5.0, ..ENTER };
    let result = run(PLAIN, both, &[(FLAT, enter), ([100.0, 106.0, 94.0, 100.0], Decision::NONE)]);
    check(&result, &[(1, 95.0, ExitReason::Stop)]);
    assert_eq!((result.ambiguous_bars, result.trades[0].ambiguous), (1, true));
}

#[test]
fn a_trail_follows_the_high_from_the_next_candle_on() {
    let trail = orders(Protection { trail: Some(Unit::Quote), ..Protection::default() });
    let enter = Decision { trail: 5.0, ..ENTER };
    let candles = [
        (FLAT, enter),
        ([100.0, 110.0, 99.0, 108.0], Decision::NONE), // best 110: 105 holds from the next candle on
        ([108.0, 109.0, 106.0, 107.0], Decision::NONE), // no higher high: 105 stays
        ([107.0, 107.0, 104.0, 104.0], Decision::NONE),
    ];
    check(&run(PLAIN, trail, &candles), &[(3, 105.0, ExitReason::Trail)]);
    let both = orders(Protection { stop: Some(Unit::Quote), trail: Some(Unit::Quote), ..Protection::default() });
    let tight_stop = Decision { stop: 5.0, trail: 5.0, ..ENTER };
    let candles = [(FLAT, tight_stop), ([100.0, 100.0, 94.0, 94.0], Decision::NONE)];
    check(&run(PLAIN, both, &candles), &[(1, 95.0, ExitReason::Stop)]);
}

#[test]
fn max_bars_leaves_after_so_many_candles() {
    let two = orders(Protection { max_bars: Some(2), ..Protection::default() });
    let candles = [(FLAT, ENTER), (FLAT, Decision::NONE), (FLAT, Decision::NONE), ([101.0; 4], Decision::NONE)];
    check(&run(PLAIN, two, &candles), &[(3, 101.0, ExitReason::Time)]);
}

#[test]
fn cooldown_counts_from_the_candle_of_the_exit() {
    let waiting = Orders { cooldown: 2, ..orders(Protection { max_bars: Some(1), ..Protection::default() }) };
    let result = run(PLAIN, waiting, &[(FLAT, ENTER); 7]);
    // In at 1, out at 2; decided again at 4 (4 − 2 ≥ 2), in at 5, out at 6.
    let entries: Vec<_> = result.trades.iter().map(|trade| trade.entry_time_ms).collect();
    assert_eq!(entries, [1, 5]);
    assert!(result.rejected.iter().all(|signal| signal.reason.contains("cooldown")));
}

#[test]
fn entries_that_cannot_be_are_kept_with_their_reason() {
    let reason = |result: &RunResult| result.rejected.first().map(|signal| signal.reason).unwrap_or("");
    let unknown = run(PLAIN, stop_only(), &[(FLAT, ENTER), (FLAT, Decision::NONE)]);
    assert!(reason(&unknown).contains("unknown"));
    let negative = run(PLAIN, stop_only(), &[(FLAT, with_stop(-1.0)), (FLAT, Decision::NONE)]);
    assert!(reason(&negative).contains("negative"));
    let opposed = Decision { long_exit: true, ..ENTER };
    assert!(reason(&run(PLAIN, orders(Protection::default()), &[(FLAT, opposed)])).contains("exit rule"));
    let small = Settings { min_notional: 20_000.0, ..PLAIN };
    let result = run(small, orders(Protection::default()), &[(FLAT, ENTER), (FLAT, Decision::NONE)]);
    assert!(reason(&result).contains("below the least"));
    let coarse = Settings { lot: 1_000.0, ..PLAIN };
    let result = run(coarse, orders(Protection::default()), &[(FLAT, ENTER), (FLAT, Decision::NONE)]);
    assert!(reason(&result).contains("below the least"));
}

#[test]
fn fees_slippage_and_steps() {
    let settings = Settings { taker_fee: 0.001, slippage: 0.0005, tick: 0.1, lot: 0.01, ..PLAIN };
    let candles = [(FLAT, ENTER), (FLAT, EXIT), (FLAT, Decision::NONE)];
    let result = run(settings, orders(Protection::default()), &candles);
    let trade = &result.trades[0];
    // 100.05 up to 100.1; 10,000 / (100.1 · 1.001) = 99.80 down to 99.80; 99.95 down to 99.9.
    assert!((trade.entry_price - 100.1).abs() < 1e-9 && (trade.exit_price - 99.9).abs() < 1e-9);
    assert!((trade.quantity - 99.8).abs() < 1e-9);
    assert!((trade.fees - 99.8 * 0.001 * (100.1 + 99.9)).abs() < 1e-9);
    let received = Settings { fee_charged_in: FeeChargedIn::Received, taker_fee: 0.001, ..PLAIN };
    let trade = &run(received, orders(Protection::default()), &candles).trades[0];
    assert!((trade.quantity - 99.9).abs() < 1e-9);
    assert!((trade.pnl - (99.9 * 100.0 * 0.999 - 10_000.0)).abs() < 1e-9);
}

#[test]
fn sizes() {
    let candles = [(FLAT, with_stop(4.0)), (FLAT, Decision::NONE)];
    let quantity = |size| run(Settings { size, ..PLAIN }, stop_only(), &candles).open.map(|open| open.quantity);
    assert_eq!(quantity(Size::Equity(0.5)), Some(50.0));
    assert_eq!(quantity(Size::Quote(250.0)), Some(2.5));
    assert_eq!(quantity(Size::Quote(1e9)), Some(100.0));
    assert_eq!(quantity(Size::Risk(0.01)), Some(25.0));
    assert_eq!(quantity(Size::Risk(1.0)), Some(100.0));
}

#[test]
fn settings_are_checked() {
    assert_eq!(PLAIN.check(), Ok(()));
    for wrong in [
        Settings { cash: 0.0, ..PLAIN },
        Settings { taker_fee: 1.0, ..PLAIN },
        Settings { slippage: f64::NAN, ..PLAIN },
        Settings { lot: -1.0, ..PLAIN },
    ] {
        assert!(wrong.check().is_err(), "{wrong:?}");
    }
}

#[test]
fn where_there_is_no_mark_price_the_traded_one_liquidates() {
    let market = Market::Perpetual(Margin { leverage: 10.0, tiers: Tiers::single(0.0).expect("a rate") });
    let settings = Settings { market, ..PLAIN };
    let dip = |low: f64| [(FLAT, ENTER), (FLAT, Decision::NONE), ([100.0, 100.0, low, 100.0], Decision::NONE)];
    let orders = Orders { leverage: 10.0, ..orders(Protection::default()) };
    check(&run(settings, orders, &dip(90.0)), &[(2, 90.0, ExitReason::Liquidation)]);
    check(&run(settings, orders, &dip(90.5)), &[]);
}
