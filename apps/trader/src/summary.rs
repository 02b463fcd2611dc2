//! What a run of the trader came to: a table for people, JSON for programs.

use db::Account;
use market::format_utc;
use serde_json::{Value, json};
use terminal::thousands;

use crate::config::Config;
use crate::decide::Decider;
use crate::number::{money, plain};

/// What is counted while the trader runs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Candles decided on for the first time.
    pub(crate) candles: usize,
    /// Candles fetched over REST.
    pub(crate) filled: u64,
    /// Connections after an earlier one was lost.
    pub(crate) reconnects: u64,
    /// Closed candles of the stream that the store has with other values.
    pub(crate) conflicts: u64,
}

/// Everything the summary tells.
pub(crate) struct Summary<'a> {
    pub(crate) config: &'a Config,
    pub(crate) account: &'a Account,
    pub(crate) settings: &'a execution::Settings,
    pub(crate) decider: &'a Decider,
    pub(crate) counts: Counts,
}

impl Summary<'_> {
    /// The end of what was decided on, exclusive, Unix milliseconds.
    fn end_ms(&self) -> i64 {
        let next = |last_ms| self.account.timeframe.next_open(last_ms);
        self.decider.last_ms().map_or(self.account.started_ms, next)
    }

    fn equity(&self) -> f64 {
        self.decider.engine().so_far().equity.last().copied().unwrap_or(self.settings.cash)
    }

    /// As JSON.
    pub(crate) fn json(&self) -> Value {
        let (engine, counts) = (self.decider.engine(), self.counts);
        let result = engine.so_far();
        let position = engine.position().map(|position| {
            json!({
                "side": position.side.name(),
                "entry_time": position.entry_time_ms,
                "entry_price": position.entry_price,
                "quantity": position.quantity,
                "stop": position.stop,
                "take": position.take,
                "trail": position.trail,
            })
        });
        json!({
            "account": self.account.name,
            "exchange": self.account.exchange,
            "symbol": self.account.symbol.to_string(),
            "timeframe": self.account.timeframe.name(),
            "strategy": self.account.strategy,
            "mode": "paper",
            "from": format_utc(self.account.started_ms),
            "to": format_utc(self.end_ms()),
            "candles": result.equity.len(),
            "candles_this_run": counts.candles,
            "signals": { "taken": self.entries(), "rejected": result.rejected.len() },
            "trades": result.trades.len(),
            "pnl": result.trades.iter().map(|trade| trade.pnl).sum::<f64>(),
            "fees": result.fees,
            "cash": engine.cash(),
            "equity": self.equity(),
            "position": position,
            "intent": engine.intent(),
            "filled": counts.filled,
            "reconnects": counts.reconnects,
            "conflicts": counts.conflicts,
            "backtest": self.has_traded().then(|| self.backtest()),
        })
    }

    fn entries(&self) -> usize {
        let engine = self.decider.engine();
        engine.trades().len() + usize::from(engine.position().is_some())
    }

    /// As a table, and the backtest that repeats it.
    pub(crate) fn text(&self) -> String {
        let (engine, counts) = (self.decider.engine(), self.counts);
        let (result, quote) = (engine.so_far(), self.account.symbol.quote());
        let share = (self.equity() / self.settings.cash - 1.0) * 100.0;
        let position = engine.position().map_or("none".to_owned(), |position| {
            let (quantity, base) = (plain(position.quantity), self.account.symbol.base());
            format!(
                "long {quantity} {base} since {} at {}",
                format_utc(position.entry_time_ms),
                plain(position.entry_price)
            )
        });
        let count = |number: usize| thousands(number as u64);
        let row = |what: &str, value: String| vec![what.to_owned(), value];
        let rows = vec![
            row("account", self.account.name.clone()),
            row("traded", format!("{} … {}", format_utc(self.account.started_ms), format_utc(self.end_ms()))),
            row("candles", format!("{}, {} of them in this run", count(result.equity.len()), count(counts.candles))),
            row("signals", format!("{} taken, {} rejected", count(self.entries()), count(result.rejected.len()))),
            row("trades", count(result.trades.len())),
            row("equity", format!("{} {quote} ({share:+.2} %)", money(self.equity()))),
            row("position", position),
            row("reconnects", thousands(counts.reconnects)),
            row("conflicts", thousands(counts.conflicts)),
        ];
        let mut text = format!("\n{}", terminal::table(&["paper trading", ""], rows, &[]));
        if self.has_traded() {
            text.push_str(&format!("\n\nthe same as a backtest, on the same candles:\n  {}", self.backtest()));
        }
        text
    }

    /// Whether there is a range to repeat.
    fn has_traded(&self) -> bool {
        self.decider.last_ms().is_some()
    }

    /// The command that repeats these trades.
    fn backtest(&self) -> String {
        let settings = self.settings;
        let charged = match settings.fee_charged_in {
            execution::FeeChargedIn::Quote => "quote",
            execution::FeeChargedIn::Received => "received",
        };
        let mut words = vec!["backtester".to_owned(), "run".to_owned(), self.config.strategy.display().to_string()];
        let mut option = |name: &str, value: String| words.extend([format!("--{name}"), value]);
        option("db", self.config.db.display().to_string());
        option("exchange", self.account.exchange.clone());
        option("symbol", self.account.symbol.to_string());
        option("from", format_utc(self.account.started_ms));
        option("to", format_utc(self.end_ms()));
        option("cash", settings.cash.to_string());
        option("taker-fee", settings.taker_fee.to_string());
        option("maker-fee", settings.maker_fee.to_string());
        option("slippage", settings.slippage.to_string());
        option("fee-charged-in", charged.to_owned());
        option("tick", settings.tick.to_string());
        option("lot", settings.lot.to_string());
        for (name, least) in [("min-quantity", settings.min_quantity), ("min-notional", settings.min_notional)] {
            if least > 0.0 {
                option(name, least.to_string());
            }
        }
        if let Some(size) = self.config.size {
            option("size", size.to_string());
        }
        for (name, value) in &self.config.params {
            option("set", format!("{name}={value}"));
        }
        words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:=%,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        for (word, text) in [("a/b.yaml", "a/b.yaml"), ("250 quote", "'250 quote'"), ("it's", r"'it'\''s'"), ("", "''")]
        {
            assert_eq!(quoted(word), text);
        }
    }
}
