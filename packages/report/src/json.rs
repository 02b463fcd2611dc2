//! The report as JSON, for other programs.

use execution::{OpenPosition, Trade};
use market::{Hole, Timeframe, format_utc};
use serde_json::{Map, Value, json};

use crate::{Figures, Report, Unit};

impl Report<'_> {
    /// The whole report as JSON: `setup`, `metrics`, `at_best`, `open`, `trades`, `buy_and_hold`, `monthly`,
    /// `holes`, `ambiguous`, `settled`, `rejected`, `warnings`, `warm_up`, `provenance`, `run` and `manifest`. Times
    /// are Unix milliseconds, except in `setup`. A metric that cannot be computed is left out.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut json = self.json_without_lists();
        json["holes"]["list"] = self.holes.iter().map(hole).collect();
        json["trades"] = self.result.trades.iter().map(trade_json).collect();
        json["settled"] = self.settled_json();
        json["rejected"] = self.rejected_json();
        json
    }

    /// As [`Report::json`], without the lists that grow with the run: `trades`, `settled`, `rejected` and
    /// that of `holes`.
    #[must_use]
    pub fn json_without_lists(&self) -> Value {
        json!({
            "strategy": { "name": self.name, "about": self.about },
            "setup": self.setup_json(),
            "candles": self.tally.candles(),
            "metrics": metrics(&self.figures()),
            "buy_and_hold": metrics(&self.tally.buy_and_hold()),
            "at_best": self.figures_at_best().as_ref().map(metrics),
            "open": self.result.open.as_ref().map(open_json),
            "monthly": self.tally.months.returns(),
            "holes": self.holes_json(),
            "ambiguous": { "trades": self.ambiguous_trades(), "gain_at_best": self.ambiguous_gain_at_best() },
            "warnings": self.warnings,
            "warm_up": { "needed": self.warm_up_candles, "read": self.warm_up_read },
            "unclosed_candles": self.unclosed_candles,
            "provenance": self.provenance,
            "run": self.run,
            "manifest": self.manifest,
        })
    }

    fn setup_json(&self) -> Value {
        let (setup, symbol) = (&self.setup, &self.series.symbol);
        let params: Map<String, Value> =
            setup.params.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({
            "strategy_file": setup.strategy_file,
            "params": params,
            "series": format!("{}_{}{}_{}", self.series.exchange, symbol.base(), symbol.quote(), self.series.timeframe),
            "exchange": self.series.exchange,
            "symbol": symbol.to_string(),
            "timeframe": self.series.timeframe.name(),
            "cash": setup.cash,
            "size": setup.size,
            "taker_fee": setup.taker_fee,
            "maker_fee": setup.maker_fee,
            "slippage": setup.slippage,
            "fee_charged_in": setup.fee_charged_in,
            "market": setup.market,
            "leverage": setup.leverage,
            "maintenance_margin_rate": setup.maintenance_tiers.first().map_or(0.0, |(_, rate)| *rate),
            "maintenance_tiers": setup.maintenance_tiers,
            "detail": setup.detail.map(Timeframe::name),
            "tick": setup.tick,
            "lot": setup.lot,
            "from": format_utc(setup.from_ms),
            "to": format_utc(setup.to_ms),
        })
    }

    fn holes_json(&self) -> Value {
        json!({
            "missing_candles": self.missing_candles(),
            "trades_touched": self.trades_that_touched_a_hole(),
            "open_touched": self.open_touched_a_hole(),
        })
    }

    fn settled_json(&self) -> Value {
        let settled = |settled: &execution::Settled| json!({ "time": settled.candle_time_ms, "reason": settled.reason, "gained": settled.gained });
        self.result.settled.iter().map(settled).collect()
    }

    fn rejected_json(&self) -> Value {
        let signal = |signal: &execution::RejectedSignal| json!({ "time": signal.candle_time_ms, "side": signal.side.name(), "reason": signal.reason });
        self.result.rejected.iter().map(signal).collect()
    }
}

/// The figures by name, counts as whole numbers.
fn metrics(figures: &Figures) -> Value {
    let value = |unit, value: f64| if unit == Unit::Count { json!(value as u64) } else { json!(value) };
    figures.iter().map(|(figure, number)| (figure.name.to_owned(), value(figure.unit, number))).collect()
}

fn hole(hole: &Hole) -> Value {
    json!({ "from": hole.from_ms, "to": hole.to_ms, "missing": hole.missing })
}

/// A closed trade, as the report has it.
#[must_use]
pub fn trade_json(trade: &Trade) -> Value {
    json!({
        "side": trade.side.name(),
        "entry_time": trade.entry_time_ms,
        "entry_price": trade.entry_price,
        "exit_time": trade.exit_time_ms,
        "exit_price": trade.exit_price,
        "quantity": trade.quantity,
        "fees": trade.fees,
        "funding": trade.funding,
        "pnl": trade.pnl,
        "reason": trade.reason,
        "bars": trade.bars,
    })
}

/// A position that is still open, as the report has it.
#[must_use]
pub fn open_json(open: &OpenPosition) -> Value {
    json!({
        "side": open.side.name(),
        "entry_time": open.entry_time_ms,
        "entry_price": open.entry_price,
        "quantity": open.quantity,
    })
}
