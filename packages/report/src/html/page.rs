//! What the page is told: everything of the report, as columns where there is much of it.

use execution::{OpenPosition, Trade};
use market::{Hole, format_utc};
use serde::Serialize;
use serde_json::Value;

use super::bars::{Bars, drawn};
use super::column::Column;
use crate::monthly::MonthlyReturn;
use crate::numbers::{count, money};
use crate::{FIGURES, Pane, Provenance, Report, Size, Unit};

/// Holes that the page lists one by one; the rest is counted.
const HOLES_LISTED: usize = 200;

/// The data of the page; `web/src/data.ts` says the same in TypeScript.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    name: &'a str,
    about: &'a str,
    series: String,
    base: &'a str,
    quote: &'a str,
    candles: usize,
    end_ms: i64,
    initial_cash: f64,
    bars: Bars,
    equity: Column,
    lines: Vec<PageLine<'a>>,
    trades: Trades,
    open: Option<Open>,
    figures: Vec<PageFigure>,
    monthly: Vec<MonthlyReturn>,
    holes: Holes,
    ambiguous: Ambiguous,
    rejected: Vec<(&'static str, usize)>,
    warnings: Vec<String>,
    remarks: Vec<String>,
    setup: Vec<(&'static str, String)>,
    provenance: &'a Provenance,
    run: Option<i64>,
    manifest: &'a Value,
}

#[derive(Debug, Serialize)]
struct PageLine<'a> {
    name: &'a str,
    pane: Pane,
    values: Column,
}

#[derive(Debug, Serialize)]
struct PageFigure {
    name: &'static str,
    title: &'static str,
    definition: &'static str,
    unit: Unit,
    value: Option<f64>,
    buy_and_hold: Option<f64>,
}

/// Trades, a column for each value.
#[derive(Debug, Serialize)]
struct Trades {
    side: Vec<&'static str>,
    entry_ms: Vec<i64>,
    entry_price: Vec<f64>,
    exit_ms: Vec<i64>,
    exit_price: Vec<f64>,
    quantity: Vec<f64>,
    fees: Vec<f64>,
    funding: Vec<f64>,
    pnl: Vec<f64>,
    reason: Vec<execution::ExitReason>,
    bars: Vec<usize>,
}

#[derive(Debug, Serialize)]
struct Open {
    side: &'static str,
    entry_ms: i64,
    entry_price: f64,
    quantity: f64,
    pnl: f64,
    stop: Option<f64>,
    take: Option<f64>,
    trail: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Holes {
    count: usize,
    missing: u64,
    first: Vec<(i64, i64, u64)>,
    trades_touched: Vec<usize>,
    open_touched: bool,
}

#[derive(Debug, Serialize)]
struct Ambiguous {
    bars: usize,
    trades: Vec<usize>,
    gain_at_best: f64,
}

impl<'a> Page<'a> {
    pub(super) fn new(report: &'a Report<'a>) -> Self {
        let (series, result, timeframe) = (report.series, report.result, report.series.timeframe);
        let hole = |hole: &Hole| (hole.from_ms, hole.to_ms, hole.missing);
        Page {
            name: report.name,
            about: report.about,
            series: series.to_string(),
            base: series.symbol.base(),
            quote: series.symbol.quote(),
            candles: report.candles.len(),
            end_ms: report.tally.span_ms().map_or(0, |(_, end_ms)| end_ms),
            initial_cash: result.initial_cash,
            bars: Bars::new(report.candles, timeframe.longest_ms()),
            equity: drawn(&result.equity),
            lines: report.lines.iter().map(PageLine::new).collect(),
            trades: Trades::new(&result.trades),
            open: result.open.as_ref().map(|open| Open::new(open, report.tally.last_close)),
            figures: page_figures(report),
            monthly: report.tally.months.returns(),
            holes: Holes {
                count: report.holes.len(),
                missing: report.missing_candles(),
                first: report.holes.iter().take(HOLES_LISTED).map(hole).collect(),
                trades_touched: report.trades_that_touched_a_hole(),
                open_touched: report.open_touched_a_hole(),
            },
            ambiguous: Ambiguous {
                bars: result.ambiguous_bars,
                trades: report.ambiguous_trades(),
                gain_at_best: report.ambiguous_gain_at_best(),
            },
            rejected: report.rejections(),
            warnings: report.all_warnings(),
            remarks: remarks(report),
            setup: setup_rows(report),
            provenance: &report.provenance,
            run: report.run,
            manifest: &report.manifest,
        }
    }
}

impl<'a> PageLine<'a> {
    fn new(line: &crate::Line<'a>) -> Self {
        PageLine { name: line.name, pane: line.pane, values: drawn(line.values) }
    }
}

impl Trades {
    fn new(trades: &[Trade]) -> Self {
        Trades {
            side: trades.iter().map(|trade| trade.side.name()).collect(),
            entry_ms: trades.iter().map(|trade| trade.entry_time_ms).collect(),
            entry_price: trades.iter().map(|trade| trade.entry_price).collect(),
            exit_ms: trades.iter().map(|trade| trade.exit_time_ms).collect(),
            exit_price: trades.iter().map(|trade| trade.exit_price).collect(),
            quantity: trades.iter().map(|trade| trade.quantity).collect(),
            fees: trades.iter().map(|trade| trade.fees).collect(),
            funding: trades.iter().map(|trade| trade.funding).collect(),
            pnl: trades.iter().map(|trade| trade.pnl).collect(),
            reason: trades.iter().map(|trade| trade.reason).collect(),
            bars: trades.iter().map(|trade| trade.bars).collect(),
        }
    }
}

impl Open {
    fn new(open: &OpenPosition, last_close: Option<f64>) -> Self {
        let move_ = last_close.unwrap_or(open.entry_price) - open.entry_price;
        Open {
            side: open.side.name(),
            entry_ms: open.entry_time_ms,
            entry_price: open.entry_price,
            quantity: open.quantity,
            pnl: open.side.sign() * open.quantity * move_ - open.entry_fee,
            stop: open.stop,
            take: open.take,
            trail: open.trail,
        }
    }
}

fn page_figures(report: &Report<'_>) -> Vec<PageFigure> {
    let ours = report.figures();
    let hold = report.tally.buy_and_hold();
    let figure = |figure: &'static crate::Figure| PageFigure {
        name: figure.name,
        title: figure.title,
        definition: figure.definition,
        unit: figure.unit,
        value: ours.get(figure.name),
        buy_and_hold: hold.get(figure.name),
    };
    FIGURES.iter().filter(|row| report.shows(row, &ours)).map(figure).collect()
}

