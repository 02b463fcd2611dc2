//! Fetching stretches of closed candles from a made-up exchange.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use exchange::{Exchange, ExchangeError, FetchError, Fetched, Page, SETTLE_MS, fetch_closed};
use market::{Candle, FundingRate, Instrument, Symbol, Ticker, Timeframe};

use crate::server::{Server, answer, binance};

const H: i64 = 3_600_000;

fn candle(open_time_ms: i64) -> Candle {
    Candle { open_time_ms, open: 2.0, high: 3.0, low: 1.0, close: 2.0, volume: 5.0 }
}

/// An exchange with candles and a clock; pages have three candles, and it breaks after some questions.
struct Fake {
    candles: Vec<Candle>,
    time_ms: i64,
    asked: AtomicUsize,
    breaks_after: usize,
    /// This question, counted from 0, is not answered in time.
    late: usize,
}

#[async_trait]
impl Exchange for Fake {
    fn name(&self) -> &str {
        "fake"
    }

    async fn load_markets(&self) -> Result<Vec<Instrument>, ExchangeError> {
        Ok(Vec::new())
    }

    async fn fetch_time(&self) -> Result<i64, ExchangeError> {
        Ok(self.time_ms)
    }

    async fn fetch_ohlcv(
        &self,
        _: &Symbol,
        _: Timeframe,
        since_ms: Option<i64>,
        until_ms: Option<i64>,
        limit: Option<u32>,
    ) -> Result<Page, ExchangeError> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        // As over a network, where what is asked ahead is on its way before the first answer comes.
        tokio::task::yield_now().await;
        if number >= self.breaks_after {
            return Err(ExchangeError::Region { exchange: "fake" });
        }
        if number == self.late {
            return Err(ExchangeError::Timeout { url: "fake".to_owned(), after: Duration::ZERO });
        }
        let range = since_ms.unwrap_or(0)..until_ms.unwrap_or(i64::MAX);
        let rows = self.candles.iter().filter(|candle| range.contains(&candle.open_time_ms));
        Ok(rows.take(limit.unwrap_or(3) as usize).copied().collect::<Vec<_>>().into())
    }

    async fn fetch_mark_ohlcv(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        since_ms: Option<i64>,
        until_ms: Option<i64>,
        limit: Option<u32>,
    ) -> Result<Page, ExchangeError> {
        let mut page = self.fetch_ohlcv(symbol, timeframe, since_ms, until_ms, limit).await?;
        page.candles.iter_mut().for_each(|candle| candle.volume = 0.0);
        Ok(page)
    }

    async fn fetch_funding_rate_history(&self, _: &Symbol, _: i64, _: i64) -> Result<Vec<FundingRate>, ExchangeError> {
        Err(ExchangeError::Unsupported { exchange: "fake", what: "funding rates" })
    }

    async fn fetch_quote_volumes(&self, _: &[Instrument]) -> Result<Vec<(Symbol, f64)>, ExchangeError> {
        Ok(Vec::new())
    }

    async fn fetch_ticker(&self, _: &Symbol) -> Result<Ticker, ExchangeError> {
        Err(ExchangeError::Region { exchange: "fake" })
    }
}

/// `time_ms` and a moment: candles that close at `time_ms` are final.
fn fake(hours: impl IntoIterator<Item = i64>, time_ms: i64) -> Fake {
    let time_ms = time_ms + SETTLE_MS;
    let candles = hours.into_iter().map(|hour| candle(hour * H)).collect();
    Fake { candles, time_ms, asked: AtomicUsize::new(0), breaks_after: usize::MAX, late: usize::MAX }
}

/// Fetches, and gives the hours passed on, the sizes of the pages, and the result.
async fn fetch(exchange: &Fake, since: i64, until: Option<i64>) -> (Vec<i64>, Result<Fetched, FetchError>) {
    let mut hours = Vec::new();
    let symbol = "BTC/USDT".parse().unwrap();
    let until_ms = until.map(|hour| hour * H);
    let result = fetch_closed(exchange, &symbol, Timeframe::H1, since * H, until_ms, |page| {
        assert!(!page.is_empty());
        hours.extend(page.iter().map(|candle| candle.open_time_ms / H));
        Ok(())
    })
    .await;
    (hours, result)
}

#[tokio::test]
async fn closed_candles_are_passed_on_and_counted() {
    let exchange = fake([4, 5, 6, 7, 11, 12, 13], 13 * H + H / 2);
    let (hours, fetched) = fetch(&exchange, 0, None).await;
    assert_eq!(hours, [4, 5, 6, 7, 11, 12]);
    let fetched = fetched.unwrap();
    assert_eq!((fetched.candles, fetched.first_open_ms, fetched.last_open_ms), (6, Some(4 * H), Some(12 * H)));
    assert_eq!((fetched.until_ms, fetched.server_time_ms), (13 * H, 13 * H + H / 2 + SETTLE_MS));
    let hole = |from, to, missing| market::Hole { from_ms: from * H, to_ms: to * H, missing };
    assert_eq!(fetched.absent, [hole(0, 4, 4), hole(8, 11, 3)]);
    assert_eq!((fetched.pages, fetched.refused), (5, vec![]));
}

