//! The page of a portfolio.

use report::Unit;

use super::held::{Held, together};
use super::{HEADS, Ran, row};
use crate::honesty::{Verdict, percent, written};
use crate::page::{Colour, Fact, Line, Lines, Origin, Page, Section, Term, figures, table};

const AT_STAKE: &str = "What all positions are worth at the close, as a share of equity; short ones count as much as long \
                        ones. With leverage it may be above 100 %.";
const HELD: &str = "How many symbols have an open position at the close.";
const BEST: &str = "Profit of the trades that are closed, of the symbol that earned most.";
const REFUSED: &str = "Signals that became no trade: cash or a cap did not suffice, or the order was too small.";
const PROFIT: &str = "Net profit of the trades that are closed, fees and funding included.";

/// `title` is the strategy's name, `series` what it was traded on.
pub(super) fn page((title, series): (&str, &str), ran: &Ran, origin: Origin) -> Page {
    let of = |name: &str| Fact::new(Term::of(name), written(name, ran.figures.get(name)));
    let held = Term::of_as("total_return", "{}, buy & hold");
    let (notional, positions) = together(&ran.times_ms, &ran.held);
    let most = positions.iter().copied().fold(0.0, f64::max);
    Page {
        subject: format!("Portfolio on {series}"),
        title: title.to_owned(),
        about: "One strategy on several symbols, out of one purse.".to_owned(),
        facts: vec![
            of("total_return"),
            Fact::new(held, written("total_return", ran.hold.get("total_return"))),
            of("max_drawdown"),
            of("sharpe"),
            Fact::new(Term::new("Most positions at once", HELD), Unit::Count.written(most)),
            Fact::new(Term::new("Best symbol", BEST), best(ran)),
        ],
        sections: vec![
            Section::new("Equity", "Of the whole, beside the same cash in each symbol, bought and held.", equity(ran)),
            Section::new(
                "What each symbol earned",
                "Its closed trades, and its open one as far as the price has moved, before the fees of its entry.",
                parts(&ran.held, ran),
            ),
            Section::new(
                "How much is at stake",
                "Each point is the mean of a stretch of candles.",
                at_stake(ran, &notional, &positions),
            ),
            Section::new("Symbols", "In the order in which they are dealt with.", symbols(ran)),
            Section::new(
                "Figures",
                "Of the whole, and of the same cash in each symbol, bought and held.",
                figures(&["Portfolio", "Buy & hold"], &[&ran.figures, &ran.hold]),
            ),
        ],
        origin,
        drawn: None,
    }
}

/// What trading was worth beside holding: told, not judged.
pub(super) fn verdict(ran: &Ran) -> Verdict {
    let total = |figures: &report::Figures| figures.get("total_return").unwrap_or(0.0);
    let (ours, theirs) = (total(&ran.figures), total(&ran.hold));
    let text = format!("the portfolio returned {}; buying and holding all symbols {}.", percent(ours), percent(theirs));
    Verdict::none(text)
}

fn best(ran: &Ran) -> String {
    let earned = |result: &execution::RunResult| result.trades.iter().map(|trade| trade.pnl).sum::<f64>();
    let best = ran
        .members
        .iter()
        .filter(|(_, result)| !result.trades.is_empty())
        .max_by(|(_, a), (_, b)| earned(a).total_cmp(&earned(b)));
    best.map_or("-".to_owned(), |(symbol, _)| symbol.to_string())
}

fn equity(ran: &Ran) -> String {
    let lines = vec![
        Line::of("Portfolio", Colour::Accent, &ran.times_ms, &ran.equity),
        Line::of("Buy & hold", Colour::Hold, &ran.times_ms, &ran.held_equity),
    ];
    Lines::over_time(Unit::Quote, lines).html()
}

fn parts(held: &[Held], ran: &Ran) -> String {
    let line = |(number, (held, (symbol, _))): (usize, (&Held, &(market::Symbol, execution::RunResult)))| {
        Line::of(symbol.to_string(), Colour::Number(number), &held.times_ms, &held.profit)
    };
    Lines::over_time(Unit::Quote, held.iter().zip(&ran.members).enumerate().map(line).collect()).html()
}

fn at_stake(ran: &Ran, notional: &[f64], positions: &[f64]) -> String {
    let share: Vec<f64> = notional.iter().zip(&ran.equity).map(|(notional, equity)| notional / equity).collect();
    let plot = |title: Term, unit: Unit, values: &[f64], colour: Colour| {
        let line = Line::means(title.word(), colour, &ran.times_ms, values);
        format!("<div><h3>{}</h3>{}</div>", title.html(), Lines::over_time(unit, vec![line]).html())
    };
    let stake = plot(Term::new("At stake", AT_STAKE), Unit::Share, &share, Colour::Accent);
    let count = plot(Term::new("Open positions", HELD), Unit::Ratio, positions, Colour::Number(2));
    format!("<div class=\"plots\">{stake}{count}</div>")
}

fn symbols(ran: &Ran) -> String {
    let term = |head: &&str| match *head {
        "Trades" => Term::of("trades"),
        "Win rate" => Term::of("win_rate"),
        "Fees" => Term::of("fees"),
        "Funding" => Term::of("funding"),
        "Profit" => Term::new("Profit", PROFIT),
        "Refused" => Term::new("Refused", REFUSED),
        other => Term::plain(other),
    };
    let rows = (ran.members.iter())
        .map(|(symbol, result)| (Term::plain(symbol.to_string()), row(symbol, result)[1..].to_vec()));
    table(&HEADS.iter().map(term).collect::<Vec<_>>(), &rows.collect::<Vec<_>>())
}
