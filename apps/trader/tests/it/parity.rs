//! What is traded over the wire is what the backtest says, whatever happens on the way: the trader
//! is killed and started again at random, its connections are cut, closes are kept from it.

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use db::{Action, LedgerTrade, Outcome, Store};
use execution::{FeeChargedIn, Market, RunResult, Runner, Settings};
use fastrand::Rng;
use market::{Series, Timeframe, format_utc};
use serde_json::Value;

use crate::harness::{Desk, Simulator, sibling};

/// Real candles that each run trades at least.
const CANDLES: usize = 2_000;
/// Times the trader is killed at least.
const KILLS: u32 = 5;
/// Ninety candles of 15 minutes in a second.
const SPEED: &str = "81000";
/// A run takes less than this.
const LONGEST: Duration = Duration::from_secs(55);

struct Case<'a> {
    desk: &'a Desk,
    strategy: &'a str,
    account: &'a str,
    end_ms: i64,
}

#[track_caller]
fn check(name: &str, config: &str, seed: u64) {
    let (Some(path), Some(file)) = (
        testkit::shared("candles/binance_BTCUSDT_15m.csv.gz"),
        testkit::shared(&format!("oracles/backtests/{name}.yaml")),
    ) else {
        return;
    };
    let strategy = testkit::read_text(&file);
    let desk = Desk::new(&strategy, config);
    let path = path.to_str().unwrap();
    let simulator = Simulator::serve(&[
        "--candles",
        path,
        "--symbol",
        "BTC/USDT",
        "--timeframe",
        "15m",
        "--speed",
        SPEED,
        "--start",
        "2025-03-01",
    ]);
    let account = format!("{name} BTC/USDT");
    let (kills, command) = trade(&desk, &simulator, &account, seed);
    let (store, id, row) = desk.ledger(&account).unwrap();
    let equity = store.booked_equity(id).unwrap();
    let end_ms = row.timeframe.next_open(equity.last().unwrap().candle_time_ms);
    println!("{name}: {} candles, {} trades, {kills} kills", equity.len(), store.booked_trades(id).unwrap().len());

    let case = Case { desk: &desk, strategy: &strategy, account: &account, end_ms };
    let own = case.backtest(&store);
    case.compare(&own, |left, right| left == right);
    assert_eq!(own.equity, equity.iter().map(|row| row.equity).collect::<Vec<_>>(), "equity, bit for bit");
    let close = |left: f64, right: f64| (left - right).abs() <= 1e-9 * right.abs().max(1.0);
    case.compare(&case.backtest(&from_files(&desk)), close);
    case.compare_with_command(&command);
}

/// Trades until there are enough candles, and breaks something all the time. Gives the kills, and
/// the command that the summary says to repeat the trades with.
fn trade(desk: &Desk, simulator: &Simulator, account: &str, seed: u64) -> (u32, String) {
    let (mut dice, began, mut kills) = (Rng::with_seed(seed), Instant::now(), 0);
    while kills < KILLS || desk.booked(account) < CANDLES {
        assert!(began.elapsed() < LONGEST, "{} candles only:\n{}", desk.booked(account), desk.told());
        let trader = desk.start(simulator);
        for _ in 0..dice.u32(1..4) {
            sleep(Duration::from_millis(dice.u64(200..1_200)));
            match dice.u32(0..4) {
                0 => simulator.command("disconnect"),
                1 => simulator.command("drop_closes?count=3"),
                2 => simulator.command("refuse?seconds=0.3"),
                _ => {}
            }
        }
        trader.kill();
        kills += 1;
        sleep(Duration::from_millis(dice.u64(0..200)));
    }
    let trader = desk.start(simulator);
    let before = desk.booked(account);
    desk.wait_for(account, before + 50);
    let (summary, status, _) = trader.terminate();
    assert!(status.success(), "{}", desk.told());
    assert_eq!(summary["candles"], desk.booked(account));
    assert_eq!(summary["conflicts"], 0);
    (kills, summary["backtest"].as_str().unwrap().to_owned())
}

