//! A run rebuilt from an oracle: the trades as they stand there, the equity from trades and candles.

#![expect(clippy::unwrap_used, reason = "a test cannot go on without its oracle")]

use execution::{ExitReason, OpenPosition, RunResult, Trade};
use market::{CandleSlice, Candles, Hole, Series, Side, Symbol, find_holes, parse_when};
use report::{Line, Provenance, Report, Setup, Size, Tally};
use serde_json::Value;

/// An oracle with its candles, and the run it describes.
pub(crate) struct Oracle {
    /// The oracle as it is written.
    pub(crate) json: Value,
    /// The candles' series.
    pub(crate) series: Series,
    /// The candles of the range.
    pub(crate) candles: Candles,
    /// The run. Equity is that of spot with fees charged in quote.
    pub(crate) result: RunResult,
    tally: Tally,
}

impl Oracle {
    /// Reads the oracle `name`; `None`, with a message, where the shared material is absent.
    pub(crate) fn read(name: &str) -> Option<Oracle> {
        let path = testkit::shared(&format!("oracles/backtests/{name}.json"))?;
        let json: Value = serde_json::from_str(&testkit::read_text(&path)).unwrap();
        let series_name = text(&json["setup"]["series"]);
        let all = testkit::shared_candles(series_name)?;
        let when = |key: &str| parse_when(text(&json["setup"][key]), 0).unwrap();
        let (from, to) = (all.index_at_or_after(when("from")), all.index_at_or_after(when("to")));
        let candles: Candles = (from..to).map(|index| all.get(index)).collect();
        let result = run(&json, candles.as_slice());
        let series = series(series_name);
        let mut tally = Tally::new(result.initial_cash, series.timeframe);
        tally.add(candles.as_slice(), &result.equity);
        Some(Oracle { series, candles, result, tally, json })
    }

    /// The holes in its candles.
    pub(crate) fn holes(&self) -> Vec<Hole> {
        find_holes(&self.candles.open_time_ms, self.series.timeframe)
    }

    /// A report of the run.
    pub(crate) fn report<'a>(&'a self, lines: Vec<Line<'a>>) -> Report<'a> {
        let setup = &self.json["setup"];
        Report {
            name: "sma_cross",
            about: "Buys when the quick average crosses above the calm one, leaves when it crosses below.",
            series: &self.series,
            tally: &self.tally,
            candles: self.candles.as_slice(),
            result: &self.result,
            at_best: None,
            setup: Setup {
                strategy_file: "strategies/sma_cross.yaml".to_owned(),
                params: vec![("fast".to_owned(), 10.0), ("slow".to_owned(), 30.0)],
                cash: number(&setup["cash"]),
                size: Size::Equity(number(&setup["size"])),
                taker_fee: number(&setup["taker_fee"]),
                maker_fee: number(&setup["maker_fee"]),
                slippage: number(&setup["slippage"]),
                fee_charged_in: "quote",
                leverage: number(&setup["leverage"]),
                market: "spot",
                maintenance_tiers: Vec::new(),
                detail: None,
                tick: number(&setup["tick"]),
                lot: number(&setup["lot"]),
                from_ms: parse_when(text(&setup["from"]), 0).unwrap(),
                to_ms: parse_when(text(&setup["to"]), 0).unwrap(),
            },
            lines,
            holes: self.holes(),
            warm_up_candles: 30,
            warm_up_read: 0,
            unclosed_candles: 0,
            warnings: Vec::new(),
            provenance: Provenance {
                data_hash: "d1".repeat(32),
                strategy_hash: "5a".repeat(32),
                binary_hash: "b7".repeat(32),
                version: "0.1.0".to_owned(),
            },
            run: Some(17),
            manifest: serde_json::json!({ "seed": 7 }),
        }
    }
}

fn series(name: &str) -> Series {
    let [exchange, id, timeframe] = name.split('_').collect::<Vec<_>>()[..] else { panic!("{name}") };
    let base = id.strip_suffix("USDT").unwrap();
    let settle = if exchange == "binanceusdm" { ":USDT" } else { "" };
    let symbol: Symbol = format!("{base}/USDT{settle}").parse().unwrap();
    Series::new(exchange, symbol, timeframe.parse().unwrap())
}

