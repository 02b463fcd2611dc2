//! `backtester rerun`: makes a stored run again, and says whether it came to the same.

use std::path::PathBuf;

use anyhow::{Context, bail};
use db::{Store, StoredRun};
use market::format_utc;
use report::FIGURES;
use serde::Serialize;
use serde_json::Value;

use crate::args::{RerunArgs, RunArgs, RunBase, SourceArgs};
use crate::backtest::Backtest;
use crate::manifest::{Manifest, Part};
use crate::prepared::prepare_text;
use crate::{load, provenance, runs};

/// Digits of a hash that are shown: enough to tell two apart.
const HASH_DIGITS: usize = 12;

/// How a run made again compares with the stored one.
#[derive(Serialize)]
struct Comparison {
    run: i64,
    /// Whether all that came of it is the same, to the byte.
    same: bool,
    result_hash: Change,
    /// What of it has changed since; nothing where it is the same.
    program: Option<Change>,
    strategy: Option<Change>,
    data: Vec<DataChange>,
    /// What is in the strategy file by now. The stored text was run.
    strategy_file: FileState,
    /// Those that differ.
    figures: Vec<FigureChange>,
}

#[derive(Serialize)]
struct Change {
    then: String,
    now: String,
}

#[derive(Serialize)]
struct DataChange {
    what: String,
    then: Option<Part>,
    now: Option<Part>,
}

#[derive(Serialize)]
struct FigureChange {
    name: &'static str,
    then: Option<f64>,
    now: Option<f64>,
    difference: Option<f64>,
}

/// What became of a strategy file.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum FileState {
    Same,
    Changed,
    Gone,
}

pub(crate) fn rerun(args: &RerunArgs) -> anyhow::Result<()> {
    let stored = runs::find(&Store::open_existing(&args.db)?, args.id)?;
    if stored.run.kind != runs::KIND {
        bail!(
            "run {} is of another kind, `{}`: only those of `backtester run` are made again",
            args.id,
            stored.run.kind
        );
    }
    let then: Manifest = serde_json::from_str(&stored.run.manifest)
        .with_context(|| format!("the manifest of run {} is not one of this program", args.id))?;
    let run = again(&then, args);
    let prepared = prepare_text(then.strategy.text.clone(), &run.base, &run.account)?;
    let (backtest, _) = Backtest::carry_out(&run, prepared)?;
    let comparison = Comparison::of(&stored, &then, &backtest)?;
    if args.json {
        terminal::print(&serde_json::to_string(&comparison)?)?;
    } else {
        terminal::print(&comparison.text(&then))?;
    }
    if comparison.same { Ok(()) } else { Err(terminal::BadVerdict.into()) }
}

/// The command line that makes the run again.
fn again(manifest: &Manifest, args: &RerunArgs) -> RunArgs {
    let source =
        SourceArgs { db: args.db.clone(), exchange: manifest.exchange.clone(), symbol: manifest.symbol.clone() };
    RunArgs {
        base: RunBase {
            strategy: PathBuf::from(&manifest.strategy.file),
            source,
            from: Some(manifest.range.from_ms),
            to: Some(manifest.range.to_ms),
            set: manifest.strategy.set.clone(),
            detail: manifest.detail,
        },
        account: manifest.account.clone(),
        fills: manifest.fills,
        json: None,
        html: None,
        out: None,
        no_record: true,
    }
}

impl Comparison {
    fn of(stored: &StoredRun, then: &Manifest, backtest: &Backtest) -> anyhow::Result<Self> {
        let now = &backtest.manifest;
        let report = backtest.report()?;
        let json = report.json_without_lists();
        let figures = runs::figures(&json);
        let result_hash =
            Change { then: stored.run.result_hash.clone(), now: provenance::result(&report, &backtest.equity, json) };
        let result: Value = serde_json::from_str(&stored.run.result).context("the stored figures are no JSON")?;
        let file = load::read(&PathBuf::from(&then.strategy.file));
        Ok(Comparison {
            run: stored.id,
            same: result_hash.then == result_hash.now,
            result_hash,
            program: change(&then.program.hash, &now.program.hash),
            strategy: change(&then.strategy.hash, &now.strategy.hash),
            data: data_changes(&then.data.parts, &now.data.parts),
            strategy_file: match file {
                Ok(text) if text == then.strategy.text => FileState::Same,
                Ok(_) => FileState::Changed,
                Err(_) => FileState::Gone,
            },
            figures: figure_changes(&result["metrics"], &figures["metrics"]),
        })
    }