#[tokio::test]
async fn the_end_is_exclusive_and_nothing_is_no_error() {
    let exchange = fake(0..11, 10 * H);
    assert_eq!(fetch(&exchange, 2, Some(5)).await.0, [2, 3, 4]);
    assert_eq!(fetch(&exchange, 9, None).await.0, [9]);
    let (hours, fetched) = fetch(&exchange, 10, None).await;
    assert!(hours.is_empty() && fetched.unwrap().pages == 0);
}

#[tokio::test]
async fn a_candle_that_closed_just_now_waits_for_the_next_fetch() {
    let mut exchange = fake(0..10, 5 * H);
    assert_eq!(fetch(&exchange, 3, None).await.0, [3, 4]);
    exchange.time_ms -= 1;
    assert_eq!(fetch(&exchange, 3, None).await.0, [3]);
}

#[tokio::test]
async fn an_error_on_the_way_leaves_what_came_before() {
    let exchange = Fake { breaks_after: 2, ..fake(0..10, 10 * H) };
    let (hours, fetched) = fetch(&exchange, 0, None).await;
    assert_eq!(hours, [0, 1, 2, 3]);
    assert!(matches!(fetched, Err(FetchError::Exchange(ExchangeError::Region { .. }))));
}

#[tokio::test]
async fn what_was_asked_ahead_and_came_too_late_is_asked_for_again() {
    for late in 2..5 {
        let exchange = Fake { late, ..fake(0..31, 30 * H) };
        let (hours, fetched) = fetch(&exchange, 0, None).await;
        assert_eq!(hours, (0..30).collect::<Vec<_>>(), "question {late}: {fetched:?}");
    }
    let exchange = Fake { late: 0, ..fake(0..31, 30 * H) };
    let (_, fetched) = fetch(&exchange, 0, None).await;
    assert!(matches!(fetched, Err(FetchError::Exchange(ExchangeError::Timeout { .. }))), "nobody let it wait");
}

#[tokio::test]
async fn what_is_asked_ahead_is_what_comes_next() {
    // Of old candles, of young ones, and of both.
    for time_ms in [1_000 * H, 60 * H, 200 * H] {
        let exchange = fake(0..61, time_ms);
        let (hours, fetched) = fetch(&exchange, 0, Some(60)).await;
        assert_eq!(hours, (0..60).collect::<Vec<_>>());
        assert_eq!(exchange.asked.load(Ordering::SeqCst) as u64, fetched.unwrap().pages, "at {time_ms}");
    }
}

#[tokio::test]
async fn the_receiver_can_stop_it() {
    let exchange = fake(0..10, 10 * H);
    let symbol = "BTC/USDT".parse().unwrap();
    let full = |_: &[Candle]| Err("the disk is full".into());
    let error = fetch_closed(&exchange, &symbol, Timeframe::H1, 0, None, full).await.unwrap_err();
    assert_eq!(error.to_string(), "the disk is full");
    assert_eq!(exchange.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_page_comes_over_the_wire_as_it_is() {
    let rows = r#"[[3600000,"2","3","1","2","5",7199999,"0",1,"0","0","0"],[7200000,"2","3","1","2","5",1,"0",1,"0","0","0"]]"#;
    let server = Server::start(vec![answer(200, "", rows)]).await;
    let (binance, _) = binance(&server.base_url);
    let symbol = "BTC/USDT".parse().unwrap();
    let page = binance.fetch_ohlcv(&symbol, Timeframe::H1, Some(H), Some(3 * H), Some(2)).await.unwrap();
    assert_eq!((page.candles, page.spoilt), (vec![candle(H), candle(2 * H)], vec![]));
    let asked = "get /api/v3/klines?symbol=btcusdt&interval=1h&starttime=3600000&endtime=10799999&limit=2 http/1.1";
    assert!(server.seen()[0].starts_with(asked), "{}", server.seen()[0]);
}

#[tokio::test]
async fn rows_that_were_not_asked_for_make_an_answer_no_answer() {
    let rows = |hours: &[i64]| {
        let row = |hour: &i64| format!(r#"[{},"2","3","1","2","5",0,"0",1,"0","0","0"]"#, hour * H);
        answer(200, "", format!("[{}]", hours.iter().map(row).collect::<Vec<_>>().join(",")))
    };
    for (hours, told) in [
        (&[0, 1][..], "the candle of 1970-01-01T00:00:00Z lies outside of what was asked for"),
        (&[2, 3], "the candle of 1970-01-01T03:00:00Z lies outside of what was asked for"),
        (&[1, 2], "2 candles, asked for were 1 at most"),
    ] {
        let server = Server::start(vec![rows(hours); 9]).await;
        let (binance, _) = binance(&server.base_url);
        let symbol = "BTC/USDT".parse().unwrap();
        let error = binance.fetch_ohlcv(&symbol, Timeframe::H1, Some(H), Some(3 * H), Some(1)).await.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}
