//! `backtester sensitivity`: the same decisions at higher costs and one candle late.

mod late;
mod picture;

use execution::Settings;
use report::Figures;
use research::{BreakEven, break_even};
use serde_json::{Map, Value, json};

use super::replay::{Ran, Replay};
use super::telling::{Telling, Verdict, figures_json, object, percent, tell, written};
use crate::args::SensitivityArgs;
use crate::page::Origin;
use crate::prepared::prepare;
use late::late;

/// Fees, as multiples of those of the run.
const FEES: [f64; 5] = [0.0, 1.0, 1.5, 2.0, 3.0];
/// Slippage beside that of the run, in basis points: hundredths of a percent.
const SLIPPAGES: [f64; 5] = [0.0, 1.0, 2.0, 5.0, 10.0];
const BASIS_POINT: f64 = 1e-4;
/// The fees at which a strategy that is worth something still earns, as a multiple.
const FEES_TO_BEAR: f64 = 2.0;
/// And the slippage, in basis points more.
const SLIPPAGE_TO_BEAR: f64 = 5.0;
/// The highest fee and slippage at which a profit is looked for.
const MOST: f64 = 0.05;
/// What is shown of each run.
const SHOWN: [&str; 5] = ["final_equity", "total_return", "sharpe", "max_drawdown", "trades"];

/// What is made harder, and by how much.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Harder {
    /// Fees times this.
    Fees(f64),
    /// Slippage and this many basis points.
    Slippage(f64),
    /// Entries one candle late, exits one candle late.
    Late(bool, bool),
}

impl Harder {
    fn all() -> Vec<Self> {
        let late = [(true, false), (false, true), (true, true)].map(|(enter, exit)| Harder::Late(enter, exit));
        FEES.map(Harder::Fees).into_iter().chain(SLIPPAGES.map(Harder::Slippage)).chain(late).collect()
    }

    fn name(self) -> String {
        match self {
            Harder::Fees(1.0) => "fees as they are".to_owned(),
            Harder::Fees(times) => format!("fees x {times}"),
            Harder::Slippage(more) => format!("slippage + {more} bp"),
            Harder::Late(true, true) => "entries and exits one candle late".to_owned(),
            Harder::Late(true, false) => "entries one candle late".to_owned(),
            Harder::Late(..) => "exits one candle late".to_owned(),
        }
    }

    /// Whether a strategy that is worth something still earns.
    fn must_be_borne(self) -> bool {
        matches!(self, Harder::Fees(FEES_TO_BEAR) | Harder::Slippage(SLIPPAGE_TO_BEAR) | Harder::Late(true, true))
    }

    fn run(self, replay: &Replay, settings: Settings) -> Ran {
        match self {
            Harder::Fees(times) => {
                let (taker_fee, maker_fee) = (settings.taker_fee * times, settings.maker_fee * times);
                replay.run(Settings { taker_fee, maker_fee, ..settings })
            }
            Harder::Slippage(more) => {
                replay.run(Settings { slippage: settings.slippage + more * BASIS_POINT, ..settings })
            }
            Harder::Late(enter, exit) => {
                replay.run_acts(settings, &late(replay.acts(), enter, exit, replay.candles().len()))
            }
        }
    }
}

pub(crate) fn sensitivity(args: &SensitivityArgs) -> anyhow::Result<()> {
    let prepared = prepare(&args.base, &args.account)?;
    let (name, series) = (prepared.description.name.clone(), prepared.series.to_string());
    let origin = args.html.is_some().then(|| Origin::of(&[&prepared], None)).transpose()?;
    let (replay, settings, warnings) = Replay::of(prepared)?;
    let runs: Vec<(Harder, Figures)> =
        Harder::all().into_iter().map(|harder| (harder, harder.run(&replay, settings).figures)).collect();
    let both = both(&replay, settings);
    let profit = |settings: Settings| replay.run(settings).result.equity.last().copied().unwrap_or(0.0) - settings.cash;
    let costs = Costs {
        fee: find(|fee| profit(Settings { taker_fee: fee, maker_fee: fee, ..settings })),
        slippage: find(|slippage| profit(Settings { slippage, ..settings })),
    };
    let text = format!("{name} on {series}\n\n{}\n\n{}", table(&runs), costs.text(&settings));
    let verdict = verdict(&runs, settings.cash, &costs);
    let ran = picture::Ran { runs: &runs, both: &both, costs: &costs };
    let page = origin.map(|origin| picture::page((name, &series), &ran, origin)).zip(args.html.clone());
    tell(Telling { text, json: as_json(&runs, &both, &costs), verdict, page }, args.json.as_deref(), &warnings)
}

