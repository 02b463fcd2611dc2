//! `run --out`: trades, equity and signals as tables for other programs.

use std::path::Path;

use columns::{Column, Table, Values};
use execution::{ExitReason, RunResult};
use market::Side;

use crate::backtest::Backtest;
use crate::output;

/// Writes `trades`, `equity` and `signals` into a folder, each as `.csv` and as `.parquet`.
pub(crate) fn write(folder: &Path, backtest: &Backtest) -> anyhow::Result<()> {
    let candles = &backtest.recording.candles;
    let start = backtest.recording.start;
    write_table(folder, "trades", |out| trades(&backtest.result, out))?;
    let equity = Table::new(vec![
        Column { name: "open_time_ms", values: Values::Time(&candles.open_time_ms[start..]) },
        Column { name: "close", values: Values::Number(&candles.close[start..]) },
        Column { name: "equity", values: Values::Number(&backtest.result.equity) },
    ]);
    write_table(folder, "equity", |write| write(&equity))?;
    let signals = signals(&backtest.result, &candles.open_time_ms);
    write_table(folder, "signals", |write| signal_table(&signals, write))
}

/// Makes a table and hands it on.
type WithTable<'a> = &'a mut dyn FnMut(&Table<'_>) -> anyhow::Result<()>;

fn write_table(
    folder: &Path,
    name: &str,
    make: impl FnOnce(WithTable<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    make(&mut |table| {
        output::write_with(&folder.join(format!("{name}.csv")), |out| Ok(table.write_csv(out)?))?;
        output::write_with(&folder.join(format!("{name}.parquet")), |out| Ok(table.write_parquet(out)?))
    })
}

fn trades(result: &RunResult, write: WithTable<'_>) -> anyhow::Result<()> {
    let trades = &result.trades;
    let whole = |of: fn(&execution::Trade) -> i64| trades.iter().map(of).collect::<Vec<_>>();
    let number = |of: fn(&execution::Trade) -> f64| trades.iter().map(of).collect::<Vec<_>>();
    let text = |of: fn(&execution::Trade) -> &'static str| trades.iter().map(of).collect::<Vec<_>>();
    let ambiguous: Vec<bool> = trades.iter().map(|trade| trade.ambiguous).collect();
    let column = |name, values| Column { name, values };
    write(&Table::new(vec![
        column("side", Values::Text(&text(|trade| trade.side.name()))),
        column("entry_time_ms", Values::Time(&whole(|trade| trade.entry_time_ms))),
        column("entry_price", Values::Number(&number(|trade| trade.entry_price))),
        column("exit_time_ms", Values::Time(&whole(|trade| trade.exit_time_ms))),
        column("exit_price", Values::Number(&number(|trade| trade.exit_price))),
        column("quantity", Values::Number(&number(|trade| trade.quantity))),
        column("fees", Values::Number(&number(|trade| trade.fees))),
        column("funding", Values::Number(&number(|trade| trade.funding))),
        column("pnl", Values::Number(&number(|trade| trade.pnl))),
        column("reason", Values::Text(&text(|trade| trade.reason.name()))),
        column("bars", Values::Whole(&whole(|trade| trade.bars as i64))),
        column("take", Values::Maybe(&number(|trade| trade.take.unwrap_or(f64::NAN)))),
        column("ambiguous", Values::Flag(&ambiguous)),
    ]))
}

/// A signal that was given, and what became of it.
struct Signal {
    candle_time_ms: i64,
    side: Side,
    action: &'static str,
    outcome: &'static str,
    reason: &'static str,
}

/// Every signal on which the run acted or that it turned down, in order of time. A signal is given at the close of
/// one candle and acts at the open of the next one there is.
fn signals(result: &RunResult, times_ms: &[i64]) -> Vec<Signal> {
    let decided_before = |acted_ms: &i64| {
        let at = times_ms.binary_search(acted_ms).ok()?;
        times_ms.get(at.checked_sub(1)?).copied()
    };
    let taken = |acted_ms: i64, side, action, reason| {
        let candle_time_ms = decided_before(&acted_ms)?;
        Some(Signal { candle_time_ms, side, action, outcome: "taken", reason })
    };
    let rejected = result.rejected.iter().map(|it| Signal {
        candle_time_ms: it.candle_time_ms,
        side: it.side,
        action: "enter",
        outcome: "rejected",
        reason: it.reason,
    });
    let entered = result.trades.iter().map(|trade| (trade.entry_time_ms, trade.side));
    let open = result.open.iter().map(|open| (open.entry_time_ms, open.side));
    let left = result.trades.iter().filter(|trade| matches!(trade.reason, ExitReason::Signal | ExitReason::Time));
    let mut all: Vec<Signal> = left
        .filter_map(|trade| taken(trade.exit_time_ms, trade.side, "exit", trade.reason.name()))
        .chain(entered.chain(open).filter_map(|(time_ms, side)| taken(time_ms, side, "enter", "")))
        .chain(rejected)
        .collect();
    // Stable: at one close an exit is decided before the entry that follows it.
    all.sort_by_key(|signal| signal.candle_time_ms);
    all
}

fn signal_table(signals: &[Signal], write: WithTable<'_>) -> anyhow::Result<()> {
    let times: Vec<i64> = signals.iter().map(|signal| signal.candle_time_ms).collect();
    let text = |of: fn(&Signal) -> &'static str| signals.iter().map(of).collect::<Vec<_>>();
    write(&Table::new(vec![
        Column { name: "candle_time_ms", values: Values::Time(&times) },
        Column { name: "side", values: Values::Text(&text(|signal| signal.side.name())) },
        Column { name: "action", values: Values::Text(&text(|signal| signal.action)) },
        Column { name: "outcome", values: Values::Text(&text(|signal| signal.outcome)) },
        Column { name: "reason", values: Values::Text(&text(|signal| signal.reason)) },
    ]))
}
