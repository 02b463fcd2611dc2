//! `backtester portfolio`: one strategy on several symbols, out of one purse.

mod held;
mod picture;

use std::collections::BTreeMap;

use anyhow::bail;
use execution::{Around, Limits, Portfolio, RunResult, Surroundings, Tick};
use market::{Symbol, Timeframe};
use report::{Curve, Figures, TradeSums, figures_of, figures_of_equity};
use serde_json::{Value, json};
use strategy::{Act, Decision};

use crate::args::{PortfolioArgs, RunBase, SourceArgs};
use crate::honesty::{Replay, figure_table, figures_json};
use crate::output;
use crate::page::Origin;
use crate::prepared::{Prepared, prepare};
use held::Held;

/// One symbol: its candles, and what is decided at their closes.
struct Member {
    replay: Replay,
    surroundings: Surroundings,
    /// How far its candles and decisions have been dealt with.
    at: usize,
    act: usize,
}

/// What came of it.
struct Ran {
    members: Vec<(Symbol, RunResult)>,
    times_ms: Vec<i64>,
    equity: Vec<f64>,
    figures: Figures,
    hold: Figures,
    /// Equity of holding, at each of the times.
    held_equity: Vec<f64>,
    /// What each symbol held and earned; none where nothing is drawn.
    held: Vec<Held>,
}

pub(crate) fn portfolio(args: &PortfolioArgs) -> anyhow::Result<()> {
    let mut symbols = args.symbols.clone();
    symbols.sort();
    symbols.dedup();
    if symbols.len() != args.symbols.len() {
        bail!("--symbols names one of them twice; each is traded once");
    }
    let (mut members, mut settings, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    let (mut head, mut all) = (None, Vec::new());
    for symbol in &symbols {
        all.push(prepare(&base(args, symbol), &args.account)?);
    }
    let origin = args.html.is_some().then(|| Origin::of(&all.iter().collect::<Vec<_>>(), None)).transpose()?;
    for (symbol, prepared) in symbols.into_iter().zip(all) {
        let Prepared { description, surroundings, .. } = &prepared;
        head.get_or_insert_with(|| (description.name.clone(), description.orders, description.timeframe));
        let surroundings = surroundings.clone();
        let (replay, own, told) = Replay::of(prepared)?;
        warnings.extend(told.into_iter().map(|warning| format!("{symbol}: {warning}")));
        settings.push((symbol, own));
        members.push(Member { replay, surroundings, at: 0, act: 0 });
    }
    let Some((name, orders, timeframe)) = head else { bail!("no symbol to trade") };
    let limits = Limits { positions: args.max_positions, exposure: args.max_exposure };
    let account = Portfolio::new(settings, orders, limits, args.account.cash);
    let ran = run(members, account, args.account.cash, timeframe, args.html.is_some());
    warnings.iter().for_each(|warning| terminal::tell(&format!("warning: {warning}")));
    if let (Some(path), Some(origin)) = (&args.html, origin) {
        let series = series(args, timeframe, &ran);
        picture::page((&name, &series), &ran, origin).write(path, &picture::verdict(&ran), &warnings)?;
    }
    tell(args, &name, timeframe, &ran)
}

fn base(args: &PortfolioArgs, symbol: &Symbol) -> RunBase {
    RunBase {
        strategy: args.strategy.clone(),
        source: SourceArgs { db: args.db.clone(), exchange: args.exchange.clone(), symbol: symbol.clone() },
        from: args.from,
        to: args.to,
        set: args.set.clone(),
        detail: None,
    }
}

/// Goes through all candles in order of time, those of one time together. Members are in the order of the portfolio.
/// What each symbol held is gathered only where it is drawn.
fn run(mut members: Vec<Member>, mut portfolio: Portfolio, cash: f64, timeframe: Timeframe, is_drawn: bool) -> Ran {
    let (mut times_ms, mut equity, mut held) = (Vec::new(), Vec::new(), 0);
    let mut holding = Holding::new(members.len(), cash);
    while let Some(time_ms) = members.iter().filter_map(Member::next_ms).min() {
        let due = members.iter_mut().enumerate().filter(|(_, member)| member.next_ms() == Some(time_ms));
        let mut ticks: Vec<Tick<'_>> = due.map(|(number, member)| member.tick(number, timeframe)).collect();
        ticks.iter().for_each(|tick| holding.see(tick.member, tick.candle.open, tick.candle.close));
        equity.push(portfolio.step(&mut ticks));
        held += usize::from(portfolio.positions() > 0);
        times_ms.push(time_ms);
        holding.mark();
    }
    let replays: Vec<Replay> = members.into_iter().map(|member| member.replay).collect();
    let members = portfolio.finish();
    let mut sums = TradeSums::default();
    // In order of exit, as an account of its own would have them.
    let mut trades: Vec<_> = members.iter().flat_map(|(_, result)| result.trades.iter().cloned()).collect();
    trades.sort_by_key(|trade| trade.exit_time_ms);
    sums.add(&trades);
    let whole = RunResult {
        initial_cash: cash,
        bars_held: held,
        fees: members.iter().map(|(_, result)| result.fees).sum(),
        funding: members.iter().map(|(_, result)| result.funding).sum(),
        ambiguous_bars: members.iter().map(|(_, result)| result.ambiguous_bars).sum(),
        ..RunResult::default()
    };
    let figures = figures_of(&curve(cash, &times_ms, &equity), sums, timeframe, &whole);
    let hold = figures_of_equity(&curve(cash, &times_ms, &holding.equity), timeframe);
    let drawn = replays.iter().zip(&members).filter(|_| is_drawn);
    let held = drawn.map(|(replay, (_, result))| Held::of(replay.candles(), result)).collect();
    Ran { members, times_ms, equity, figures, hold, held_equity: holding.equity, held }
}

fn curve(cash: f64, times_ms: &[i64], equity: &[f64]) -> Curve {
    let mut curve = Curve::new(cash);
    curve.add(times_ms, equity);
    curve
}

impl Member {
    fn next_ms(&self) -> Option<i64> {
        self.replay.candles().open_time_ms.get(self.at).copied()
    }

    /// The next candle, with what is decided at its close.
    fn tick(&mut self, number: usize, timeframe: Timeframe) -> Tick<'_> {
        let candle = self.replay.candles().get(self.at);
        let act: Option<&Act> = self.replay.acts().get(self.act).filter(|act| act.index == self.at);
        let decision = act.map_or(Decision::NONE, |act| act.decision);
        self.act += usize::from(act.is_some());
        self.at += 1;
        let is_plain = self.surroundings.is_empty();
        let around = if is_plain { Around::NONE } else { self.surroundings.next(candle.open_time_ms, timeframe) };
        Tick { member: number, candle, around, decision }
    }
}

