//! A small exchange on this machine that answers as Binance does, and notes what it is asked.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Now, on this exchange's clock: 2025-01-05.
pub(crate) const NOW_MS: i64 = 1_736_035_200_000;
/// Its first candle opens here: ten days ago.
pub(crate) const LISTED_MS: i64 = NOW_MS - 10 * 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// How often it has funding.
pub(crate) const FUNDING_MS: i64 = 8 * 3_600_000;

/// An open time, and the values of its candle.
pub(crate) type Odd = (i64, [&'static str; 5]);

/// Candles that an exchange has: every minute but those in `holes`, up to the forming one. It has funding
/// every eight hours, but at those times.
pub(crate) struct Venue {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<i64>>>,
    gate: Arc<Gate>,
    paths: Arc<Mutex<BTreeSet<String>>>,
}

/// How it answers whatever is asked, and how often that was.
#[derive(Debug, Default)]
struct Gate {
    /// A status instead of an answer; 0 and 200 for none.
    status: AtomicU64,
    retry_after_s: AtomicU64,
    requests: AtomicU64,
}

impl Venue {
    /// Opens. `holes` are open times that it has no candle of; each page takes `delay`.
    pub(crate) fn open(holes: &'static [i64], delay: Duration) -> Self {
        Self::open_with(holes, &[], delay)
    }

    /// Opens one that has other values for some open times: open, high, low, close, volume.
    pub(crate) fn open_with(holes: &'static [i64], odd: &'static [Odd], delay: Duration) -> Self {
        Self::open_on(TcpListener::bind("127.0.0.1:0").unwrap(), holes, odd, delay)
    }

    /// Opens on a listener that is there.
    pub(crate) fn open_on(listener: TcpListener, holes: &'static [i64], odd: &'static [Odd], delay: Duration) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        let paths = Arc::<Mutex<BTreeSet<String>>>::default();
        let noted = Arc::clone(&paths);
        let gate = Arc::<Gate>::default();
        let entrance = Arc::clone(&gate);
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (notes, noted, gate) = (Arc::clone(&notes), Arc::clone(&noted), Arc::clone(&entrance));
                thread::spawn(move || {
                    if !gate.refuses(&stream) {
                        answer(&stream, holes, odd, delay, &notes, &noted);
                    }
                });
            }
        });
        Venue { url, asked, gate, paths }
    }

    /// From now on answers everything with `status`; with 200, as ever.
    pub(crate) fn refuse(&self, status: u64, retry_after_s: u64) {
        self.gate.retry_after_s.store(retry_after_s, Ordering::SeqCst);
        self.gate.status.store(status, Ordering::SeqCst);
    }

    /// How many requests came since the last call.
    pub(crate) fn requests(&self) -> u64 {
        self.gate.requests.swap(0, Ordering::SeqCst)
    }

    /// Every path that was asked for.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.paths.lock().unwrap().iter().cloned().collect()
    }

    /// The start times of the pages that were asked for since the last call.
    pub(crate) fn asked(&self) -> Vec<i64> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Gate {
    fn refuses(&self, mut stream: &TcpStream) -> bool {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let (status, seconds) = (self.status.load(Ordering::SeqCst), self.retry_after_s.load(Ordering::SeqCst));
        if [0, 200].contains(&status) {
            return false;
        }
        let lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
        lines.for_each(drop);
        let head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nRetry-After: {seconds}");
        // The client may be gone, which is part of some tests.
        let _ = write!(stream, "{head}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}");
        true
    }
}

fn answer(
    mut stream: &TcpStream,
    holes: &[i64],
    odd: &[Odd],
    delay: Duration,
    notes: &Mutex<Vec<i64>>,
    paths: &Mutex<BTreeSet<String>>,
) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let Some(first) = lines.next() else { return };
    lines.for_each(drop);
    let target = first.split(' ').nth(1).unwrap_or_default();
    paths.lock().unwrap().insert(target.split('?').next().unwrap_or_default().to_owned());
    let number = |name: &str| parameter(target, name).and_then(|text| text.parse().ok());
    let page = || {
        let since_ms = number("startTime").unwrap_or(0);
        notes.lock().unwrap().push(since_ms);
        thread::sleep(delay);
        Page { since_ms, end_ms: number("endTime").unwrap_or(NOW_MS), limit: number("limit").unwrap_or(500) }
    };
    if target.contains("BADUSDT") {
        let head = "HTTP/1.1 400 X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 35";
        let body = r#"{"code":-1121,"msg":"Invalid symb"}"#;
        let _ = write!(stream, "{head}\r\n\r\n{body}");
        return;
    }
    let body = match target.split('?').next().unwrap_or_default() {
        "/api/v3/time" | "/fapi/v1/time" => format!("{{\"serverTime\":{NOW_MS}}}"),
        "/api/v3/exchangeInfo" => LISTED.to_owned(),
        "/fapi/v1/exchangeInfo" => LISTED_PERPETUALS.to_owned(),
        "/api/v3/ticker/24hr" => VOLUMES.to_owned(),
        "/api/v3/klines" | "/fapi/v1/klines" => klines(&page(), ["1.5", "2.5", "0.5", "1.25", "9"], holes, odd),
        "/fapi/v1/markPriceKlines" => klines(&page(), ["1.5", "2.5", "0.5", "1.75", "0"], holes, odd),
        "/fapi/v1/fundingRate" => funding(&page(), holes),
        _ => String::new(),
    };
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length";
    // The client may be gone, which is part of some tests.
    let _ = write!(stream, "{head}: {}\r\n\r\n{body}", body.len());
}