impl Case<'_> {
    fn backtest(&self, store: &Store) -> RunResult {
        let strategy = strategy::load(self.strategy, &[]).unwrap_or_else(|_| panic!("the oracle compiles")).strategy;
        let settings = Settings {
            cash: 10_000.0,
            size: strategy.description().orders.size,
            taker_fee: 0.001,
            maker_fee: 0.001,
            slippage: 0.0,
            fee_charged_in: FeeChargedIn::Quote,
            market: Market::Spot,
            ambiguity: execution::Ambiguity::Loss,
            tick: 0.0,
            lot: 0.0,
            min_quantity: 0.0,
            min_notional: 0.0,
        };
        let (_, _, account) = self.desk.ledger(self.account).unwrap();
        let mut runner = Runner::new(strategy, account.symbol, settings, account.started_ms);
        runner.advance(&store.of_exchange("binance"), Some(self.end_ms)).unwrap();
        runner.finish().0.finish()
    }

    /// Every trade and every signal; numbers are compared by `same`.
    #[track_caller]
    fn compare(&self, expected: &RunResult, same: impl Fn(f64, f64) -> bool) {
        let (store, id, _) = self.desk.ledger(self.account).unwrap();
        let trades = store.booked_trades(id).unwrap();
        assert!(trades.len() > 10, "{} trades prove little", trades.len());
        for (number, (trade, expected)) in trades.iter().zip(&expected.trades).enumerate() {
            let LedgerTrade { entry_time_ms, exit_time_ms, reason, bars, .. } = trade;
            let times = (format_utc(*entry_time_ms), format_utc(*exit_time_ms), reason.as_str(), *bars);
            let (entry, exit) = (format_utc(expected.entry_time_ms), format_utc(expected.exit_time_ms));
            assert_eq!(times, (entry, exit, expected.reason.name(), expected.bars as u64), "trade {number}");
            for (what, left, right) in [
                ("entry price", trade.entry_price, expected.entry_price),
                ("exit price", trade.exit_price, expected.exit_price),
                ("quantity", trade.quantity, expected.quantity),
                ("fees", trade.fees, expected.fees),
                ("pnl", trade.pnl, expected.pnl),
            ] {
                assert!(same(left, right), "{what} of trade {number} is {left}, not {right}");
            }
        }
        assert_eq!(trades.len(), expected.trades.len());
        let position = store.booked_position(id).unwrap().map(|position| position.entry_time_ms);
        assert_eq!(position, expected.open.as_ref().map(|open| open.entry_time_ms));

        let signals = store.booked_signals(id).unwrap();
        let entries = signals.iter().filter(|signal| signal.action == Action::Enter);
        let rejected: Vec<i64> = entries
            .clone()
            .filter(|signal| matches!(signal.outcome, Outcome::Rejected(_)))
            .map(|signal| signal.candle_time_ms)
            .collect();
        let expected_rejected: Vec<i64> = expected.rejected.iter().map(|signal| signal.candle_time_ms).collect();
        assert_eq!(rejected, expected_rejected);
        let taken: Vec<i64> = entries
            .filter(|signal| signal.outcome == Outcome::Taken)
            .map(|signal| Timeframe::M15.next_open(signal.candle_time_ms))
            .collect();
        let open = expected.open.iter().map(|open| open.entry_time_ms);
        let entered: Vec<i64> = expected.trades.iter().map(|trade| trade.entry_time_ms).chain(open).collect();
        assert_eq!(taken, entered);
    }

    /// Every trade against the backtester itself, run as the trader's summary says.
    #[track_caller]
    fn compare_with_command(&self, command: &str) {
        let backtester = sibling("backtester");
        let arguments = command.strip_prefix("backtester ").unwrap();
        let line = format!("exec {} {arguments} --json -", backtester.display());
        let output = Command::new("sh").args(["-c", &line]).output().unwrap();
        assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let expected = report["trades"].as_array().unwrap();
        let (store, id, _) = self.desk.ledger(self.account).unwrap();
        let trades = store.booked_trades(id).unwrap();
        assert_eq!(trades.len(), expected.len());
        for (number, (trade, expected)) in trades.iter().zip(expected).enumerate() {
            assert_eq!(trade.entry_time_ms, expected["entry_time"].as_i64().unwrap(), "trade {number}");
            assert_eq!(trade.exit_time_ms, expected["exit_time"].as_i64().unwrap(), "trade {number}");
            assert_eq!(trade.reason, expected["reason"].as_str().unwrap(), "trade {number}");
            for (name, value) in [
                ("entry_price", trade.entry_price),
                ("exit_price", trade.exit_price),
                ("quantity", trade.quantity),
                ("pnl", trade.pnl),
            ] {
                let expected = expected[name].as_f64().unwrap();
                // The reader of JSON may be off in the last bit.
                let same = (value - expected).abs() <= f64::EPSILON * expected.abs();
                assert!(same, "{name} of trade {number} is {value}, not {expected}");
            }
        }
        let rejected = store.booked_signals(id).unwrap();
        let rejected = rejected.iter().filter(|signal| matches!(signal.outcome, Outcome::Rejected(_))).count();
        assert_eq!(Some(rejected), report["rejected"].as_array().map(Vec::len));
    }
}

/// A store that never saw the simulator: the candles as the files have them.
fn from_files(desk: &Desk) -> Store {
    let mut store = Store::open(desk.path("files.db")).unwrap();
    for timeframe in [Timeframe::M15, Timeframe::H1] {
        let candles = testkit::shared_candles(&format!("binance_BTCUSDT_{timeframe}")).expect("candles");
        let series = Series::new("binance", "BTC/USDT".parse().unwrap(), timeframe);
        store.insert_closed(&series, &candles.iter().collect::<Vec<_>>(), &db::Origin::rest(0)).unwrap();
    }
    store
}

#[test]
fn a_strategy_that_reads_two_timeframes() {
    check("macd_trend_1h", "", 11);
}

#[test]
fn a_strategy_with_a_trailing_stop() {
    check("donchian_trail", "", 12);
}
