//! `backfiller prune`: lets old candles go, by rules for each timeframe, and never those that somebody needs.

mod needs;
mod retention;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use db::{Data, Store};
use market::{Series, Symbol, format_utc};
use serde_json::{Value, json};
use terminal::{Interrupt, Interrupted, now_ms, thousands};

use crate::args::{DbArgs, Target, parse_exchange};
use needs::{Floor, Floors};
use retention::{Keep, Retention};

/// Rows deleted in one transaction: short enough for others to have their turn.
const BATCH: u32 = 10_000;

/// Delete candles and mark prices that are older than rules say, timeframe by timeframe.
///
/// A timeframe without a rule is kept whole, and so is funding. What a strategy named by --needs reads
/// before its next decision is kept, for every symbol, however old it is. A market that an
/// account of a trader trades is kept whole, unless its strategy is among those named; then what
/// the account was made from, and its strategy's past before that, is kept.
///
/// Rows go in batches, oldest first, so that others have their turn and Ctrl-C stops between two.
/// The file does not shrink: what is free in it is used again.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller prune --keep 1m=90d --keep 1h=5y --dry-run
  backfiller prune --keep 1m=90d --needs strategies/sma_cross.yaml
  backfiller prune --config retention.yaml --json

A config file has the same:
  keep: { 1m: 90d, 1h: 5y }
  needs: [ strategies/sma_cross.yaml ]")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    /// How long candles of a timeframe are kept: 1m=90d, with s, m, h, d, w or y
    #[arg(long, value_name = "TIMEFRAME=AGE", required_unless_present = "config")]
    keep: Vec<Keep>,
    /// A file with the rules; --keep goes before it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A strategy file whose candles are kept as far back as it reaches
    #[arg(long, value_name = "FILE")]
    needs: Vec<PathBuf>,
    /// Only of this exchange
    #[arg(long, value_parser = parse_exchange)]
    exchange: Option<String>,
    /// Only of this symbol
    #[arg(long)]
    symbol: Option<Symbol>,
    /// Tell what would go, and delete nothing
    #[arg(long)]
    dry_run: bool,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

/// What goes of one series.
struct Cut {
    series: Series,
    data: Data,
    /// What opens before this goes, Unix milliseconds.
    before_ms: i64,
    /// Why more is kept than the rule says, where it is.
    kept_for: Option<String>,
    rows: u64,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let retention = Retention::read(args.keep.clone(), args.config.as_deref(), args.needs.clone())?;
    let interrupt = Interrupt::listen()?;
    let mut store = Store::open_existing(&args.db.db)?;
    let floors = Floors::of(&store, &retention.needs)?;
    let mut cuts = cuts(&store, args, &retention, &floors)?;
    if !args.dry_run {
        for index in 0..cuts.len() {
            delete(&mut store, &mut cuts, index, &interrupt)?;
        }
    }
    let text = if args.json {
        serde_json::to_string_pretty(&to_json(&cuts, args.dry_run))?
    } else {
        to_text(&cuts, args.dry_run)
    };
    terminal::print(&text).context("cannot write the result")
}

/// Every series that a rule is about, with what would go of it.
fn cuts(store: &Store, args: &Args, retention: &Retention, floors: &Floors) -> Result<Vec<Cut>> {
    // One clock reading for all of it.
    let now_ms = now_ms();
    let candles = store.series()?.into_iter().map(|series| (series, Data::Candles));
    let marks = store.mark_series()?.into_iter().map(|series| (series, Data::Mark));
    let is_meant = |series: &Series| {
        args.exchange.as_ref().is_none_or(|exchange| *exchange == series.exchange)
            && args.symbol.as_ref().is_none_or(|symbol| *symbol == series.symbol)
    };
    let mut cuts = Vec::new();
    for (series, data) in candles.chain(marks).filter(|(series, _)| is_meant(series)) {
        let Some(span_ms) = retention.span_ms(series.timeframe) else { continue };
        let rule_ms = series.timeframe.open_of(now_ms - span_ms);
        let floor = floors.of_series(&series, data).filter(|floor| floor.from_ms < rule_ms);
        let (before_ms, kept_for) = floor.map_or((rule_ms, None), |Floor { from_ms, why }| (from_ms, Some(why)));
        let rows = store.count_before(&series, data, before_ms)?;
        cuts.push(Cut { series, data, before_ms, kept_for, rows });
    }
    if cuts.is_empty() {
        bail!("nothing is stored of these timeframes: `backfiller status` tells what is");
    }
    Ok(cuts)
}

/// Deletes what is to go of one series, and counts what went.
fn delete(store: &mut Store, cuts: &mut [Cut], index: usize, interrupt: &Interrupt) -> Result<()> {
    let before: u64 = cuts[..index].iter().map(|cut| cut.rows).sum();
    let cut = &mut cuts[index];
    cut.rows = 0;
    loop {
        if interrupt.is_asked() {
            let gone = thousands(before + cut.rows);
            return Err(Interrupted(format!("{gone} rows are deleted; run the same command again to go on")).into());
        }
        match store.delete_before(&cut.series, cut.data, cut.before_ms, BATCH)? {
            0 => return Ok(()),
            rows => cut.rows += rows,
        }
    }
}

impl Cut {
    fn target(&self) -> Target {
        match self.data {
            Data::Mark => Target::Marks(self.series.clone()),
            _ => Target::Candles(self.series.clone()),
        }
    }
}

fn to_json(cuts: &[Cut], is_dry: bool) -> Value {
    let cut = |cut: &Cut| {
        let mut facts = cut.target().names();
        let is_whole = cut.before_ms == i64::MIN;
        facts["rows"] = json!(cut.rows);
        facts["before"] = if is_whole { Value::Null } else { json!(format_utc(cut.before_ms)) };
        facts["before_ms"] = if is_whole { Value::Null } else { json!(cut.before_ms) };
        facts["kept_for"] = json!(cut.kept_for);
        facts
    };
    json!({
        "dry_run": is_dry, "rows": cuts.iter().map(|cut| cut.rows).sum::<u64>(),
        "series": cuts.iter().map(cut).collect::<Vec<_>>(),
    })
}

fn to_text(cuts: &[Cut], is_dry: bool) -> String {
    let row = |cut: &Cut| {
        let before = if cut.before_ms == i64::MIN { "nothing".to_owned() } else { format_utc(cut.before_ms) };
        let more = cut.kept_for.as_ref().map_or(String::new(), |why| format!("more is kept for {why}"));
        vec![cut.target().to_string(), thousands(cut.rows), before, more]
    };
    let goes = if is_dry { "would go" } else { "deleted" };
    let table = terminal::table(&["series", goes, "before", ""], cuts.iter().map(row).collect(), &[1]);
    let rows = thousands(cuts.iter().map(|cut| cut.rows).sum());
    let told =
        if is_dry { format!("{rows} rows would go; nothing was deleted") } else { format!("{rows} rows deleted") };
    format!("{table}\n\n{told}")
}
