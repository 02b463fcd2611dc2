//! What is stored for one moment: the values, where they came from, what they were; or why there are none.

use anyhow::Result;
use db::{Correction, Store, Stretch};
use market::{Candle, FundingRate, LONGEST_FUNDING_INTERVAL_MS, format_utc};
use serde_json::{Value, json};

use super::{BEFORE_ORIGINS, stored_at, stretch_to_json};
use crate::args::Target;
use crate::holes::{self, Neighbourhood};
use crate::stored::Extent;

/// What is stored for one moment in one place.
struct Moment<'a> {
    target: &'a Target,
    /// Where the candle opens, or the rate is paid; of what is missing, where it would.
    time_ms: i64,
    found: Found,
}

enum Found {
    Row(Box<Row>),
    /// A candle that is not closed, which has no origin yet.
    Forming,
    /// Nothing, and why; and the proof of that.
    Nothing {
        why: String,
        proof: Option<String>,
    },
}

/// A row, where it came from, and what it was.
struct Row {
    values: Values,
    /// `None` where it was stored before origins were noted.
    origin: Option<Stretch>,
    corrections: Vec<Correction>,
}

enum Values {
    Candle(Candle),
    Rate(FundingRate),
}

/// What every one of `targets` has at `time_ms`, Unix milliseconds.
pub(super) fn tell(store: &Store, targets: &[Target], time_ms: i64, json: bool) -> Result<String> {
    let around = Neighbourhood::of(store)?;
    let moments = targets.iter().map(|target| moment(store, &around, target, time_ms)).collect::<Result<Vec<_>>>()?;
    if json {
        let series: Vec<Value> = moments.iter().map(Moment::to_json).collect();
        return Ok(serde_json::to_string_pretty(&json!({
            "db": store.path().display().to_string(), "at": format_utc(time_ms), "series": series,
        }))?);
    }
    let texts: Vec<String> = moments.iter().map(Moment::to_text).collect();
    Ok(texts.join("\n\n"))
}

fn moment<'a>(store: &Store, around: &Neighbourhood, target: &'a Target, at_ms: i64) -> Result<Moment<'a>> {
    let values = match target {
        Target::Candles(series) | Target::Marks(series) => {
            let open_ms = series.timeframe.open_of(at_ms);
            let found = match target {
                Target::Marks(_) => store.marks(series, Some(open_ms), Some(open_ms + 1))?,
                _ => store.candles(series, Some(open_ms), Some(open_ms + 1))?,
            };
            match found.iter().next() {
                Some(candle) => Values::Candle(candle),
                None => {
                    return Ok(Moment { target, time_ms: open_ms, found: nothing(store, around, target, open_ms)? });
                }
            }
        }
        Target::Funding { exchange, symbol } => {
            let rates =
                store.funding(exchange, symbol, Some(at_ms - LONGEST_FUNDING_INTERVAL_MS + 1), Some(at_ms + 1))?;
            match rates.last() {
                Some(rate) => Values::Rate(*rate),
                None => return Ok(Moment { target, time_ms: at_ms, found: nothing(store, around, target, at_ms)? }),
            }
        }
    };
    let time_ms = values.time_ms();
    let origin = store.origin_at(&target.place(), time_ms)?;
    let corrections = match target {
        Target::Candles(series) => store.corrections(series, time_ms)?,
        _ => Vec::new(),
    };
    Ok(Moment { target, time_ms, found: Found::Row(Box::new(Row { values, origin, corrections })) })
}