/// What else is to be said: what finer candles settled, and what the run would have given at best.
fn remarks(report: &Report<'_>) -> Vec<String> {
    let at_best = report.figures_at_best().map(|best| {
        let figure = |figures: &crate::Figures, name| figures.get(name).map_or("none".to_owned(), money);
        format!(
            "Final equity lies between {} and {}: every ambiguous candle ended with the loss, or with the target.",
            figure(&report.figures(), "final_equity"),
            figure(&best, "final_equity"),
        )
    });
    report.settled().into_iter().chain(at_best).collect()
}

/// The settings as label and text, in the order they are read.
fn setup_rows(report: &Report<'_>) -> Vec<(&'static str, String)> {
    let (setup, symbol) = (&report.setup, &report.series.symbol);
    let step = |step: f64| if step == 0.0 { "any".to_owned() } else { step.to_string() };
    let mut rows = vec![
        ("Strategy file", setup.strategy_file.clone()),
        ("Exchange", report.series.exchange.clone()),
        ("Symbol", symbol.to_string()),
        ("Timeframe", report.series.timeframe.name().to_owned()),
        ("From", format_utc(setup.from_ms)),
        ("To, exclusive", format_utc(setup.to_ms)),
        ("Cash", format!("{} {}", money(setup.cash), symbol.quote())),
        ("Size", size_text(&setup.size)),
        ("Taker fee", rate(setup.taker_fee)),
        ("Maker fee", rate(setup.maker_fee)),
        ("Slippage", rate(setup.slippage)),
        ("Fee charged in", setup.fee_charged_in.to_owned()),
        ("Price step", step(setup.tick)),
        ("Quantity step", step(setup.lot)),
        ("Warm-up", warm_up(report)),
    ];
    if setup.market == "perpetual" {
        rows.push(("Leverage", setup.leverage.to_string()));
        let tiers: Vec<String> = setup.maintenance_tiers.iter().map(tier).collect();
        rows.push(("Maintenance margin", tiers.join(", ")));
    }
    let params: Vec<String> = setup.params.iter().map(|(name, value)| format!("{name} {value}")).collect();
    if !params.is_empty() {
        rows.insert(1, ("Parameters", params.join(", ")));
    }
    rows
}

/// The rate of a tier, and from which notional on it holds.
fn tier((floor, share): &(f64, f64)) -> String {
    if *floor == 0.0 { rate(*share) } else { format!("{} from {floor}", rate(*share)) }
}

fn size_text(size: &Size) -> String {
    match size {
        Size::Equity(part) => format!("{} of equity", rate(*part)),
        Size::Text(text) => text.clone(),
    }
}

/// A rate as a percentage with as many digits as it has: rates are small.
fn rate(rate: f64) -> String {
    let percent = format!("{:.6}", rate * 100.0);
    format!("{} %", percent.trim_end_matches('0').trim_end_matches('.'))
}

fn warm_up(report: &Report<'_>) -> String {
    let (needed, read) = (count(report.warm_up_candles as u64), count(report.warm_up_read as u64));
    format!("{needed} candles, {read} read from before the range")
}
