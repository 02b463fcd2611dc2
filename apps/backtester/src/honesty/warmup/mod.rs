//! `backtester warmup`: more and less history read before some candles, to see whether any value changes.

mod depends;

use anyhow::{anyhow, bail};
use execution::{Fed, Feed};
use market::{CandleSource, Candles, format_utc};
use research::{SETTLED, spread};
use serde_json::json;
use strategy::{Description, Explanation, History, Inspector, OtherCandles};
use terminal::thousands;

use super::telling::{Telling, Verdict, object, tell};
use crate::args::WarmupArgs;
use crate::load;
use crate::prepared::{Prepared, prepare};

/// How much is read: in halves of what the program reads.
const HALVES: [usize; 4] = [1, 2, 4, 8];
/// Where the program's own reach stands among them.
const OWN: usize = 1;
/// How they are headed.
const HEADS: [&str; 4] = ["half", "as read", "twice", "four times"];
/// More candles than there are.
const ALL: usize = 1 << 40;

/// A name, rule or distance, and by how much it differs from what it is with all history, for each of [`HALVES`].
struct Row {
    name: String,
    /// Whether it is a running total: its level, which depends on where reading begins, means nothing.
    is_total: bool,
    changes: [f64; 4],
}

pub(crate) fn warmup(args: &WarmupArgs) -> anyhow::Result<()> {
    if args.candles == 0 {
        bail!("--candles 0: expected one at least");
    }
    let prepared = prepare(&args.base, &args.account)?;
    let look = Look { args, prepared: &prepared };
    let reach = look.reach();
    let all =
        look.feed(&with_past(&prepared.description, &reach, |_| ALL), prepared.range.from_ms, prepared.range.to_ms)?;
    let samples = samples(args.candles, &all.candles, prepared.range.from_ms, reach[0].0);
    let head = format!(
        "{} on {}: the program reads {} candles before the first one",
        prepared.description.name,
        prepared.series,
        thousands(reach[0].0 as u64)
    );
    let rows = if samples.is_empty() { Vec::new() } else { look.rows(&all, &samples, &reach)? };
    let text = if samples.is_empty() { head } else { format!("{head}\n\n{}", table(&rows, &samples, &all.candles)) };
    let json = object(json!({
        "candles_read_before": reach[0].0,
        "samples_open_time_ms": samples.iter().map(|index| all.candles.open_time_ms[*index]).collect::<Vec<_>>(),
        "history": HALVES.map(|halves| reach[0].0 * halves / 2),
        "names": rows.iter().map(|row| json!({ "name": row.name, "running_total": row.is_total, "changes": row.changes })).collect::<Vec<_>>(),
        "settled_below": SETTLED,
    }));
    tell(Telling { text, json, verdict: verdict(&rows), page: None }, args.json.as_deref(), &prepared.range.warnings)
}

fn verdict(rows: &[Row]) -> Verdict {
    if rows.is_empty() {
        let text = "nothing can be said: no candle of the range has more stored before it than the program reads.";
        return Verdict::none(text);
    }
    let unsettled: Vec<String> = (rows.iter())
        .filter(|row| row.changes[OWN] >= SETTLED && !row.is_total)
        .map(|row| format!("{} (by {})", row.name, change_text(row.changes[OWN])))
        .collect();
    if unsettled.is_empty() {
        return Verdict::of(true, "what is read before the first candle is enough: more history changes nothing.");
    }
    let text = format!("what is read before the first candle is not enough for {}.", unsettled.join(", "));
    Verdict::of(false, text)
}

fn table(rows: &[Row], samples: &[usize], candles: &Candles) -> String {
    let mut heads = vec![""];
    heads.extend(HEADS);
    let is_settled = |row: &Row| row.changes[OWN] < SETTLED;
    let name = |row: &Row| match row.is_total && !is_settled(row) {
        true => format!("{} (a running total: its level means nothing)", row.name),
        false => row.name.clone(),
    };
    let cells = |row: &Row| std::iter::once(name(row)).chain(row.changes.map(change_text)).collect();
    let time = |index: Option<&usize>| index.map_or_else(String::new, |index| format_utc(candles.open_time_ms[*index]));
    format!(
        "Largest change against all history, by how much of it is read, at {} candles from {} to {}:\n\n{}",
        samples.len(),
        time(samples.first()),
        time(samples.last()),
        terminal::table(&heads, rows.iter().map(cells).collect(), &[1, 2, 3, 4]),
    )
}

fn change_text(change: f64) -> String {
    match change {
        0.0 => "0".to_owned(),
        change if change.is_infinite() => "unknown".to_owned(),
        change => format!("{change:.1e}"),
    }
}

/// The candles to look at, by number: where four times the reach is stored before them, or at least more than the reach.
fn samples(count: usize, candles: &Candles, from_ms: i64, reach: usize) -> Vec<usize> {
    let most = HALVES[HALVES.len() - 1] * reach / HALVES[OWN];
    let start = candles.index_at_or_after(from_ms);
    let first = if candles.len() > most { most } else { reach + 1 }.max(start);
    spread(count, candles.len().saturating_sub(first)).into_iter().map(|index| first + index).collect()
}

