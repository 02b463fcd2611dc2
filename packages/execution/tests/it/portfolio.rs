//! Several symbols out of one purse.

use execution::{Around, Engine, Limits, Margin, Market, Portfolio, RunResult, Settings, Tick, Tiers};
use market::{Candle, Symbol};
use proptest::prelude::*;
use strategy::{Decision, Orders, Protection, Size, Unit};

use super::PLAIN;

const ENTER: Decision = Decision { long_enter: true, stop: 5.0, ..Decision::NONE };

fn orders(stop: bool) -> Orders {
    let protection = Protection { stop: stop.then_some(Unit::Quote), ..Protection::default() };
    Orders { protection, size: Size::Equity(1.0), leverage: 1.0, cooldown: 0 }
}

fn symbol(number: usize) -> Symbol {
    format!("{}/USDT", ["AAA", "BBB", "CCC", "DDD"][number]).parse().expect("a symbol")
}

fn candle(index: usize, price: f64) -> Candle {
    let time = index as i64 * 60_000;
    Candle { open_time_ms: time, open: price, high: price * 1.03, low: price * 0.97, close: price * 1.01, volume: 1.0 }
}

/// Runs over prices, a row for each time; `given` is the order in which the symbols are given.
fn run(
    settings: Settings,
    limits: Limits,
    given: &[usize],
    rows: &[Vec<(f64, Decision)>],
) -> (Vec<f64>, f64, Vec<(Symbol, RunResult)>) {
    let symbols = given.iter().map(|number| (symbol(*number), settings)).collect();
    let mut portfolio = Portfolio::new(symbols, orders(true), limits, settings.cash);
    let order: Vec<Symbol> = portfolio.symbols().cloned().collect();
    let mut equity = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let mut ticks: Vec<Tick<'_>> = given
            .iter()
            .map(|number| Tick {
                member: order.iter().position(|known| *known == symbol(*number)).expect("it is a member"),
                candle: candle(index, row[*number].0),
                around: Around::NONE,
                decision: row[*number].1,
            })
            .collect();
        equity.push(portfolio.step(&mut ticks));
        assert!(limits.positions.is_none_or(|most| portfolio.positions() <= most));
    }
    (equity, portfolio.cash(), portfolio.finish())
}

#[test]
fn caps_hold_in_the_order_of_the_alphabet() {
    let all = |decision| vec![(100.0, decision); 4];
    let rows = [all(ENTER), all(Decision::NONE), all(Decision::NONE)];
    let quarter = Settings { size: Size::Equity(0.25), ..PLAIN };
    let held = |limits: Limits| {
        let (_, _, results) = run(quarter, limits, &[2, 0, 3, 1], &rows);
        results.iter().map(|(_, result)| result.open.as_ref().map_or(0.0, |open| open.quantity)).collect::<Vec<_>>()
    };
    assert_eq!(held(Limits::default()), [25.0; 4]);
    assert_eq!(held(Limits { positions: Some(2), exposure: None }), [25.0, 25.0, 0.0, 0.0]);
    assert_eq!(held(Limits { positions: None, exposure: Some(0.6) }), [25.0, 25.0, 10.0, 0.0]);
    let (_, _, results) = run(quarter, Limits { positions: Some(1), exposure: None }, &[0, 1], &rows);
    assert!(results[1].1.rejected[0].reason.contains("as many positions"));
    let (_, _, results) = run(quarter, Limits { positions: None, exposure: Some(0.25) }, &[0, 1], &rows);
    assert!(results[1].1.rejected[0].reason.contains("as exposed"));
}

#[test]
fn the_purse_is_shared() {
    let all = |decision| vec![(100.0, decision); 4];
    let (_, cash, results) = run(PLAIN, Limits::default(), &[0, 1], &[all(ENTER), all(Decision::NONE)]);
    assert_eq!(results[0].1.open.as_ref().map(|open| open.quantity), Some(100.0));
    assert!(results[1].1.open.is_none() && results[1].1.rejected[0].reason.contains("no cash"));
    assert_eq!(cash, 0.0);
}

fn rows() -> impl proptest::strategy::Strategy<Value = Vec<Vec<(f64, Decision)>>> {
    let one = (50.0..150.0f64, any::<u8>(), 1.0..8.0f64).prop_map(|(price, wish, stop)| {
        let wants = |bit: u8| wish >> bit & 1 == 1;
        (
            price,
            Decision {
                long_enter: wants(0),
                long_exit: wants(1) && wants(2),
                short_enter: wants(3) && wants(4),
                short_exit: wants(5) && wants(6),
                stop,
                ..Decision::NONE
            },
        )
    });
    prop::collection::vec(prop::collection::vec(one, 4), 1..60)
}

proptest! {
    #[test]
    fn the_order_in_which_symbols_are_given_changes_nothing(
        rows in rows(), order in Just(vec![0usize, 1, 2, 3]).prop_shuffle(), most in 1usize..4, exposure in 0.2..1.5f64, leverage in 1.0..5.0f64,
    ) {
        let market = Market::Perpetual(Margin { leverage, tiers: Tiers::single(0.01).expect("a rate") });
        let settings = Settings { market, taker_fee: 0.001, size: Size::Equity(0.4), ..PLAIN };
        let limits = Limits { positions: Some(most), exposure: Some(exposure) };
        prop_assert_eq!(run(settings, limits, &[0, 1, 2, 3], &rows), run(settings, limits, &order, &rows));
    }

    #[test]
    fn the_books_of_all_symbols_together_balance(rows in rows(), fee in 0.0..0.01f64, size in 0.1..1.0f64) {
        let settings = Settings { taker_fee: fee, size: Size::Equity(size), ..PLAIN };
        let (equity, cash, results) = run(settings, Limits::default(), &[0, 1, 2, 3], &rows);
        prop_assert!(cash >= -1e-6, "cash is {}", cash);
        let last = rows.len() - 1;
        let (mut held, mut gained, mut spent) = (0.0, 0.0, 0.0);
        for (number, (_, result)) in results.iter().enumerate() {
            gained += result.trades.iter().map(|trade| trade.pnl).sum::<f64>();
            if let Some(open) = &result.open {
                held += open.quantity * candle(last, rows[last][number].0).close;
                spent += open.quantity * open.entry_price + open.entry_fee;
            }
        }
        prop_assert!((cash + held - equity[last]).abs() < 1e-6);
        prop_assert!((settings.cash + gained - spent - cash).abs() < 1e-6);
    }

    #[test]
    fn one_symbol_is_an_account_of_its_own(rows in rows()) {
        let settings = Settings { taker_fee: 0.001, slippage: 0.0005, ..PLAIN };
        let (equity, cash, results) = run(settings, Limits::default(), &[0], &rows);
        let mut engine = Engine::new(settings, orders(true));
        for (index, row) in rows.iter().enumerate() {
            engine.step(&candle(index, row[0].0), &row[0].1);
        }
        prop_assert_eq!(cash.to_bits(), engine.cash().to_bits());
        let alone = engine.finish();
        prop_assert_eq!(&alone.equity, &equity);
        prop_assert_eq!(&alone.trades, &results[0].1.trades);
    }
}