fn run(json: &Value, candles: CandleSlice<'_>) -> RunResult {
    let fee_rate = number(&json["setup"]["taker_fee"]);
    let trades: Vec<Trade> = json["trades"].as_array().unwrap().iter().map(trade).collect();
    let open = json["open"].is_object().then(|| open(&json["open"], fee_rate));
    let initial_cash = number(&json["setup"]["cash"]);
    let (equity, bars_held) = equity(initial_cash, fee_rate, &trades, open.as_ref(), candles);
    RunResult {
        initial_cash,
        equity,
        bars_held,
        fees: trades.iter().map(|trade| trade.fees).sum::<f64>() + open.as_ref().map_or(0.0, |open| open.entry_fee),
        funding: trades.iter().map(|trade| trade.funding).sum(),
        trades,
        open,
        ..RunResult::default()
    }
}

/// Cash plus position after each candle, and in how many candles there was a position after the open.
fn equity(
    mut cash: f64,
    fee_rate: f64,
    trades: &[Trade],
    open: Option<&OpenPosition>,
    candles: CandleSlice<'_>,
) -> (Vec<f64>, usize) {
    let entry = |trade: &Trade| (trade.entry_time_ms, trade.entry_price, trade.quantity);
    let mut entries =
        trades.iter().map(entry).chain(open.map(|o| (o.entry_time_ms, o.entry_price, o.quantity))).peekable();
    let mut exits = trades.iter().peekable();
    let (mut held, mut bars_held, mut equity) = (0.0, 0, Vec::new());
    for (index, &time_ms) in candles.open_time_ms.iter().enumerate() {
        if let Some(trade) = exits.next_if(|trade| trade.exit_time_ms == time_ms) {
            cash += trade.quantity * trade.exit_price * (1.0 - fee_rate);
            held = 0.0;
        }
        if let Some((_, price, quantity)) = entries.next_if(|entry| entry.0 == time_ms) {
            cash -= quantity * price * (1.0 + fee_rate);
            held = quantity;
        }
        bars_held += usize::from(held > 0.0);
        equity.push(cash + held * candles.close[index]);
    }
    (equity, bars_held)
}

fn trade(json: &Value) -> Trade {
    Trade {
        side: side(&json["side"]),
        entry_time_ms: json["entry_time"].as_i64().unwrap(),
        entry_price: number(&json["entry_price"]),
        exit_time_ms: json["exit_time"].as_i64().unwrap(),
        exit_price: number(&json["exit_price"]),
        quantity: number(&json["quantity"]),
        fees: number(&json["fees"]),
        funding: number(&json["funding"]),
        pnl: number(&json["pnl"]),
        reason: match text(&json["reason"]) {
            "signal" => ExitReason::Signal,
            "stop" => ExitReason::Stop,
            "take" => ExitReason::Take,
            "trail" => ExitReason::Trail,
            "time" => ExitReason::Time,
            "liquidation" => ExitReason::Liquidation,
            other => panic!("reason {other}"),
        },
        bars: json["bars"].as_u64().unwrap() as usize,
        take: None,
        ambiguous: false,
    }
}

fn open(json: &Value, fee_rate: f64) -> OpenPosition {
    let (entry_price, quantity) = (number(&json["entry_price"]), number(&json["quantity"]));
    OpenPosition {
        side: side(&json["side"]),
        entry_time_ms: json["entry_time"].as_i64().unwrap(),
        entry_price,
        quantity,
        entry_fee: entry_price * quantity * fee_rate,
        funding: 0.0,
        liquidation: None,
        stop: None,
        take: None,
        trail: None,
    }
}

fn side(json: &Value) -> Side {
    if text(json) == "long" { Side::Long } else { Side::Short }
}

fn text(json: &Value) -> &str {
    json.as_str().unwrap()
}

fn number(json: &Value) -> f64 {
    json.as_f64().unwrap()
}