fn parameter<'a>(target: &'a str, name: &str) -> Option<&'a str> {
    let query = target.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

struct Page {
    since_ms: i64,
    end_ms: i64,
    limit: i64,
}

/// The rows of a page, one at each full `step_ms`.
fn rows(page: &Page, step_ms: i64, holes: &[i64], row: impl Fn(i64) -> String) -> String {
    let since_ms = page.since_ms.max(LISTED_MS);
    let first = since_ms.div_euclid(step_ms) + i64::from(since_ms % step_ms > 0);
    let times = (first..).map(|step| step * step_ms).take_while(|&time| time <= page.end_ms.min(NOW_MS));
    let times = times.filter(|time| !holes.contains(time)).take(usize::try_from(page.limit).unwrap());
    format!("[{}]", times.map(row).collect::<Vec<_>>().join(","))
}

fn klines(page: &Page, values: [&str; 5], holes: &[i64], odd: &[Odd]) -> String {
    rows(page, MINUTE_MS, holes, |time| {
        let end = time + MINUTE_MS - 1;
        let [open, high, low, close, volume] = odd.iter().find(|(odd, _)| *odd == time).map_or(values, |odd| odd.1);
        format!("[{time},\"{open}\",\"{high}\",\"{low}\",\"{close}\",\"{volume}\",{end},\"1\",1,\"1\",\"1\",\"0\"]")
    })
}

fn funding(page: &Page, holes: &[i64]) -> String {
    rows(page, FUNDING_MS, holes, |time| {
        let stamp = time + 4;
        format!(r#"{{"symbol":"BTCUSDT","fundingRate":"0.00010000","fundingTime":{stamp},"markPrice":"1.5"}}"#)
    })
}

const LISTED_PERPETUALS: &str = r#"{"timezone":"UTC","serverTime":1736035200000,"rateLimits":[],"symbols":[
{"symbol":"BTCUSDT","contractType":"PERPETUAL","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","marginAsset":"USDT",
"filters":[{"filterType":"PRICE_FILTER","tickSize":"0.10"},{"filterType":"LOT_SIZE","minQty":"0.001","stepSize":"0.001"},
{"filterType":"MIN_NOTIONAL","notional":"100"}]}]}"#;

const VOLUMES: &str = r#"[{"symbol":"BTCUSDT","quoteVolume":"5000000"},{"symbol":"ETHUSDT","quoteVolume":"2000000"},
{"symbol":"LTCUSDT","quoteVolume":"10"},{"symbol":"OLDUSDT","quoteVolume":"9000000"},{"symbol":"UNKNOWN","quoteVolume":"1"}]"#;

const LISTED: &str = r#"{"timezone":"UTC","serverTime":1736035200000,"rateLimits":[],"exchangeFilters":[],"symbols":[
{"symbol":"ETHUSDT","status":"TRADING","baseAsset":"ETH","quoteAsset":"USDT","filters":[]},
{"symbol":"LTCUSDT","status":"TRADING","baseAsset":"LTC","quoteAsset":"USDT","filters":[]},
{"symbol":"LTCBTC","status":"TRADING","baseAsset":"LTC","quoteAsset":"BTC","filters":[]},
{"symbol":"BADUSDT","status":"TRADING","baseAsset":"BAD","quoteAsset":"USDT","filters":[]},
{"symbol":"OLDUSDT","status":"BREAK","baseAsset":"OLD","quoteAsset":"USDT","filters":[]},
{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","isSpotTradingAllowed":true,"filters":[
{"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"1000000.00","tickSize":"0.01"},
{"filterType":"LOT_SIZE","minQty":"0.00001","maxQty":"9000.0","stepSize":"0.00001"},
{"filterType":"NOTIONAL","minNotional":"5.0","applyMinToMarket":true}]}]}"#;