    fn text(&self, manifest: &Manifest) -> String {
        let Manifest { strategy, exchange, symbol, timeframe, range, .. } = manifest;
        let mut lines = vec![format!(
            "Run {}: {} on {exchange} {symbol} {timeframe}, {} to {}",
            self.run,
            strategy.name,
            format_utc(range.from_ms),
            format_utc(range.to_ms),
        )];
        if let Some(Change { then, now }) = &self.program {
            lines.push(format!("The program has changed: {} then, {} now.", short(then), short(now)));
        }
        if let Some(Change { then, now }) = &self.strategy {
            lines.push(format!("The strategy means something else: {} then, {} now.", short(then), short(now)));
        }
        match self.strategy_file {
            FileState::Same => {}
            FileState::Changed => lines.push(format!("{} has changed; the stored text was run.", strategy.file)),
            FileState::Gone => lines.push(format!("{} is not there; the stored text was run.", strategy.file)),
        }
        for DataChange { what, then, now } in &self.data {
            let told = |part: &Option<Part>| part.as_ref().map_or("none".to_owned(), described);
            lines.push(format!("The data has changed, {what}:\n  then {}\n  now  {}", told(then), told(now)));
        }
        lines.extend(self.figures.iter().map(FigureChange::text));
        lines.push(self.verdict());
        lines.join("\n")
    }

    fn verdict(&self) -> String {
        let Change { then, now } = &self.result_hash;
        if self.same {
            return "the same, byte for byte".to_owned();
        }
        let unexplained = self.program.is_none() && self.strategy.is_none() && self.data.is_empty();
        let why = if unexplained { ", although program, strategy and data are the same" } else { "" };
        format!("different{why}: result {} then, {} now", short(then), short(now))
    }
}

impl FigureChange {
    fn text(&self) -> String {
        let Some(figure) = FIGURES.iter().find(|figure| figure.name == self.name) else { return String::new() };
        let told = |value: Option<f64>| value.map_or("none".to_owned(), |value| figure.unit.written(value));
        let by = self.difference.map_or(String::new(), |difference| format!(", by {difference:e}"));
        format!("{}: {} then, {} now{by}", figure.title, told(self.then), told(self.now))
    }
}

fn change(then: &str, now: &str) -> Option<Change> {
    (then != now).then(|| Change { then: then.to_owned(), now: now.to_owned() })
}

/// The parts that are not the same any more, those that are gone or new among them.
fn data_changes(then: &[Part], now: &[Part]) -> Vec<DataChange> {
    let find = |parts: &[Part], what: &str| parts.iter().find(|part| part.what == what).cloned();
    let new = now.iter().filter(|part| find(then, &part.what).is_none());
    then.iter()
        .chain(new)
        .map(|part| DataChange { what: part.what.clone(), then: find(then, &part.what), now: find(now, &part.what) })
        .filter(|change| change.then != change.now)
        .collect()
}

fn figure_changes(then: &Value, now: &Value) -> Vec<FigureChange> {
    let change = |name: &'static str| {
        let (then, now) = (then[name].as_f64(), now[name].as_f64());
        FigureChange { name, then, now, difference: then.zip(now).map(|(then, now)| now - then) }
    };
    FIGURES.iter().map(|figure| change(figure.name)).filter(|change| change.then != change.now).collect()
}

fn described(part: &Part) -> String {
    let time = |time_ms: Option<i64>| time_ms.map_or("nothing".to_owned(), format_utc);
    let (count, first, last) = (terminal::thousands(part.count as u64), time(part.first_ms), time(part.last_ms));
    format!("{} ({count}, from {first} to {last})", short(&part.hash))
}

fn short(hash: &str) -> String {
    hash.chars().take(HASH_DIGITS).collect()
}