/// The same cash in each symbol, bought at its first open and held.
struct Holding {
    share: f64,
    /// What each share is worth now.
    worth: Vec<f64>,
    quantities: Vec<Option<f64>>,
    equity: Vec<f64>,
}

impl Holding {
    fn new(count: usize, cash: f64) -> Self {
        let share = cash / count as f64;
        Holding { share, worth: vec![share; count], quantities: vec![None; count], equity: Vec::new() }
    }

    fn see(&mut self, member: usize, open: f64, close: f64) {
        let quantity = *self.quantities[member].get_or_insert(self.share / open);
        self.worth[member] = quantity * close;
    }

    fn mark(&mut self) {
        self.equity.push(self.worth.iter().sum());
    }
}

fn tell(args: &PortfolioArgs, name: &str, timeframe: Timeframe, ran: &Ran) -> anyhow::Result<()> {
    if let Some(path) = &args.json {
        let json = serde_json::to_string(&as_json(name, timeframe, ran))?;
        if path.as_os_str() == "-" {
            return Ok(terminal::print(&json)?);
        }
        output::write(path, &json)?;
    }
    let whole = figure_table(&["Portfolio", "Buy & hold"], &[&ran.figures, &ran.hold]);
    let title = format!("{name} on {}", series(args, timeframe, ran));
    let page = args.html.as_ref().map_or(String::new(), |path| format!("\n\nThe page is in {}", path.display()));
    Ok(terminal::print(&format!("{title}\n\n{whole}\n\n{}{page}", by_symbol(ran)))?)
}

/// What was traded: `2 symbols of binance, 1h`.
fn series(args: &PortfolioArgs, timeframe: Timeframe, ran: &Ran) -> String {
    let symbols = if ran.members.len() == 1 { "symbol" } else { "symbols" };
    format!("{} {symbols} of {}, {timeframe}", ran.members.len(), args.exchange)
}

/// What is told of each symbol.
const HEADS: [&str; 8] = ["Symbol", "Trades", "Win rate", "Profit", "Fees", "Funding", "Refused", "Open"];

fn by_symbol(ran: &Ran) -> String {
    let rows = ran.members.iter().map(|(symbol, result)| row(symbol, result));
    terminal::table(&HEADS, rows.collect(), &[1, 2, 3, 4, 5, 6])
}

fn row(symbol: &Symbol, result: &RunResult) -> Vec<String> {
    let mut sums = TradeSums::default();
    sums.add(&result.trades);
    let wins =
        if sums.count > 0 { format!("{:.2} %", sums.wins as f64 / sums.count as f64 * 100.0) } else { "-".into() };
    vec![
        symbol.to_string(),
        sums.count.to_string(),
        wins,
        format!("{:.2}", sums.total),
        format!("{:.2}", result.fees),
        format!("{:.2}", result.funding),
        result.rejected.len().to_string(),
        result.open.as_ref().map_or(String::new(), |open| open.side.to_string()),
    ]
}

fn as_json(name: &str, timeframe: Timeframe, ran: &Ran) -> Value {
    let symbols: Vec<Value> = ran
        .members
        .iter()
        .map(|(symbol, result)| {
            let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
            result.rejected.iter().for_each(|signal| *refused.entry(signal.reason).or_default() += 1);
            json!({
                "symbol": symbol.to_string(),
                "trades": result.trades.iter().map(report::trade_json).collect::<Vec<_>>(),
                "open": result.open.as_ref().map(report::open_json),
                "fees": result.fees, "funding": result.funding, "rejected": refused,
            })
        })
        .collect();
    json!({
        "strategy": name, "timeframe": timeframe.name(), "metrics": figures_json(&ran.figures),
        "buy_and_hold": figures_json(&ran.hold), "symbols": symbols,
        "equity": { "time": ran.times_ms, "value": ran.equity },
    })
}
