//! Where the public archive of Binance has a file.

use market::{Symbol, Timeframe, format_utc};

use super::server::Server;
use crate::archive::{ArchivePrice, ArchiveSpan};

/// The archive of all of Binance's exchanges.
pub(crate) const BASE_URL: &str = "https://data.binance.vision";

/// The path of the file with the candles of the month or the day that begins at `open_ms`, Unix milliseconds.
pub(super) fn path(
    server: &Server,
    symbol: &Symbol,
    timeframe: Timeframe,
    price: ArchivePrice,
    span: ArchiveSpan,
    open_ms: i64,
) -> String {
    let market = if server.perpetual.is_none() { "spot" } else { "futures/um" };
    let (folder, digits) = match span {
        ArchiveSpan::Month => ("monthly", "2025-01".len()),
        ArchiveSpan::Day => ("daily", "2025-01-31".len()),
    };
    let data = match price {
        ArchivePrice::Trades => "klines",
        ArchivePrice::Mark => "markPriceKlines",
    };
    // Some file systems do not tell `1M` from `1m`.
    let timeframe = if timeframe == Timeframe::Month1 { "1mo" } else { timeframe.name() };
    let id = format!("{}{}", symbol.base(), symbol.quote());
    let day = format_utc(open_ms);
    let when = day.get(..digits).unwrap_or(&day);
    format!("data/{market}/{folder}/{data}/{id}/{timeframe}/{id}-{timeframe}-{when}.zip")
}

#[cfg(test)]
mod tests {
    use super::super::server::{SPOT, USD_M};
    use super::*;

    #[test]
    fn files_are_where_the_archive_has_them() {
        let check = |server, symbol: &str, timeframe, price, span, expected: &str| {
            let path = path(server, &symbol.parse().unwrap(), timeframe, price, span, 1_735_689_600_000);
            assert_eq!(path, expected);
        };
        let (month, day, trades) = (ArchiveSpan::Month, ArchiveSpan::Day, ArchivePrice::Trades);
        let expected = "data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-01.zip";
        check(&SPOT, "BTC/USDT", Timeframe::M1, trades, month, expected);
        let expected = "data/spot/daily/klines/BTCUSDT/1mo/BTCUSDT-1mo-2025-01-01.zip";
        check(&SPOT, "BTC/USDT", Timeframe::Month1, trades, day, expected);
        let expected = "data/futures/um/daily/markPriceKlines/BTCUSDT/1h/BTCUSDT-1h-2025-01-01.zip";
        check(&USD_M, "BTC/USDT:USDT", Timeframe::H1, ArchivePrice::Mark, day, expected);
    }
}
