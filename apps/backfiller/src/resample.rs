//! `backfiller resample`: candles of a timeframe that is not stored, folded from those of a shorter one.

use anyhow::{Context, Result, bail};
use db::{Correction, Data, Origin, Place, Store};
use market::{Candle, Fold, Folded, Series, Symbol, Timeframe};
use serde_json::json;
use terminal::{Interrupt, Interrupted, thousands};

use crate::args::{DbArgs, parse_exchange};
use crate::room;

/// Candles read at once, and folded ones stored in one transaction at most.
const CHUNK: u32 = 20_000;

/// Fold stored candles to a longer timeframe: 5m to 15m.
///
/// Only closed candles are folded. Where one of them is missing, the longer candle is left out, since
/// its high, low and volume would be guessed; --with-holes folds what is there all the same. A last
/// candle that is not over yet is always left out.
///
/// What is stored already stays as it is; where it differs from what was folded, that is told. But what was folded in
/// spite of holes is folded anew once all of them are filled, unless it was corrected in another way since; the old
/// values are kept in the table corrections.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller resample --exchange binance --symbol BTC/USDT --from-timeframe 5m --to-timeframe 15m
  backfiller resample --exchange bitfinex --symbol BTC/USD --from-timeframe 1m --to-timeframe 1h --with-holes --json")]
pub(crate) struct Args {
    #[command(flatten)]
    db: DbArgs,
    /// The exchange, as ccxt names it: binance, binanceusdm
    #[arg(long, value_parser = parse_exchange)]
    exchange: String,
    /// The symbol, as ccxt names it: BTC/USDT, or BTC/USDT:USDT for a perpetual
    #[arg(long)]
    symbol: Symbol,
    /// The candles that are stored
    #[arg(long, value_parser = terminal::timeframe_parser())]
    from_timeframe: Timeframe,
    /// The candles to make: as long as a whole number of the stored ones
    #[arg(long, value_parser = terminal::timeframe_parser())]
    to_timeframe: Timeframe,
    /// Fold also where stored candles are missing
    #[arg(long)]
    with_holes: bool,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

/// What is written beside a candle that is made anew.
const WHY: &str = "resample: holes that it was made in spite of are filled";

/// What was done.
#[derive(Debug, Default)]
struct Counts {
    /// Stored now.
    new: u64,
    /// There already, and the same or not.
    known: u64,
    /// There already, with other values that stay.
    differing: u64,
    /// There already, made in spite of holes, and made anew of all parts.
    corrected: u64,
    /// Folded or left out, as asked for: candles of which a part is missing.
    with_holes: u64,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let (from, to) = (args.from_timeframe, args.to_timeframe);
    let Some(fold) = Fold::new(from, to) else {
        bail!("{to} candles cannot be made of {from} candles: expected a timeframe that {from} divides");
    };
    let interrupt = Interrupt::listen()?;
    let mut store = Store::open_existing(&args.db.db)?;
    let series = |timeframe| Series::new(args.exchange.clone(), args.symbol.clone(), timeframe);
    let (from, to) = (series(from), series(to));
    // Both ends: between them every time is one that a candle can have.
    if store.first_closed_ms(&from)?.zip(store.last_closed_ms(&from)?).is_none() {
        bail!("there are no closed candles of {from}: `backfiller status` tells which there are");
    }
    let counts = resample(&mut store, fold, &from, &to, args.with_holes, &interrupt)?;
    let text =
        if args.json { to_json(&counts, &from, &to, args.with_holes)? } else { to_text(&counts, &from, &to, args) };
    terminal::print(&text).context("cannot write the result")
}

fn resample(
    store: &mut Store,
    mut fold: Fold,
    from: &Series,
    to: &Series,
    with_holes: bool,
    interrupt: &Interrupt,
) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut from_ms = i64::MIN;
    loop {
        if interrupt.is_asked() {
            return Err(counts.stopped(to));
        }
        let candles = store.candles_from(from, from_ms, CHUNK)?;
        let Some(&last_ms) = candles.open_time_ms.last() else { break };
        from_ms = last_ms + 1;
        let folded: Vec<Folded> = candles.iter().filter_map(|candle| fold.push(&candle)).collect();
        counts.store(store, from, to, &folded, with_holes, interrupt)?;
    }
    counts.store(store, from, to, fold.finish().as_slice(), with_holes, interrupt)?;
    Ok(counts)
}