/// Why nothing final is stored at `time_ms`.
fn nothing(store: &Store, around: &Neighbourhood, target: &Target, time_ms: i64) -> Result<Found> {
    let all = target.kind().plural();
    let unknown = |side: &str| Found::Nothing { why: format!("{side} all {all} that are stored"), proof: None };
    let Some(extent) = Extent::of(store, target)? else {
        return Ok(Found::Nothing { why: format!("no {all} are stored"), proof: None });
    };
    if extent.last_ms == time_ms && !extent.last_is_closed {
        return Ok(Found::Forming);
    }
    let stretches = holes::of_target(store, around, &extent)?;
    Ok(match stretches.into_iter().find(|stretch| (stretch.from_ms..stretch.to_ms).contains(&time_ms)) {
        Some(stretch) => {
            let proof = stretch.proof.as_ref().map(|proof| proof.how.clone());
            Found::Nothing { why: stretch.cause.to_string(), proof }
        }
        None if time_ms < extent.first_ms => unknown("before"),
        None => unknown("behind"),
    })
}

impl Values {
    fn time_ms(&self) -> i64 {
        match self {
            Values::Candle(candle) => candle.open_time_ms,
            Values::Rate(rate) => rate.time_ms,
        }
    }

    fn to_text(&self, is_mark: bool) -> String {
        match self {
            Values::Candle(candle) if is_mark => prices(candle),
            Values::Candle(candle) => format!("{}, volume {}", prices(candle), candle.volume),
            Values::Rate(FundingRate { rate, .. }) => format!("funding rate {rate}"),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Values::Candle(candle) => candle_to_json(candle),
            Values::Rate(FundingRate { rate, .. }) => json!({"funding_rate": rate}),
        }
    }
}

fn prices(Candle { open, high, low, close, .. }: &Candle) -> String {
    format!("open {open}, high {high}, low {low}, close {close}")
}

fn candle_to_json(Candle { open, high, low, close, volume, .. }: &Candle) -> Value {
    json!({"open": open, "high": high, "low": low, "close": close, "volume": volume})
}

impl Moment<'_> {
    fn to_text(&self) -> String {
        let mut lines = vec![format!("{} at {}", self.target, format_utc(self.time_ms))];
        match &self.found {
            Found::Row(row) => {
                let Row { values, origin, corrections } = &**row;
                lines.push(values.to_text(matches!(self.target, Target::Marks(_))));
                lines.push(origin.as_ref().map_or_else(|| format!("stored {BEFORE_ORIGINS}"), came));
                lines.extend(corrections.iter().map(corrected));
            }
            Found::Forming => lines.push("still forming: where it came from is noted when it closes".to_owned()),
            Found::Nothing { why, proof } => {
                let proof = proof.as_ref().map_or_else(String::new, |proof| format!(" ({proof})"));
                lines.push(format!("not stored: {why}{proof}"));
            }
        }
        lines.join("\n  ")
    }

    fn to_json(&self) -> Value {
        let mut facts = self.target.names();
        facts["time"] = json!(format_utc(self.time_ms));
        facts["time_ms"] = json!(self.time_ms);
        match &self.found {
            Found::Row(row) => {
                let Row { values, origin, corrections } = &**row;
                facts["values"] = values.to_json();
                facts["origin"] = origin.as_ref().map_or(Value::Null, stretch_to_json);
                facts["before_origins"] = json!(origin.is_none());
                facts["corrections"] = corrections.iter().map(correction_to_json).collect();
            }
            Found::Forming => facts["forming"] = json!(true),
            Found::Nothing { why, proof } => facts["missing"] = json!({"cause": why, "proof": proof}),
        }
        facts
    }
}

fn came(stretch: &Stretch) -> String {
    let detail = stretch.detail.as_ref().map_or_else(String::new, |detail| format!(" {detail}"));
    format!("from {}{detail}, stored {}", stretch.source, stored_at(stretch))
}

fn corrected(correction: &Correction) -> String {
    let Correction { old, why, corrected_at_ms } = correction;
    let at = format_utc(*corrected_at_ms);
    format!("corrected {at} ({why}); before: {}, volume {}", prices(old), old.volume)
}

fn correction_to_json(correction: &Correction) -> Value {
    let Correction { old, why, corrected_at_ms } = correction;
    json!({"corrected_at": format_utc(*corrected_at_ms), "why": why, "old": candle_to_json(old)})
}
