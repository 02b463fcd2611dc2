//! `backtester walk-forward`: params chosen on one stretch of candles, traded on the next one, and so on.

mod chain;
mod picture;
mod search;
mod text;

use anyhow::anyhow;
use market::Candles;
use report::Figures;
use research::{Training, Window, walk_forward_efficiency};
use strategy::Strategy;
use terminal::Progress;

use super::replay::Replay;
use super::telling::{Telling, tell};
use crate::args::WalkForwardArgs;
use crate::prepared::{Prepared, prepare};
use chain::Chain;
use search::{Chosen, Search};

/// A window with what was chosen in it and what came of it.
struct Step {
    window: Window,
    chosen: Chosen,
    /// The figures of the test.
    tested: Figures,
}

/// Everything that came of the walk.
struct Walk {
    steps: Vec<Step>,
    /// Sets of params that are tried in each window.
    sets: usize,
    /// The candles of all tests.
    candles: Candles,
    /// Equity at each of them, in quote.
    equity: Vec<f64>,
    /// Positions that were left because a window ended.
    left: usize,
    /// All tests together.
    whole: Figures,
    /// The file's own params over the same candles, without a search.
    fixed: Figures,
    /// Their equity: open times and values.
    fixed_equity: (Vec<i64>, Vec<f64>),
    hold: Figures,
    efficiency: Option<f64>,
    /// What is missing of the other candles that the strategy reads.
    missing: Vec<String>,
}

pub(crate) fn walk_forward(args: &WalkForwardArgs) -> anyhow::Result<()> {
    let prepared = prepare(&args.base, &args.account)?;
    let training = if args.anchored { Training::Anchored } else { Training::Rolling };
    let (from_ms, to_ms) = (prepared.range.stored_from_ms, prepared.range.stored_to_ms);
    let windows = research::walk_forward(from_ms, to_ms, args.train, args.test, training)
        .map_err(|error| anyhow!(text::of_error(error)))?;
    let walk = walk(args, &prepared, &windows)?;
    let warnings = [prepared.range.warnings.as_slice(), &walk.missing].concat();
    let page = args.html.is_some().then(|| picture::page(args, &prepared, &walk)).transpose()?;
    let telling = Telling { page: page.zip(args.html.clone()), ..text::telling(args, &prepared, &walk) };
    tell(telling, args.json.as_deref(), &warnings)
}

fn walk(args: &WalkForwardArgs, prepared: &Prepared, windows: &[Window]) -> anyhow::Result<Walk> {
    let search = Search::new(args, prepared)?;
    let mut progress = Progress::start("walk", windows.len() as u64);
    let mut chain = Chain::new(prepared.settings);
    let mut steps = Vec::with_capacity(windows.len());
    for (number, window) in windows.iter().enumerate() {
        let chosen = search.best(window)?;
        let replay = replay(prepared, search.load(&chosen.set)?, (window.test_from_ms, window.test_to_ms))?;
        steps.push(Step { window: *window, chosen, tested: chain.add(&replay) });
        progress.set(number as u64 + 1, ((number + 1) * search.sets()) as u64);
    }
    drop(progress);
    let timeframe = prepared.series.timeframe;
    let whole = report::figures(chain.candles.as_slice(), timeframe, &chain.result);
    let hold = report::buy_and_hold(chain.candles.as_slice(), timeframe, prepared.settings.cash);
    let tested = windows.first().map_or(0, |window| window.test_from_ms);
    let own = replay(prepared, search.load(&args.base.set)?, (tested, prepared.range.stored_to_ms))?;
    let promised: Vec<f64> = steps.iter().filter_map(|step| step.chosen.figure("cagr")).collect();
    let efficiency = whole.get("cagr").and_then(|earned| walk_forward_efficiency(&promised, earned));
    let fixed = own.run(prepared.settings);
    let Chain { candles, result, left, .. } = chain;
    Ok(Walk {
        steps,
        sets: search.sets(),
        candles,
        equity: result.equity,
        left,
        whole,
        fixed: fixed.figures,
        fixed_equity: (own.candles().open_time_ms.to_vec(), fixed.result.equity),
        hold,
        efficiency,
        missing: own.missing().to_vec(),
    })
}

fn replay(prepared: &Prepared, strategy: Box<dyn Strategy>, range: (i64, i64)) -> anyhow::Result<Replay> {
    let source = prepared.store.of_exchange(&prepared.series.exchange);
    Replay::new(strategy, &prepared.series, range, &source, prepared.surroundings.clone())
}
