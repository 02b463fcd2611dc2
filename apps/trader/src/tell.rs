//! What people are told while the trader runs: a line for each thing that happens.

use execution::Trade;
use market::{Symbol, format_utc};
use terminal::thousands;

use crate::decide::{Happened, News};
use crate::logs::{TOLD, TRADES};
use crate::number::{money, plain};

/// Writes lines to stdout, or to stderr where stdout is for JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Teller {
    /// Whether stdout is for JSON.
    pub(crate) json: bool,
}

impl Teller {
    /// Tells what happened, at the terminal and in the log.
    pub(crate) fn line(&self, text: &str) {
        tracing::info!(target: TOLD, "{text}");
        self.print(text);
    }

    /// Tells what goes wrong, at the terminal and in the logs.
    pub(crate) fn trouble(&self, text: &str) {
        tracing::warn!(target: TOLD, "{text}");
        self.print(text);
    }

    /// Writes a line. A reader that went away stops nothing.
    fn print(&self, text: &str) {
        if self.json {
            terminal::tell(text);
        } else if let Err(error) = terminal::print(text) {
            tracing::warn!("cannot write to stdout: {error}");
        }
    }

    /// Tells what a decision, or a catching up, brought.
    pub(crate) fn news(&self, symbol: &Symbol, news: &News) {
        if news.candles > 1 && news.fresh > 0 {
            let (from, to) = (format_utc(news.fresh_from_ms), format_utc(news.last_ms));
            self.line(&format!("caught up {} candles, {from} … {to}", thousands(news.fresh as u64)));
        }
        for happened in &news.happened {
            let text = sentence(symbol, happened);
            match happened {
                Happened::Decided { .. } => tracing::info!(target: TOLD, "{text}"),
                _ => tracing::info!(target: TRADES, "{text}"),
            }
            self.print(&text);
        }
        if news.fresh > 0 {
            let (time, equity, quote) = (format_utc(news.last_ms), money(news.equity), symbol.quote());
            tracing::info!(target: TRADES, "{time} equity {equity} {quote}");
        }
    }
}

fn sentence(symbol: &Symbol, happened: &Happened) -> String {
    let (base, quote) = (symbol.base(), symbol.quote());
    match happened {
        Happened::Decided { candle_time_ms, close, action } => {
            let (time, close) = (format_utc(*candle_time_ms), plain(*close));
            format!("{time} close {close}: {action} long at the next open")
        }
        Happened::Entered { time_ms, price, quantity, levels } => {
            let levels: String = levels.iter().map(|(name, level)| format!(", {name} {}", plain(*level))).collect();
            format!("{} entered long {} {base} at {}{levels}", format_utc(*time_ms), plain(*quantity), plain(*price))
        }
        Happened::Left(Trade { exit_time_ms, exit_price, quantity, pnl, reason, .. }) => {
            let (time, quantity, price) = (format_utc(*exit_time_ms), plain(*quantity), plain(*exit_price));
            let reason = reason.name();
            let sign = if *pnl > 0.0 { "+" } else { "" };
            format!("{time} left long {quantity} {base} at {price} ({reason}): {sign}{} {quote}", money(*pnl))
        }
        Happened::Rejected { candle_time_ms, reason } => {
            format!("{} signal not taken: {reason}", format_utc(*candle_time_ms))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(happened: &Happened, expected: &str) {
        assert_eq!(sentence(&"BTC/USDT".parse().unwrap(), happened), expected);
    }

    #[test]
    fn each_event_is_a_sentence() {
        let time_ms = 1_767_322_800_000;
        check(
            &Happened::Decided { candle_time_ms: time_ms, close: 42_000.1, action: "enter" },
            "2026-01-02T03:00:00Z close 42000.10: enter long at the next open",
        );
        let levels = vec![("stop", 41_000.0), ("trail", 41_500.5)];
        check(
            &Happened::Entered { time_ms, price: 42_010.0, quantity: 0.2345, levels },
            "2026-01-02T03:00:00Z entered long 0.2345 BTC at 42010.00, stop 41000.00, trail 41500.50",
        );
        check(
            &Happened::Rejected { candle_time_ms: time_ms, reason: "there is no cash" },
            "2026-01-02T03:00:00Z signal not taken: there is no cash",
        );
    }
}
