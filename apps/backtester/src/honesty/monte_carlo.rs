//! `backtester monte-carlo`: the trades and the days of a run drawn again.

mod picture;

use anyhow::{anyhow, bail};
use report::Unit;
use research::{BAND_LEVELS, Bootstrap, Distribution, TradeDraw, TradeRuns, as_it_was, bootstrap_days, draw_trades};
use serde_json::{Map, Value, json};
use terminal::thousands;

use super::replay::{Ran, Replay};
use super::telling::{Telling, Verdict, object, percent, tell};
use crate::args::MonteCarloArgs;
use crate::page::Origin;
use crate::prepared::prepare;

/// What is rarer than this is luck.
const RARE: f64 = 0.05;
/// Points of the bands in JSON: enough to draw them.
const BAND_POINTS: usize = 400;

/// What came of drawing again.
struct Drawn {
    cash: f64,
    final_equity: f64,
    /// The deepest fall after a trade, in the order in which the trades were.
    trade_drawdown: f64,
    /// The figures of the run itself.
    sharpe: Option<f64>,
    day_drawdown: f64,
    /// Equity at the end of each day of the run itself, as a multiple of the cash.
    path: Vec<f64>,
    reordered: TradeRuns,
    replaced: TradeRuns,
    days: Bootstrap,
}

pub(crate) fn monte_carlo(args: &MonteCarloArgs) -> anyhow::Result<()> {
    let prepared = prepare(&args.base, &args.account)?;
    let (name, series) = (prepared.description.name.clone(), prepared.series.to_string());
    let origin = args.html.is_some().then(|| Origin::of(&[&prepared], Some(args.seed))).transpose()?;
    let (replay, settings, warnings) = Replay::of(prepared)?;
    let Ran { result, figures } = replay.run(settings);
    let (trades, days) = (trade_returns(&result), replay.daily_returns(&result));
    if trades.is_empty() {
        bail!("the strategy closed no trade in the range: there is nothing to draw; take a longer range");
    }
    let draw = |how| draw_trades(&trades, how, args.runs, args.seed).map_err(|error| anyhow!(error));
    let drawn = Drawn {
        cash: settings.cash,
        final_equity: result.equity.last().copied().unwrap_or(settings.cash),
        trade_drawdown: as_it_was(&trades).1,
        sharpe: figures.get("sharpe"),
        day_drawdown: as_it_was(&days).1,
        path: path(&days),
        reordered: draw(TradeDraw::Reordered)?,
        replaced: draw(TradeDraw::Replaced)?,
        days: bootstrap_days(&days, args.runs, args.block_days, args.seed)?,
    };
    let counts = format!(
        "{} trades and {} days, each drawn {} times",
        thousands(trades.len() as u64),
        thousands(days.len() as u64),
        thousands(args.runs as u64)
    );
    let page = origin.map(|origin| picture::page((name.clone(), &series), &counts, &drawn, origin));
    let telling = Telling {
        text: format!("{name} on {series}: {counts}\n\n{}\n\n{}", table(&drawn), chances(&drawn)),
        json: as_json(args, &drawn),
        verdict: verdict(&drawn),
        page: page.zip(args.html.clone()),
    };
    tell(telling, args.json.as_deref(), &warnings)
}

/// What the days came to, one after the other.
fn path(days: &[f64]) -> Vec<f64> {
    let mut equity = 1.0;
    let after = |share: &f64| {
        equity *= 1.0 + share;
        equity
    };
    days.iter().map(after).collect()
}

/// The profit of each trade as a share of what the account had before it.
fn trade_returns(result: &execution::RunResult) -> Vec<f64> {
    let mut equity = result.initial_cash;
    let share = |trade: &execution::Trade| {
        let before = equity;
        equity += trade.pnl;
        if before > 0.0 { trade.pnl / before } else { 0.0 }
    };
    result.trades.iter().map(share).collect()
}

/// The probability that the account ends below its cash: trades drawn with replacement, and days.
fn losses(drawn: &Drawn) -> (f64, f64) {
    (drawn.replaced.final_equity.share_below(1.0), drawn.days.total_return.share_below(0.0))
}

/// In which share of the orders the worst fall was deeper than it was.
fn deeper(drawn: &Drawn) -> f64 {
    drawn.reordered.max_drawdown.share_below(drawn.trade_drawdown)
}

fn table(drawn: &Drawn) -> String {
    let (cash, money) = (drawn.cash, |value: f64| Unit::Quote.written(value));
    let row = |name: &str, of: &Distribution, was: Option<f64>, write: &dyn Fn(f64) -> String| {
        let quantiles = BAND_LEVELS.map(|level| write(of.quantile(level)));
        let was = was.map_or("-".to_owned(), write);
        std::iter::once(name.to_owned()).chain(quantiles).chain([was]).collect::<Vec<_>>()
    };
    let section = |name: &str| vec![name.to_owned()];
    let as_money = |value: f64| money(value * cash);
    let after_day = |value: f64| money((1.0 + value) * cash);
    let ratio = |value: f64| Unit::Ratio.written(value);
    let (fall, share) = (drawn.trade_drawdown, percent);
    let mut rows = vec![
        section("Trades in another order"),
        row("  Max drawdown", &drawn.reordered.max_drawdown, Some(fall), &share),
        section("Trades with replacement"),
        row("  Final equity", &drawn.replaced.final_equity, Some(drawn.final_equity / cash), &as_money),
        row("  Max drawdown", &drawn.replaced.max_drawdown, Some(fall), &share),
        section("Days in blocks"),
        row("  Final equity", &drawn.days.total_return, Some(drawn.final_equity / cash - 1.0), &after_day),
        row("  Max drawdown", &drawn.days.max_drawdown, Some(drawn.day_drawdown), &share),
    ];
    rows.extend(drawn.days.sharpe.as_ref().map(|sharpe| row("  Sharpe", sharpe, drawn.sharpe, &ratio)));
    rows.iter_mut().for_each(|row| row.resize(7, String::new()));
    terminal::table(&["", "5 %", "25 %", "50 %", "75 %", "95 %", "as it was"], rows, &[1, 2, 3, 4, 5, 6])
}

