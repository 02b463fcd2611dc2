//! An exchange whose candles, mark prices and funding are whatever a test says: it drops some, serves them later, lies, or
//! changes its mind. It is spot and perpetuals in one.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Now, on this exchange's clock: 2025-01-05.
pub(crate) const NOW_MS: i64 = 1_736_035_200_000;
pub(crate) const MINUTE_MS: i64 = 60_000;

/// How often there is funding, unless a test says else.
pub(crate) const FUNDING_MS: i64 = 480 * MINUTE_MS;

/// A close that is thousands of times the usual one.
pub(crate) const FAR: &str = "5000";

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// 1m candles.
    Candles,
    /// The same of the mark price.
    Marks,
    Funding,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) what: What,
    /// As the exchange calls it: `BTCUSDT`.
    pub(crate) id: String,
    pub(crate) since_ms: i64,
    /// The last time wanted.
    pub(crate) end_ms: i64,
    pub(crate) limit: usize,
    /// How many questions came before it.
    pub(crate) number: usize,
}

/// What it answers: rows, or no sensible answer.
pub(crate) type Reply = Option<Vec<Row>>;

/// A candle: open time, and close. A rate: when it is stamped, and the rate.
pub(crate) type Row = (i64, &'static str);

/// Opened, it answers until the test's process ends.
pub(crate) struct Liar {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// Every minute from `from_ms` on that is wanted and closed or forming, as an honest exchange has them, all with the close
/// 1.25, but for those without.
pub(crate) fn honest(asked: &Asked, from_ms: i64, without: impl Fn(i64) -> bool) -> Vec<Row> {
    each(MINUTE_MS, "1.25", asked, from_ms, without)
}

/// The same of funding: a rate of 0.0001 every eight hours.
pub(crate) fn honest_funding(asked: &Asked, from_ms: i64, without: impl Fn(i64) -> bool) -> Vec<Row> {
    each(FUNDING_MS, "0.0001", asked, from_ms, without)
}

fn each(step_ms: i64, value: &'static str, asked: &Asked, from_ms: i64, without: impl Fn(i64) -> bool) -> Vec<Row> {
    let first = (asked.since_ms.max(from_ms) + step_ms - 1) / step_ms;
    let times = (first..).map(|step| step * step_ms).take_while(|&time| time <= asked.end_ms.min(NOW_MS));
    times.filter(|&time| !without(time)).take(asked.limit).map(|time| (time, value)).collect()
}

impl Liar {
    /// Opens.
    pub(crate) fn open(reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (notes, reply) = (Arc::clone(&asked), Arc::new(reply));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (notes, reply) = (Arc::clone(&notes), Arc::clone(&reply));
                thread::spawn(move || answer(&stream, &*reply, &notes));
            }
        });
        Liar { url, asked }
    }

    /// The questions since the last call.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn answer(mut stream: &TcpStream, reply: &dyn Fn(&Asked) -> Reply, notes: &Mutex<Vec<Asked>>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let Some(first) = lines.next() else { return };
    lines.for_each(drop);
    let target = first.split(' ').nth(1).unwrap_or_default();
    let text = |name: &str| {
        let query = target.split_once('?').map_or("", |(_, query)| query);
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    };
    let number = |name: &str| text(name).and_then(|text| text.parse::<i64>().ok());
    let path = target.split('?').next().unwrap_or_default();
    let body = match path {
        "/api/v3/time" | "/fapi/v1/time" => Some(format!("{{\"serverTime\":{NOW_MS}}}")),
        "/api/v3/exchangeInfo" => Some(listed(false)),
        "/fapi/v1/exchangeInfo" => Some(listed(true)),
        "/api/v3/klines" | "/fapi/v1/klines" | "/fapi/v1/markPriceKlines" | "/fapi/v1/fundingRate" => {
            let what = match path {
                "/fapi/v1/markPriceKlines" => What::Marks,
                "/fapi/v1/fundingRate" => What::Funding,
                _ => What::Candles,
            };
            let mut notes = notes.lock().unwrap();
            let asked = Asked {
                what,
                id: text("symbol").unwrap_or_default().to_owned(),
                since_ms: number("startTime").unwrap_or(0),
                end_ms: number("endTime").unwrap_or(NOW_MS),
                limit: usize::try_from(number("limit").unwrap_or(500)).unwrap(),
                number: notes.len(),
            };
            notes.push(asked.clone());
            drop(notes);
            let row = |row: Row| if what == What::Funding { rate(&asked.id, row) } else { kline(row) };
            reply(&asked).map(|rows| format!("[{}]", rows.into_iter().map(row).collect::<Vec<_>>().join(",")))
        }
        _ => None,
    };
    let (status, body) = match body {
        Some(body) => ("200 OK", body),
        None => ("400 Bad Request", r#"{"code":-1102,"msg":"nothing sensible"}"#.to_owned()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length");
    // The client may be gone.
    let _ = write!(stream, "{head}: {}\r\n\r\n{body}", body.len());
}

fn kline((time, close): Row) -> String {
    let end = time + MINUTE_MS - 1;
    // What has another price altogether does not move.
    let [open, high, low] = if close == FAR { [FAR; 3] } else { ["1.5", "2.5", "0.5"] };
    format!("[{time},\"{open}\",\"{high}\",\"{low}\",\"{close}\",\"9\",{end},\"1\",1,\"1\",\"1\",\"0\"]")
}

/// A rate as it is stamped, a little late.
fn rate(id: &str, (time, rate): Row) -> String {
    format!(r#"{{"symbol":"{id}","fundingRate":"{rate}","fundingTime":{},"markPrice":"1.5"}}"#, time + 4)
}

/// BTC and ETH are traded; LUNA is listed and is not.
fn listed(is_perpetual: bool) -> String {
    let kind = if is_perpetual {
        r#""contractType":"PERPETUAL","marginAsset":"USDT""#
    } else {
        r#""isSpotTradingAllowed":true"#
    };
    let market = |base: &str, status: &str| {
        format!(
            r#"{{"symbol":"{base}USDT","status":"{status}","baseAsset":"{base}","quoteAsset":"USDT",{kind},
            "filters":[{{"filterType":"PRICE_FILTER","tickSize":"0.01"}},{{"filterType":"LOT_SIZE","minQty":"0.1","stepSize":"0.1"}}]}}"#
        )
    };
    let markets = [market("BTC", "TRADING"), market("ETH", "TRADING"), market("LUNA", "BREAK")].join(",");
    format!(r#"{{"timezone":"UTC","serverTime":{NOW_MS},"rateLimits":[],"exchangeFilters":[],"symbols":[{markets}]}}"#)
}