/// The return at each of [`FEES`], and there with each of [`SLIPPAGES`].
fn both(replay: &Replay, settings: Settings) -> Vec<Vec<Option<f64>>> {
    let with = |times: f64| {
        let (taker_fee, maker_fee) = (settings.taker_fee * times, settings.maker_fee * times);
        let settings = Settings { taker_fee, maker_fee, ..settings };
        SLIPPAGES.map(|more| Harder::Slippage(more).run(replay, settings).figures.get("total_return")).to_vec()
    };
    FEES.map(with).to_vec()
}

/// Where the profit is gone.
struct Costs {
    /// As fee of all orders, the slippage staying.
    fee: BreakEven,
    /// As slippage of all market orders, the fees staying.
    slippage: BreakEven,
}

fn find(mut profit: impl FnMut(f64) -> f64) -> BreakEven {
    let Ok(found) = break_even(MOST, |cost| Ok::<_, std::convert::Infallible>(profit(cost)));
    found
}

impl Costs {
    fn text(&self, settings: &Settings) -> String {
        let at = |found: BreakEven, without: &str| match found {
            BreakEven::Never => format!("there is {}", rate(found, without)),
            _ => rate(found, without),
        };
        format!(
            "The profit is gone at\n  a fee of      {} (here {})\n  a slippage of {} (here {})",
            at(self.fee, "without fees"),
            cost(settings.taker_fee),
            at(self.slippage, "without slippage"),
            cost(settings.slippage),
        )
    }
}

fn cost(rate: f64) -> String {
    format!("{:.4} %", rate * 100.0)
}

fn rate(found: BreakEven, without: &str) -> String {
    match found {
        BreakEven::Never => format!("no profit even {without}"),
        BreakEven::At(rate) => cost(rate),
        BreakEven::Beyond(rate) => format!("more than {}", cost(rate)),
    }
}

fn profit_share(figures: &Figures, cash: f64) -> f64 {
    figures.get("final_equity").map_or(0.0, |equity| equity / cash - 1.0)
}

fn table(runs: &[(Harder, Figures)]) -> String {
    let row = |(harder, figures): &(Harder, Figures)| {
        let cells = SHOWN.iter().map(|name| written(name, figures.get(name)));
        std::iter::once(harder.name()).chain(cells).collect()
    };
    let titles = SHOWN.iter().filter_map(|name| report::FIGURES.iter().find(|figure| figure.name == *name));
    let heads: Vec<&str> = std::iter::once("").chain(titles.map(|figure| figure.title)).collect();
    terminal::table(&heads, runs.iter().map(row).collect(), &[1, 2, 3, 4, 5])
}

fn verdict(runs: &[(Harder, Figures)], cash: f64, costs: &Costs) -> Verdict {
    let now = runs.iter().find(|(harder, _)| *harder == Harder::Fees(1.0));
    if now.is_none_or(|(_, figures)| profit_share(figures, cash) <= 0.0) {
        let text = match costs.fee {
            BreakEven::Never => "there is no profit, not even without fees.".to_owned(),
            BreakEven::At(fee) => format!("there is no profit: the fees eat it from {:.4} % on.", fee * 100.0),
            BreakEven::Beyond(_) => "there is no profit.".to_owned(),
        };
        return Verdict::of(false, text);
    }
    let lost: Vec<String> = (runs.iter())
        .filter(|(harder, figures)| harder.must_be_borne() && profit_share(figures, cash) <= 0.0)
        .map(|(harder, figures)| format!("{} ({})", harder.name(), percent(profit_share(figures, cash))))
        .collect();
    if lost.is_empty() {
        Verdict::of(true, "the profit bears twice the fees, 5 basis points of slippage more, and one candle's delay.")
    } else {
        Verdict::of(false, format!("the profit does not bear {}.", lost.join(", ")))
    }
}

fn as_json(runs: &[(Harder, Figures)], both: &[Vec<Option<f64>>], costs: &Costs) -> Map<String, Value> {
    let run = |(harder, figures): &(Harder, Figures)| {
        let (fees, slippage, enter, exit) = match harder {
            Harder::Fees(times) => (*times, 0.0, false, false),
            Harder::Slippage(more) => (1.0, more * BASIS_POINT, false, false),
            Harder::Late(enter, exit) => (1.0, 0.0, *enter, *exit),
        };
        json!({
            "name": harder.name(), "fees_times": fees, "slippage_more": slippage,
            "late_entries": enter, "late_exits": exit, "figures": figures_json(figures),
        })
    };
    let at = |found: BreakEven| match found {
        BreakEven::Never => json!({ "profit": "never" }),
        BreakEven::At(rate) => json!({ "profit": "below", "rate": rate }),
        BreakEven::Beyond(rate) => json!({ "profit": "beyond", "rate": rate }),
    };
    object(json!({
        "runs": runs.iter().map(run).collect::<Vec<_>>(),
        "fees_and_slippage": {
            "fees_times": FEES, "slippage_more": SLIPPAGES.map(|more| more * BASIS_POINT), "total_return": both,
        },
        "break_even": { "fee": at(costs.fee), "slippage": at(costs.slippage) },
    }))
}
