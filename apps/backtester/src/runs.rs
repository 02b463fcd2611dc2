//! `backtester runs`: the runs that are stored, and one of them in full.

use anyhow::{Context, anyhow};
use db::{NewRun, Store, StoredRun};
use market::format_utc;
use report::{FIGURES, Report};
use serde_json::{Value, json};

use crate::args::{RunsArgs, RunsCommand};
use crate::backtest::Backtest;
use crate::provenance;

/// What `backtester run` stores.
pub(crate) const KIND: &str = "run";

/// Stores a run and gives its number. A store that cannot be written is told: what was run is of use all the same.
pub(crate) fn record(store: &mut Store, backtest: &Backtest, report: &Report<'_>) -> anyhow::Result<Option<i64>> {
    let json = report.json_without_lists();
    let run = NewRun {
        kind: KIND.to_owned(),
        made_at_ms: terminal::now_ms(),
        manifest: serde_json::to_string(&backtest.manifest)?,
        result: figures(&json).to_string(),
        result_hash: provenance::result(report, &backtest.equity, json),
    };
    match store.put_run(&run) {
        Ok(id) => Ok(Some(id)),
        Err(error) => {
            terminal::tell(&format!("warning: the run is not stored: {error}"));
            Ok(None)
        }
    }
}

/// The figures of a report, as the store keeps them.
pub(crate) fn figures(report: &Value) -> Value {
    json!({ "metrics": report["metrics"], "at_best": report["at_best"], "buy_and_hold": report["buy_and_hold"] })
}

/// The run of this number; an error tells which there are.
pub(crate) fn find(store: &Store, id: i64) -> anyhow::Result<StoredRun> {
    if let Some(run) = store.run(id)? {
        return Ok(run);
    }
    let newest = store.runs(1)?.first().map_or_else(
        || "it holds none; `backtester run` stores each".to_owned(),
        |newest| format!("the newest is {}; `backtester runs` lists them", newest.id),
    );
    Err(anyhow!("there is no run {id} in {}: {newest}", store.path().display()))
}

pub(crate) fn runs(args: &RunsArgs) -> anyhow::Result<()> {
    let store = Store::open_existing(&args.db)?;
    match &args.command {
        Some(RunsCommand::Show { id }) => show(&store, *id, args.json),
        None => list(&store, args),
    }
}

fn list(store: &Store, args: &RunsArgs) -> anyhow::Result<()> {
    let runs = store.runs(args.last)?.into_iter().map(Told::of).collect::<anyhow::Result<Vec<_>>>()?;
    if args.json {
        let all: Vec<Value> = runs.iter().map(Told::json).collect();
        return Ok(terminal::print(&Value::from(all).to_string())?);
    }
    if runs.is_empty() {
        return Ok(terminal::print("No runs are stored yet; `backtester run` stores each.")?);
    }
    let header = ["run", "made, UTC", "strategy", "series", "from", "to", "final equity", "sharpe"];
    let rows = runs.iter().map(Told::row).collect();
    Ok(terminal::print(&terminal::table(&header, rows, &[0, 6, 7]))?)
}

fn show(store: &Store, id: i64, as_json: bool) -> anyhow::Result<()> {
    let mut told = Told::of(find(store, id)?)?;
    if as_json {
        return Ok(terminal::print(&told.json().to_string())?);
    }
    // As it was in its file, which is easier to read than as a value of JSON.
    let strategy = told.manifest["strategy"]["text"].take();
    let text = format!(
        "Run {}, made {}, result {}\n\n{}\n{}\n\n{}",
        told.stored.id,
        format_utc(told.stored.run.made_at_ms),
        told.stored.run.result_hash,
        told.figures(),
        serde_json::to_string_pretty(&told.manifest)?,
        strategy.as_str().unwrap_or_default(),
    );
    Ok(terminal::print(text.trim_end())?)
}

/// A stored run with what is in it. Its manifest is read loosely: commands of other kinds store other ones.
struct Told {
    stored: StoredRun,
    manifest: Value,
    result: Value,
}

impl Told {
    fn of(stored: StoredRun) -> anyhow::Result<Self> {
        let read = |text: &str| serde_json::from_str(text).with_context(|| format!("run {} is no JSON", stored.id));
        let (manifest, result) = (read(&stored.run.manifest)?, read(&stored.run.result)?);
        Ok(Told { stored, manifest, result })
    }

    fn json(&self) -> Value {
        json!({
            "run": self.stored.id,
            "kind": self.stored.run.kind,
            "made_at_ms": self.stored.run.made_at_ms,
            "result_hash": self.stored.run.result_hash,
            "result": self.result,
            "manifest": self.manifest,
        })
    }

    fn row(&self) -> Vec<String> {
        let minute = |time_ms: i64| format_utc(time_ms)[..16].replace('T', " ");
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let time = |value: &Value| value.as_i64().map_or("-".to_owned(), minute);
        let figure = |name: &str| {
            let row = FIGURES.iter().find(|figure| figure.name == name)?;
            Some(row.unit.written(self.result["metrics"][name].as_f64()?))
        };
        let manifest = &self.manifest;
        let series = [&manifest["exchange"], &manifest["symbol"], &manifest["timeframe"]].map(text).join(" ");
        vec![
            self.stored.id.to_string(),
            minute(self.stored.run.made_at_ms),
            text(&manifest["strategy"]["name"]),
            series,
            time(&manifest["range"]["from_ms"]),
            time(&manifest["range"]["to_ms"]),
            figure("final_equity").unwrap_or_else(|| "-".to_owned()),
            figure("sharpe").unwrap_or_else(|| "-".to_owned()),
        ]
    }

    fn figures(&self) -> String {
        let metrics = &self.result["metrics"];
        let known = FIGURES.iter().filter_map(|figure| Some((figure, metrics[figure.name].as_f64()?)));
        known.map(|(figure, value)| format!("{:<24}{:>20}\n", figure.title, figure.unit.written(value))).collect()
    }
}
