//! `backtester compare`: several strategies over the same candles, side by side.

mod picture;

use std::path::Path;

use anyhow::bail;
use report::Figures;
use research::pearson;
use serde_json::{Map, Value, json};

use super::replay::{Ran, Replay};
use super::telling::{Telling, Verdict, figure_table, figures_json, object, tell, written};
use crate::args::{CompareArgs, RunBase, SourceArgs};
use crate::page::{Colour, Line, Origin};
use crate::prepared::{Prepared, prepare};

/// The figure by which strategies are set against buying and holding.
const GOAL: &str = "sharpe";

/// A strategy with what came of it.
struct Compared {
    name: String,
    figures: Figures,
    daily_returns: Vec<f64>,
    /// Equity, for the page.
    line: Line,
}

pub(crate) fn compare(args: &CompareArgs) -> anyhow::Result<()> {
    let all: Vec<Prepared> = prepare_all(args, args.from, args.to)?;
    // Each begins and ends with its own candles; what all of them have is compared.
    let from_ms = all.iter().map(|one| one.range.stored_from_ms).max();
    let to_ms = all.iter().map(|one| one.range.stored_to_ms).min();
    if from_ms >= to_ms {
        bail!("the candles of the strategies do not overlap: they differ in timeframe; fetch the same range of each");
    }
    let names = names(&all, &args.strategies);
    let (mut compared, mut warnings, mut hold) = (Vec::new(), Vec::new(), None);
    let all = prepare_all(args, from_ms, to_ms)?;
    let origin = args.html.is_some().then(|| Origin::of(&all.iter().collect::<Vec<_>>(), None)).transpose()?;
    for (name, prepared) in names.into_iter().zip(all) {
        let (replay, settings, told) = Replay::of(prepared)?;
        let Ran { result, figures } = replay.run(settings);
        hold.get_or_insert_with(|| (Line::hold(replay.candles(), settings.cash), replay.buy_and_hold(settings.cash)));
        warnings.extend(told.into_iter().map(|warning| format!("{name}: {warning}")));
        let times_ms = replay.candles().open_time_ms;
        let line = Line::of(name.as_str(), Colour::Number(compared.len()), times_ms, &result.equity);
        compared.push(Compared { name, figures, daily_returns: replay.daily_returns(&result), line });
    }
    let Some((line, hold)) = hold else { bail!("no strategy to compare") };
    let SourceArgs { exchange, symbol, .. } = &args.source;
    let telling = Telling {
        text: text(&compared, &hold),
        json: as_json(&compared, &hold, (from_ms, to_ms)),
        verdict: verdict(&compared, &hold),
        page: origin
            .map(|origin| picture::page(compared, (line, &hold), &format!("{exchange} {symbol}"), origin))
            .zip(args.html.clone()),
    };
    tell(telling, args.json.as_deref(), &warnings)
}

fn prepare_all(args: &CompareArgs, from: Option<i64>, to: Option<i64>) -> anyhow::Result<Vec<Prepared>> {
    let SourceArgs { db, exchange, symbol } = &args.source;
    let base = |strategy: &Path| RunBase {
        strategy: strategy.to_owned(),
        source: SourceArgs { db: db.clone(), exchange: exchange.clone(), symbol: symbol.clone() },
        from,
        to,
        set: Vec::new(),
        detail: args.detail,
    };
    args.strategies.iter().map(|strategy| prepare(&base(strategy), &args.account)).collect()
}

/// The names of the strategies; the file's name beside where two are called the same.
fn names(all: &[Prepared], paths: &[std::path::PathBuf]) -> Vec<String> {
    let name = |one: &Prepared| one.description.name.clone();
    let is_alone = |wanted: &str| all.iter().filter(|one| name(one) == wanted).count() == 1;
    let pairs = all.iter().zip(paths);
    pairs
        .map(|(one, path)| match is_alone(&name(one)) {
            true => name(one),
            false => format!("{} ({})", name(one), path.display()),
        })
        .collect()
}

fn text(compared: &[Compared], hold: &Figures) -> String {
    let heads: Vec<&str> = compared.iter().map(|one| one.name.as_str()).chain(["Buy & hold"]).collect();
    let columns: Vec<&Figures> = compared.iter().map(|one| &one.figures).chain([hold]).collect();
    let figures = figure_table(&heads, &columns);
    if compared.len() < 2 {
        return figures;
    }
    format!("{figures}\n\nCorrelation of daily returns:\n\n{}", correlations(compared))
}

fn correlations(compared: &[Compared]) -> String {
    let heads: Vec<&str> = std::iter::once("").chain(compared.iter().map(|one| one.name.as_str())).collect();
    let cell = |a: &Compared, b: &Compared| {
        pearson(&a.daily_returns, &b.daily_returns).map_or("-".to_owned(), |value| format!("{value:.2}"))
    };
    let row = |a: &Compared| std::iter::once(a.name.clone()).chain(compared.iter().map(|b| cell(a, b))).collect();
    let right: Vec<usize> = (1..heads.len()).collect();
    terminal::table(&heads, compared.iter().map(row).collect(), &right)
}

fn verdict(compared: &[Compared], hold: &Figures) -> Verdict {
    let known = compared.iter().filter_map(|one| Some((one, one.figures.get(GOAL)?)));
    let Some((best, sharpe)) = known.max_by(|(_, a), (_, b)| a.total_cmp(b)) else {
        return Verdict::of(false, "none has a Sharpe ratio: none traded.");
    };
    let held = hold.get(GOAL);
    let (ours, theirs) = (written(GOAL, Some(sharpe)), written(GOAL, held));
    if held.is_some_and(|held| sharpe <= held) {
        let text = format!(
            "none is worth its trades: the best Sharpe ratio is {ours}, of {}; buying and holding has {theirs}.",
            best.name
        );
        return Verdict::of(false, text);
    }
    Verdict::of(true, format!("{} has the best Sharpe ratio, {ours}; buying and holding has {theirs}.", best.name))
}

fn as_json(compared: &[Compared], hold: &Figures, (from_ms, to_ms): (Option<i64>, Option<i64>)) -> Map<String, Value> {
    let strategies = compared.iter().map(|one| json!({ "name": one.name, "figures": figures_json(&one.figures) }));
    let row = |a: &Compared| {
        let row = compared.iter().map(|b| pearson(&a.daily_returns, &b.daily_returns));
        row.collect::<Vec<_>>()
    };
    object(json!({
        "from_ms": from_ms,
        "to_ms": to_ms,
        "strategies": strategies.collect::<Vec<_>>(),
        "buy_and_hold": figures_json(hold),
        "correlations": compared.iter().map(row).collect::<Vec<_>>(),
    }))
}
