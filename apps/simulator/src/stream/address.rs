//! What the URL of a stream asks for: which streams, and whether they come wrapped. Pure.

use crate::rest::call::TimeUnit;

/// A stream URL, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// Names of streams subscribed from the start.
    pub(crate) streams: Vec<String>,
    /// Whether events come as `{"stream":…,"data":…}`.
    pub(crate) combined: bool,
    /// Unit of times in events.
    pub(crate) unit: TimeUnit,
}

impl Address {
    /// Reads `/ws…`, `/stream?streams=…` and `/stream/ws…`. A path of digits after `/ws` is a number that
    /// some clients add to tell their sockets apart: it names no stream.
    pub(crate) fn parse(path: &str, params: &[(String, String)]) -> Self {
        let param = |name: &str| params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let raw = path.strip_prefix("/stream").unwrap_or(path).strip_prefix("/ws");
        let names = match raw {
            Some(rest) => rest,
            None => param("streams").unwrap_or_default(),
        };
        let is_name = |name: &&str| !name.is_empty() && !name.bytes().all(|byte| byte.is_ascii_digit());
        Address {
            streams: names.split('/').filter(is_name).map(str::to_owned).collect(),
            combined: raw.is_none(),
            unit: param("timeUnit").and_then(|unit| TimeUnit::parse(unit).ok()).unwrap_or(TimeUnit::Milliseconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, query: &str, streams: &[&str], combined: bool) {
        let params = query.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
        let address = Address::parse(path, params.as_slice());
        assert_eq!(
            (address.streams.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), address.combined),
            (streams, combined)
        );
    }

    #[test]
    fn urls_name_streams() {
        check("/ws", "", &[], false);
        check("/ws/btcusdt@kline_1m", "", &["btcusdt@kline_1m"], false);
        check("/ws/btcusdt@kline_1m/btcusdt@bookTicker", "", &["btcusdt@kline_1m", "btcusdt@bookTicker"], false);
        check("/ws/0", "", &[], false);
        check("/stream", "", &[], true);
        check("/stream", "streams=a@kline_1m/b@ticker", &["a@kline_1m", "b@ticker"], true);
        check("/stream/ws/12", "", &[], false);
        check("/stream/ws", "", &[], false);
        check("/stream/ws/a@ticker", "", &["a@ticker"], false);
    }
}