impl Counts {
    fn store(
        &mut self,
        store: &mut Store,
        from: &Series,
        to: &Series,
        folded: &[Folded],
        with_holes: bool,
        interrupt: &Interrupt,
    ) -> Result<()> {
        self.with_holes += folded.iter().filter(|folded| folded.missing > 0).count() as u64;
        let now_ms = terminal::now_ms();
        let of = |is_holed: bool| -> Vec<Candle> {
            folded.iter().filter(|folded| (folded.missing > 0) == is_holed).map(|folded| folded.candle).collect()
        };
        let (whole, holed) = (of(false), of(true));
        for found in self.merge(store, to, &whole, &Origin::resample(from.timeframe, now_ms), interrupt)? {
            self.make_anew(store, to, &whole[found.index])?;
        }
        if with_holes {
            // Which of two guesses has fewer holes, nobody knows any more: parts may have been pruned.
            let origin = Origin::resample_with_holes(from.timeframe, now_ms);
            self.differing += self.merge(store, to, &holed, &origin, interrupt)?.len() as u64;
        }
        Ok(())
    }

    /// Stores what is new; gives what is stored with other values.
    fn merge(
        &mut self,
        store: &mut Store,
        to: &Series,
        candles: &[Candle],
        origin: &Origin,
        interrupt: &Interrupt,
    ) -> Result<Vec<db::Differing<Candle>>> {
        let merged = match room::write(store, |store| store.merge_closed(to, candles, origin)) {
            Err(_) if interrupt.is_asked() => return Err(self.stopped(to)),
            merged => merged?,
        };
        self.new += merged.inserted.new + merged.inserted.completed;
        self.known += merged.inserted.known;
        // Exchanges sum up volumes in decimals, so that the last digit of a double may be another one.
        let differs = |found: &db::Differing<Candle>| !is_near(&found.stored, &candles[found.index]);
        Ok(merged.differing.into_iter().filter(differs).collect())
    }

    /// Makes a stored candle what was folded of all its parts, where it is a guess of this command.
    fn make_anew(&mut self, store: &mut Store, to: &Series, folded: &Candle) -> Result<()> {
        if is_guess(store, to, folded.open_time_ms)? {
            store.correct(to, folded, WHY, terminal::now_ms())?;
            self.corrected += 1;
        } else {
            self.differing += 1;
        }
        Ok(())
    }

    fn stopped(&self, to: &Series) -> anyhow::Error {
        let kept = format!("{} candles of {to} are stored", thousands(self.new));
        Interrupted(format!("{kept}; run the same command again to go on")).into()
    }
}

/// Whether a candle was made in spite of holes, and nobody else corrected it since: its origin stays the same then.
fn is_guess(store: &Store, to: &Series, open_time_ms: i64) -> Result<bool> {
    let origin = store.origin_at(&Place::of(to, Data::Candles), open_time_ms)?;
    let is_own = |correction: &Correction| correction.why == WHY;
    Ok(origin.is_some_and(|stretch| stretch.has_holes()) && store.corrections(to, open_time_ms)?.iter().all(is_own))
}

/// How far two sums of the same volumes may lie apart, as a share of them.
const VOLUME_TOLERANCE: f64 = 1e-9;

/// Whether two candles are the same but for the rounding of their volumes.
pub(crate) fn is_near(stored: &Candle, folded: &Candle) -> bool {
    let same_volume = (stored.volume - folded.volume).abs() <= VOLUME_TOLERANCE * stored.volume.abs();
    same_volume && Candle { volume: 0.0, ..*stored } == Candle { volume: 0.0, ..*folded }
}

fn to_json(counts: &Counts, from: &Series, to: &Series, with_holes: bool) -> Result<String> {
    let Counts { new, known, differing, corrected, with_holes: holed } = counts;
    let (holed_in, left_out) = if with_holes { (*holed, 0) } else { (0, *holed) };
    Ok(serde_json::to_string_pretty(&json!({
        "exchange": to.exchange, "symbol": to.symbol.to_string(),
        "from_timeframe": from.timeframe.name(), "to_timeframe": to.timeframe.name(),
        "new": new, "known": known, "differing": differing, "corrected": corrected,
        "folded_with_holes": holed_in, "left_out_for_holes": left_out,
    }))?)
}

fn to_text(counts: &Counts, from: &Series, to: &Series, args: &Args) -> String {
    let mut text =
        format!("{to} of {}: {} new, {} known", from.timeframe, thousands(counts.new), thousands(counts.known));
    if counts.differing > 0 {
        text += &format!(", {} of them stored with other values, which stay", thousands(counts.differing));
    }
    if counts.corrected > 0 {
        text += &format!(", {} of them made anew where holes were filled", thousands(counts.corrected));
    }
    match (counts.with_holes, args.with_holes) {
        (0, _) => {}
        (holed, true) => text += &format!(", {} folded in spite of holes", thousands(holed)),
        (holed, false) => {
            text += &format!(", {} left out for their holes (--with-holes folds them too)", thousands(holed));
        }
    }
    text
}
