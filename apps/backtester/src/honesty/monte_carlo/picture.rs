//! The page of runs that were drawn again: a fan, and histograms.

use report::Unit;
use research::{BAND_LEVELS, Distribution};

use super::{BAND_POINTS, Drawn, deeper, losses};
use crate::honesty::percent;
use crate::page::{Band, Colour, Fact, Line, Lines, Of, Origin, Page, Section, Term, histogram, table};

const LOSS: &str = "Share of the drawn runs that end below the cash at the start.";
const DEEPER: &str = "Share of the orders of the same trades whose worst fall was deeper than that of the run itself. \
                      Near 100 %, the order was lucky, and the fall in the report is better than what is to be expected.";
const REORDERED: &str = "The same trades in an order by lot: the end stays the same, the falls on the way do not.";
const REPLACED: &str = "As many trades by lot from all of them, some twice and some never (bootstrap).";
const BLOCKS: &str = "The daily returns in stretches that begin anywhere and last --block-days on average (stationary \
                      bootstrap), which keeps what neighbouring days have to do with each other.";
const FALL: &str = "The deepest fall of equity below its highest value before, after each trade or each day.";

/// `head` is what was drawn: a title, and a subject; `counts` how much.
pub(super) fn page((title, series): (String, &str), counts: &str, drawn: &Drawn, origin: Origin) -> Page {
    let (by_trades, by_days) = losses(drawn);
    Page {
        subject: format!("Monte Carlo on {series}"),
        title,
        about: counts.to_owned(),
        facts: vec![
            Fact::new(Term::of("final_equity"), Unit::Quote.written(drawn.final_equity)),
            Fact::new(Term::new("Loss, by trades", LOSS), percent(by_trades)),
            Fact::new(Term::new("Loss, by days", LOSS), percent(by_days)),
            Fact::new(Term::new("Orders that fall deeper", DEEPER), percent(deeper(drawn))),
        ],
        sections: vec![
            Section::new(
                "Where it could have gone",
                "Equity at the end of each day: days in blocks, drawn again. Nine runs of ten lie within the wide band, \
                 half of them within the narrow one.",
                fan(drawn),
            ),
            Section::new("How often", "The line is what really was.", histograms(drawn)),
            Section::new(
                "Quantiles",
                "The share of the drawn runs at the head of a column lies below its values.",
                quantiles(drawn),
            ),
        ],
        origin,
        drawn: None,
    }
}

fn fan(drawn: &Drawn) -> String {
    let days = research::spread(BAND_POINTS, drawn.days.bands.len());
    let after = |day: &usize| (day + 1) as f64;
    let at = |day: &usize, level: usize| drawn.days.bands[*day][level] * drawn.cash;
    let band = |name: &str, low: usize, high: usize| Band {
        name: name.to_owned(),
        points: std::iter::once((0.0, drawn.cash, drawn.cash))
            .chain(days.iter().map(|day| (after(day), at(day, low), at(day, high))))
            .collect(),
    };
    let start = std::iter::once((0.0, drawn.cash));
    let was = drawn.path.iter().enumerate().map(|(day, equity)| (after(&day), equity * drawn.cash));
    let middle = days.iter().map(|day| (after(day), at(day, 2)));
    Lines {
        x: Of::Unit(Unit::Count),
        y: Unit::Quote,
        lines: vec![
            Line::new("As it was", Colour::Number(0), start.clone().chain(was)),
            Line::new("Middle of the drawn runs", Colour::Accent, start.chain(middle)),
        ],
        bands: vec![band("5 to 95 %", 0, 4), band("25 to 75 %", 1, 3)],
        marks: Vec::new(),
    }
    .html()
}

fn histograms(drawn: &Drawn) -> String {
    let money = |of: &Distribution, from: f64| of.values().iter().map(|v| (v + from) * drawn.cash).collect::<Vec<_>>();
    let plot = |title: &str, values: &[f64], unit: Unit, was: f64| {
        format!("<div><h3>{title}</h3>{}</div>", histogram(values, unit, Some(was)))
    };
    let (end, cash) = (drawn.final_equity, Unit::Quote);
    let (trade_fall, day_fall) = (drawn.trade_drawdown, drawn.day_drawdown);
    let plots = [
        plot("Final equity, days in blocks", &money(&drawn.days.total_return, 1.0), cash, end),
        plot("Final equity, trades with replacement", &money(&drawn.replaced.final_equity, 0.0), cash, end),
        plot("Max drawdown, days in blocks", drawn.days.max_drawdown.values(), Unit::Share, day_fall),
        plot("Max drawdown, trades in another order", drawn.reordered.max_drawdown.values(), Unit::Share, trade_fall),
    ];
    format!("<div class=\"plots\">{}</div>", plots.concat())
}

fn quantiles(drawn: &Drawn) -> String {
    let levels = BAND_LEVELS.map(|level| Term::plain(format!("{} %", (level * 100.0).round())));
    let heads: Vec<Term> = [Term::plain(""), Term::new("Figure", FALL)]
        .into_iter()
        .chain(levels)
        .chain([Term::plain("As it was")])
        .collect();
    let row = |how: Term, figure: &str, of: &Distribution, write: &dyn Fn(f64) -> String, was: Option<f64>| {
        let cells = BAND_LEVELS.map(|level| write(of.quantile(level)));
        let was = was.map_or("-".to_owned(), write);
        (how, std::iter::once(figure.to_owned()).chain(cells).chain([was]).collect::<Vec<_>>())
    };
    let money = |value: f64| Unit::Quote.written(value * drawn.cash);
    let after = |value: f64| money(1.0 + value);
    let (reordered, replaced) = (&drawn.reordered, &drawn.replaced);
    let (trade_fall, end) = (Some(drawn.trade_drawdown), drawn.final_equity / drawn.cash);
    let of_trades = Term::new("Trades in another order", REORDERED);
    let by_lot = Term::new("Trades with replacement", REPLACED);
    let of_days = Term::new("Days in blocks", BLOCKS);
    let mut rows = vec![
        row(of_trades, "Max drawdown", &reordered.max_drawdown, &percent, trade_fall),
        row(by_lot.clone(), "Final equity", &replaced.final_equity, &money, Some(end)),
        row(by_lot, "Max drawdown", &replaced.max_drawdown, &percent, trade_fall),
        row(of_days.clone(), "Final equity", &drawn.days.total_return, &after, Some(end - 1.0)),
        row(of_days.clone(), "Max drawdown", &drawn.days.max_drawdown, &percent, Some(drawn.day_drawdown)),
    ];
    let ratio = |value: f64| Unit::Ratio.written(value);
    rows.extend(drawn.days.sharpe.as_ref().map(|sharpe| row(of_days, "Sharpe", sharpe, &ratio, drawn.sharpe)));
    table(&heads, &rows)
}