fn chances(drawn: &Drawn) -> String {
    let (trades, days) = losses(drawn);
    format!(
        "Probability of a loss: {} by trades, {} by days.\n\
         {} of the orders of the same trades fall deeper than it was.",
        percent(trades),
        percent(days),
        percent(deeper(drawn)),
    )
}

fn verdict(drawn: &Drawn) -> Verdict {
    let (trades, days) = losses(drawn);
    let (loss, deeper) = (trades.max(days), deeper(drawn));
    let expect = percent(-drawn.reordered.max_drawdown.quantile(RARE));
    if drawn.final_equity < drawn.cash {
        Verdict::of(false, format!("there is no profit: the account loses in {} of the drawn runs.", percent(loss)))
    } else if loss > RARE {
        Verdict::of(false, format!("it may be luck: the account loses in {} of the drawn runs.", percent(loss)))
    } else if deeper > 1.0 - RARE {
        let was = percent(-drawn.trade_drawdown);
        let text = format!(
            "the order of the trades was lucky: its worst fall was {was}, and {} of the orders fall deeper; \
             be ready for {expect}.",
            percent(deeper)
        );
        Verdict::of(false, text)
    } else {
        let text = format!(
            "it is no luck of the draw: {} of the drawn runs lose, and 95 % of the orders fall by less than {expect}.",
            percent(loss)
        );
        Verdict::of(true, text)
    }
}

fn as_json(args: &MonteCarloArgs, drawn: &Drawn) -> Map<String, Value> {
    let quantiles = |of: &Distribution| {
        let all = BAND_LEVELS.iter().map(|level| (level.to_string(), json!(of.quantile(*level))));
        Value::Object(all.collect())
    };
    let of_trades = |runs: &TradeRuns| json!({ "final_equity_over_cash": quantiles(&runs.final_equity), "max_drawdown": quantiles(&runs.max_drawdown) });
    let days = research::spread(BAND_POINTS, drawn.days.bands.len());
    let bands: Vec<[f64; 5]> = days.iter().map(|day| drawn.days.bands[*day]).collect();
    let (by_trades, by_days) = losses(drawn);
    object(json!({
        "runs": args.runs,
        "seed": args.seed,
        "block_days": args.block_days,
        "as_it_was": {
            "final_equity_over_cash": drawn.final_equity / drawn.cash,
            "max_drawdown_after_trades": drawn.trade_drawdown,
            "max_drawdown_after_days": drawn.day_drawdown,
            "sharpe": drawn.sharpe,
        },
        "trades_reordered": of_trades(&drawn.reordered),
        "trades_replaced": of_trades(&drawn.replaced),
        "days_in_blocks": {
            "total_return": quantiles(&drawn.days.total_return),
            "max_drawdown": quantiles(&drawn.days.max_drawdown),
            "sharpe": drawn.days.sharpe.as_ref().map(quantiles),
            "bands": { "levels": BAND_LEVELS, "after_day": days.iter().map(|day| day + 1).collect::<Vec<_>>(), "equity_over_cash": bands },
        },
        "loss_probability": { "by_trades": by_trades, "by_days": by_days },
        "orders_that_fall_deeper": deeper(drawn),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(trades: &[f64]) -> Drawn {
        let draw = |how| draw_trades(trades, how, 500, 1).expect("trades");
        let (equity, fall) = as_it_was(trades);
        Drawn {
            cash: 1_000.0,
            final_equity: 1_000.0 * equity,
            trade_drawdown: fall,
            sharpe: None,
            day_drawdown: fall,
            path: path(trades),
            reordered: draw(TradeDraw::Reordered),
            replaced: draw(TradeDraw::Replaced),
            days: bootstrap_days(trades, 500, 1.0, 1).expect("days"),
        }
    }

    #[track_caller]
    fn check(trades: &[f64], is_good: bool, part: &str) {
        let verdict = verdict(&drawn(trades));
        assert_eq!(verdict.is_good, Some(is_good), "{}", verdict.text);
        assert!(verdict.text.contains(part), "{}", verdict.text);
    }

    #[test]
    fn luck_is_told_from_skill() {
        // By turns a win and a loss: hardly another order of them falls as little.
        check(&[0.03, -0.01].repeat(50), false, "its worst fall was 1.00 %, and");
        // The losses together: hardly another order falls deeper.
        check(&[[-0.01; 50], [0.03; 50]].concat(), true, "0.00 % of the drawn runs lose");
        check(&[0.02, -0.02, 0.011].repeat(5), false, "it may be luck");
        check(&[-0.01; 5], false, "there is no profit: the account loses in 100.00 %");
    }
}
