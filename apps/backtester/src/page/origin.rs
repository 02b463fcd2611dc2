//! What a page was made from: the command that makes it again, the main settings, and hashes of the program, the
//! strategies and their own candles in the range. What else was read (warm-up, other candles, funding) is not hashed.

use std::fmt::Write;

use anyhow::{Context, anyhow};
use market::{CandleSource, format_utc};

use crate::prepared::Prepared;
use crate::provenance;
use terminal::escape_html as escape;
use terminal::thousands;

/// The foot of a page: labels with texts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    pub(super) setup: Vec<(String, String)>,
    pub(super) hashes: Vec<(String, String)>,
}

impl Origin {
    /// Of what is prepared: several strategies, or one on several symbols. `seed` is what dice were begun with.
    pub(crate) fn of(all: &[&Prepared], seed: Option<u64>) -> anyhow::Result<Self> {
        let mut origin = Origin::default();
        origin.hashes.push(("Command".to_owned(), command()));
        for prepared in all {
            origin.add(prepared)?;
        }
        let program = provenance::program()?;
        origin.hashes.push(("Program".to_owned(), program.hash));
        origin.hashes.push(("Version".to_owned(), program.version));
        origin.setup.extend(seed.map(|seed| ("Seed".to_owned(), seed.to_string())));
        Ok(origin)
    }

    fn add(&mut self, prepared: &Prepared) -> anyhow::Result<()> {
        let Prepared { description, settings, series, store, range, source, .. } = prepared;
        let (from_ms, to_ms) = (range.stored_from_ms, range.stored_to_ms);
        let candles = store
            .of_exchange(&series.exchange)
            .candles(&series.symbol, series.timeframe, Some(from_ms), Some(to_ms))
            .map_err(|error| anyhow!(error))
            .context("the candles cannot be read")?;
        let part = provenance::candles(format!("Candles of {series}"), &candles);
        let params: Vec<String> = description.params.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let percent = |rate: f64| format!("{} %", (rate * 1e8).round() / 1e6);
        for (label, text) in [
            (
                "Range of the candles",
                format!("{} to {}, {} candles", format_utc(from_ms), format_utc(to_ms), thousands(part.count as u64)),
            ),
            ("Params of the file", format!("{}: {}", description.name, params.join(", "))),
            ("Cash", format!("{} {}", settings.cash, series.symbol.quote())),
            ("Size", settings.size.to_string()),
            ("Taker fee", percent(settings.taker_fee)),
            ("Maker fee", percent(settings.maker_fee)),
            ("Slippage", percent(settings.slippage)),
            ("Market", format!("{}, leverage {}", settings.market.name(), settings.market.leverage())),
        ] {
            put(&mut self.setup, label.to_owned(), text);
        }
        put(&mut self.hashes, part.what, part.hash);
        let hash = provenance::strategy(source, &description.params);
        put(&mut self.hashes, format!("Strategy {}", description.name), hash);
        Ok(())
    }

    pub(super) fn html(&self) -> String {
        let mut out = String::from("<footer>\n");
        for (title, class, rows) in [("Setup", "setup", &self.setup), ("Provenance", "hashes", &self.hashes)] {
            let _ = writeln!(out, "<section><h2>{title}</h2><dl class=\"{class}\">");
            for (label, text) in rows {
                let _ = writeln!(out, "<div><dt>{}</dt><dd>{}</dd></div>", escape(label), escape(text));
            }
            out.push_str("</dl></section>\n");
        }
        out.push_str("<p class=\"credit\">All times are UTC. Hashes are BLAKE3.</p>\n</footer>");
        out
    }
}

/// Puts a row where it does not stand already.
fn put(rows: &mut Vec<(String, String)>, label: String, text: String) {
    if !rows.iter().any(|row| row.0 == label && row.1 == text) {
        rows.push((label, text));
    }
}

/// The command as it was typed, for a shell.
fn command() -> String {
    let quoted = |word: String| {
        let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c)) && !word.is_empty();
        if is_plain { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
    };
    let words = std::env::args_os().skip(1).map(|word| quoted(word.to_string_lossy().into_owned()));
    std::iter::once("backtester".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}
