//! `backfiller stats`: how much is stored, and what it takes.

use anyhow::{Context, Result};
use db::{SeriesStatus, Store, TableSize};
use market::format_utc;
use serde_json::{Value, json};
use terminal::thousands;

use crate::args::{DbArgs, Target};

/// Tell how many rows are stored and what they take: for each table, and for each series.
///
/// The bytes of a table are those of its pages in the file, free space in them included. A series
/// has the share of its table that its rows have.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller stats
  backfiller stats --json | jq '.tables[] | {name, bytes_per_row}'")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

/// The rows of one series.
struct Rows {
    target: Target,
    rows: u64,
    first_ms: i64,
    last_ms: i64,
    bytes: u64,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let store = Store::open_existing(&args.db.db)?;
    let tables = store.table_sizes()?;
    let series = series(&store, &tables)?;
    let text = if args.json {
        serde_json::to_string_pretty(&to_json(&store, &tables, &series))?
    } else {
        to_text(&store, &tables, &series)
    };
    terminal::print(&text).context("cannot write the result")
}

fn bytes_per_row(table: &TableSize) -> f64 {
    if table.rows == 0 { 0.0 } else { table.bytes as f64 / table.rows as f64 }
}

fn series(store: &Store, tables: &[TableSize]) -> Result<Vec<Rows>> {
    let each = |name: &str| tables.iter().find(|table| table.name == name).map_or(0.0, bytes_per_row);
    let bytes = |rows: u64, name: &str| (rows as f64 * each(name)).round() as u64;
    let rows = |target: Target, status: &SeriesStatus, table: &str| Rows {
        target,
        rows: status.rows,
        first_ms: status.first_ms,
        last_ms: status.last_ms,
        bytes: bytes(status.rows, table),
    };
    let mut all = Vec::new();
    for status in store.status()? {
        all.push(rows(Target::Candles(status.series.clone()), &status, "ohlcv_data"));
    }
    for status in store.mark_status()? {
        all.push(rows(Target::Marks(status.series.clone()), &status, "mark_prices"));
    }
    for status in store.funding_status()? {
        let (first_ms, last_ms, bytes) =
            (status.first.time_ms, status.last.time_ms, bytes(status.rows, "funding_rates"));
        let target = Target::Funding { exchange: status.exchange, symbol: status.symbol };
        all.push(Rows { target, rows: status.rows, first_ms, last_ms, bytes });
    }
    Ok(all)
}

fn to_json(store: &Store, tables: &[TableSize], series: &[Rows]) -> Value {
    let table = |table: &TableSize| {
        let TableSize { name, rows, bytes } = table;
        json!({ "name": name, "rows": rows, "bytes": bytes, "bytes_per_row": bytes_per_row(table) })
    };
    let one = |one: &Rows| {
        let mut facts = one.target.names();
        facts["rows"] = json!(one.rows);
        facts["bytes"] = json!(one.bytes);
        facts["first"] = json!(format_utc(one.first_ms));
        facts["first_ms"] = json!(one.first_ms);
        facts["last"] = json!(format_utc(one.last_ms));
        facts["last_ms"] = json!(one.last_ms);
        facts
    };
    json!({
        "db": store.path().display().to_string(),
        "rows": tables.iter().map(|table| table.rows).sum::<u64>(),
        "bytes": tables.iter().map(|table| table.bytes).sum::<u64>(),
        "tables": tables.iter().map(table).collect::<Vec<_>>(),
        "series": series.iter().map(one).collect::<Vec<_>>(),
    })
}

fn to_text(store: &Store, tables: &[TableSize], series: &[Rows]) -> String {
    let megabytes = |bytes: u64| format!("{:.2}", bytes as f64 / 1e6);
    let table = |table: &TableSize| {
        let TableSize { name, rows, bytes } = table;
        vec![name.clone(), thousands(*rows), megabytes(*bytes), format!("{:.1}", bytes_per_row(table))]
    };
    // Tables without rows are told by --json.
    let filled: Vec<_> = tables.iter().filter(|table| table.rows > 0).map(table).collect();
    let mut text = format!("{}\n\n", store.path().display());
    text += &terminal::table(&["table", "rows", "MB", "bytes a row"], filled, &[1, 2, 3]);
    if !series.is_empty() {
        let one = |one: &Rows| {
            let (first, last) = (format_utc(one.first_ms), format_utc(one.last_ms));
            vec![one.target.to_string(), thousands(one.rows), megabytes(one.bytes), first, last]
        };
        text += "\n\n";
        text += &terminal::table(&["series", "rows", "MB", "first", "last"], series.iter().map(one).collect(), &[1, 2]);
    }
    text
}