/// The reach of a series: candles read before the first one, and since the start of which period.
type Reach = (usize, Option<market::Timeframe>);

/// The same strategy with another reach: `past` of what it reads now, for its own candles and for each of the others.
fn with_past(description: &Description, reach: &[Reach], past: impl Fn(usize) -> usize) -> Description {
    let history = |anchor| History::Whole { settle: 0, anchor };
    let other = |(other, (now, anchor)): (&OtherCandles, &Reach)| OtherCandles {
        // Two more are read of other candles than are asked for.
        warm_up: past(*now).saturating_sub(2),
        history: history(*anchor),
        ..other.clone()
    };
    Description {
        warm_up: past(reach[0].0),
        history: history(reach[0].1),
        others: description.others.iter().zip(&reach[1..]).map(other).collect(),
        ..description.clone()
    }
}

struct Look<'a> {
    args: &'a WarmupArgs,
    prepared: &'a Prepared,
}

impl Look<'_> {
    fn reach(&self) -> Vec<Reach> {
        Feed::new(&self.prepared.description, self.prepared.series.symbol.clone(), self.prepared.range.from_ms).reach()
    }

    /// The candles from `from_ms` and before `to_ms`, and those that the described strategy reads before.
    fn feed(&self, description: &Description, from_ms: i64, to_ms: i64) -> anyhow::Result<Fed> {
        let Prepared { store, series, .. } = self.prepared;
        let source: &dyn CandleSource = &store.of_exchange(&series.exchange);
        let mut feed = Feed::new(description, series.symbol.clone(), from_ms);
        let fed = feed.next(source, Some(to_ms)).map_err(|error| anyhow!(error))?;
        fed.ok_or_else(|| {
            anyhow!("no candle of {series} lies in the range: it falls into a hole of the stored candles")
        })
    }

    /// The strategy, opened up, with the other candles it reads.
    fn inspector(&self, fed: &Fed) -> anyhow::Result<Inspector> {
        let mut inspector = strategy::inspect(&self.prepared.source, &self.args.base.set)
            .map_err(|problems| load::describe(&self.args.base.strategy, &self.prepared.source, &problems))?;
        for (index, other) in fed.others.iter().enumerate() {
            inspector.push_other(index, other.as_slice());
        }
        Ok(inspector)
    }

    fn rows(&self, all: &Fed, samples: &[usize], reach: &[Reach]) -> anyhow::Result<Vec<Row>> {
        let with_all = self.with_all(all, samples)?;
        let mut rows: Vec<Row> = depends::names(&with_all[0])
            .into_iter()
            .map(|(name, is_total)| Row { name, is_total, changes: [0.0; 4] })
            .collect();
        for (column, halves) in HALVES.into_iter().enumerate() {
            let description = with_past(&self.prepared.description, reach, |now| now * halves / HALVES[OWN]);
            let at = |index: &usize| self.at(&description, all.candles.open_time_ms[*index]);
            let told: Vec<Explanation> = samples.iter().map(at).collect::<anyhow::Result<_>>()?;
            for (row, change) in rows.iter_mut().zip(depends::changes(&told, &with_all)) {
                row.changes[column] = change;
            }
        }
        Ok(rows)
    }

    /// What is said at each sample with all history.
    fn with_all(&self, all: &Fed, samples: &[usize]) -> anyhow::Result<Vec<Explanation>> {
        let (mut inspector, mut at) = (self.inspector(all)?, 0);
        let explain = |&index: &usize| {
            inspector.run(all.candles.slice(at..index), &mut []);
            at = index + 1;
            inspector.explain(all.candles.slice(index..at))
        };
        Ok(samples.iter().map(explain).collect())
    }

    /// What is said at one candle, with the history that the described strategy reads before it.
    fn at(&self, description: &Description, open_ms: i64) -> anyhow::Result<Explanation> {
        let fed = self.feed(description, open_ms, self.prepared.series.timeframe.next_open(open_ms))?;
        let mut inspector = self.inspector(&fed)?;
        let last = fed.candles.len() - 1;
        inspector.run(fed.candles.slice(0..last), &mut []);
        Ok(inspector.explain(fed.candles.slice(last..last + 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(changes: [f64; 4], is_total: bool) -> Row {
        Row { name: "`x`".to_owned(), is_total, changes }
    }

    #[track_caller]
    fn check(rows: &[Row], is_good: Option<bool>, part: &str) {
        let verdict = verdict(rows);
        assert_eq!(verdict.is_good, is_good);
        assert!(verdict.text.contains(part), "{}", verdict.text);
    }

    #[test]
    fn what_still_changes_as_it_is_read_is_not_enough() {
        check(&[row([0.5, 1e-10, 0.0, 0.0], false)], Some(true), "enough");
        check(&[row([0.5, 1e-3, 0.0, 0.0], false)], Some(false), "not enough for `x` (by 1.0e-3)");
        check(&[row([f64::INFINITY; 4], false)], Some(false), "by unknown");
        check(&[row([0.5, 1e-3, 0.0, 0.0], true)], Some(true), "enough");
        check(&[], None, "nothing can be said");
    }
}
