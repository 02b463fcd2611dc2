//! Files of an exchange's public archive: where they are, and downloading them.
//!
//! An archive has no limits of weight, and a month in one file. It is late by a day, months by some days more, and
//! not every file is there.

use std::time::Duration;

use fastrand::Rng;
use market::{Symbol, Timeframe};
use network::Backoff;
use reqwest::{Client, StatusCode};

use crate::{ExchangeError, Options, http, venues};

/// The largest file that is downloaded: a month of candles of a second has some 100 MB.
const MAX_FILE_BYTES: usize = 256 << 20;
/// How long the download of one file may take.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Candles of which price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchivePrice {
    /// Of trades.
    Trades,
    /// Of the mark price.
    Mark,
}

/// How much time a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveSpan {
    /// A calendar month in UTC.
    Month,
    /// A day in UTC.
    Day,
}

/// Where an exchange's archive has the candles of a month or a day.
pub(crate) type PathOf = fn(&Symbol, Timeframe, ArchivePrice, ArchiveSpan, i64) -> String;

/// The public archive of one exchange.
#[derive(Debug)]
pub struct Archive {
    client: Client,
    base_url: String,
    path_of: PathOf,
    options: Options,
}

impl Archive {
    /// Prepares to download from the archive of the exchange called `name`, at `base_url` instead of its own address
    /// where one is given; sends nothing yet.
    ///
    /// # Errors
    /// When there is no such exchange, or the address is none.
    pub fn connect(name: &str, base_url: Option<&str>, options: &Options) -> Result<Self, ExchangeError> {
        let (own_url, path_of) = venues::archive(name)?;
        let base_url = base_url.unwrap_or(own_url).trim_end_matches('/').to_owned();
        let options = Options { timeout: TIMEOUT, ..options.clone() };
        let client = http::client(&base_url, &options)?;
        Ok(Archive { client, base_url, path_of, options })
    }

    /// The path of the file with the candles of the month or the day that begins at `open_ms`, Unix milliseconds.
    #[must_use]
    pub fn path(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        price: ArchivePrice,
        span: ArchiveSpan,
        open_ms: i64,
    ) -> String {
        (self.path_of)(symbol, timeframe, price, span, open_ms)
    }

    /// The file at `path`, whole; `None` where the archive has none.
    ///
    /// # Errors
    /// [`ExchangeError`], after the attempts of the options.
    pub async fn download(&self, path: &str) -> Result<Option<Vec<u8>>, ExchangeError> {
        let url = format!("{}/{path}", self.base_url);
        let mut backoff = Backoff::new(self.options.retry_delay, self.options.retry_delay_max, Rng::new());
        for _ in 1..self.options.max_attempts {
            match self.attempt(&url).await {
                Err(error) if error.is_retryable() => {
                    let delay = backoff.next_delay();
                    tracing::info!("downloading again: {error}");
                    self.options.clock.sleep(delay).await;
                }
                done => return done,
            }
        }
        self.attempt(&url).await
    }

    async fn attempt(&self, url: &str) -> Result<Option<Vec<u8>>, ExchangeError> {
        tracing::debug!(url, "downloading");
        let bad = |status, reason| ExchangeError::BadReply { url: url.to_owned(), status, reason };
        let broken = |error: reqwest::Error| http::transport_error(&error, url.to_owned(), &self.options);
        let mut response = self.client.get(url).send().await.map_err(broken)?;
        let status = response.status();
        if status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !status.is_success() {
            return Err(bad(status.as_u16(), "expected the file, or 404 where there is none".to_owned()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if bytes.len() + chunk.len() > MAX_FILE_BYTES {
                return Err(bad(status.as_u16(), format!("it has more than {} MB", MAX_FILE_BYTES >> 20)));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(bytes))
    }
}
