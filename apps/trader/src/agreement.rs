//! Whether stream and REST speak of the same candles in the same units.
//!
//! History comes over REST and goes on from the stream. Where the one counts volume in the base asset and the other in
//! the quote, or in contracts, every value that hangs on volume breaks at the seam, and nothing looks wrong. So the first
//! candle that a connection closes is not believed: REST is asked for the same one. Where both say the same, the stream
//! is believed from then on; where they do not, nothing is decided until a later candle shows that they do.

use market::{Candle, Symbol};

/// How far the prices of one candle may lie apart, as a share: a trade may be counted late, and a tick be large.
const PRICE_TOLERANCE: f64 = 0.01;
/// The same for volumes: on a thin market one late trade is much. Another unit is further away, by the price; where it is not,
/// it means nearly the same.
const VOLUME_TOLERANCE: f64 = 0.1;
/// How near to the price the quotient of two volumes lies when one of them is in quote: a candle has more than one price.
const UNIT_TOLERANCE: f64 = 0.2;

/// What is known of one series.
#[derive(Debug, Default)]
pub(crate) struct Agreement {
    is_shown: bool,
    /// The newest candle of the stream that REST is to be asked for.
    awaited: Option<Candle>,
    /// Whether the last candle that could tell was another one.
    is_broken: bool,
}

impl Agreement {
    /// Begins anew, as after every connection. What differed before does so until a candle shows otherwise.
    pub(crate) fn forget(&mut self) {
        *self = Agreement { is_broken: self.is_broken, ..Agreement::default() };
    }

    /// Whether a candle that the stream closed must wait for REST to say the same; notes it then.
    pub(crate) fn holds_back(&mut self, candle: &Candle) -> bool {
        if !self.is_shown {
            self.awaited = Some(*candle);
        }
        !self.is_shown
    }

    /// Whether the stream has closed a candle with trades at `open_time_ms`, which REST must have, too.
    pub(crate) fn awaits(&self, open_time_ms: i64) -> bool {
        self.awaited.is_some_and(|awaited| awaited.open_time_ms == open_time_ms && awaited.volume > 0.0)
    }

    /// The candle that waits, once REST has been asked for everything up to `asked_to_ms`, an open time.
    pub(crate) fn take_awaited(&mut self, asked_to_ms: Option<i64>) -> Option<Candle> {
        self.awaited.take_if(|awaited| asked_to_ms >= Some(awaited.open_time_ms))
    }

    /// Whether nothing may be decided.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Holds a candle against that of REST, which may have none, and gives how they differ. One of no volume says nothing
    /// about its unit.
    pub(crate) fn compare(&mut self, streamed: &Candle, rest: Option<&Candle>, symbol: &Symbol) -> Option<String> {
        let differs = match rest {
            Some(rest) => difference(streamed, rest, symbol),
            None => (streamed.volume > 0.0).then(|| "REST does not have it".to_owned()),
        };
        if differs.is_some() {
            self.is_broken = true;
        } else if streamed.volume > 0.0 {
            (self.is_shown, self.is_broken) = (true, false);
        }
        differs
    }
}

/// How two candles of one moment differ by more than late trades do.
fn difference(streamed: &Candle, rest: &Candle, symbol: &Symbol) -> Option<String> {
    let values = |candle: &Candle| [candle.open, candle.high, candle.low, candle.close];
    for (name, (streamed, rest)) in
        ["open", "high", "low", "close"].into_iter().zip(values(streamed).into_iter().zip(values(rest)))
    {
        if !is_near(streamed, rest, PRICE_TOLERANCE) {
            return Some(format!("its {name} is {streamed} there and {rest} over REST"));
        }
    }
    if is_near(streamed.volume, rest.volume, VOLUME_TOLERANCE) {
        return None;
    }
    let is_quote_of = |one: f64, other: f64| is_near(one, other * rest.close, UNIT_TOLERANCE);
    let unit = if is_quote_of(streamed.volume, rest.volume) {
        format!(", as if it were counted in {} there", symbol.quote())
    } else if is_quote_of(rest.volume, streamed.volume) {
        format!(", as if it were counted in {} over REST", symbol.quote())
    } else {
        String::new()
    };
    Some(format!("its volume is {} there and {} over REST{unit}", streamed.volume, rest.volume))
}

fn is_near(one: f64, other: f64, tolerance: f64) -> bool {
    (one - other).abs() <= tolerance * one.abs().max(other.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Candle = Candle { open_time_ms: 0, open: 100.0, high: 110.0, low: 90.0, close: 105.0, volume: 3.0 };

    fn compare(agreement: &mut Agreement, streamed: Candle, rest: Candle) -> Option<String> {
        assert!(agreement.holds_back(&streamed));
        assert_eq!(agreement.take_awaited(Some(-1)), None, "REST has not been asked yet");
        assert_eq!(agreement.take_awaited(Some(0)), Some(streamed));
        agreement.compare(&streamed, Some(&rest), &"BTC/USDT".parse().unwrap())
    }

    #[test]
    fn the_same_candle_is_believed_late_trades_or_not() {
        for streamed in [REST, Candle { volume: 2.8, ..REST }, Candle { close: 105.5, ..REST }] {
            let mut agreement = Agreement::default();
            assert_eq!(compare(&mut agreement, streamed, REST), None);
            assert!(!agreement.holds_back(&streamed) && !agreement.is_broken());
            agreement.forget();
            assert!(agreement.holds_back(&streamed), "a new connection has to show it again");
        }
    }

    #[test]
    fn another_unit_and_another_market_are_not() {
        let in_quote = Candle { volume: 310.0, ..REST };
        for (streamed, rest, how) in [
            (in_quote, REST, "its volume is 310 there and 3 over REST, as if it were counted in USDT there"),
            (REST, in_quote, "its volume is 3 there and 310 over REST, as if it were counted in USDT over REST"),
            (Candle { volume: 2.5, ..REST }, REST, "its volume is 2.5 there and 3 over REST"),
            (Candle { volume: 0.0, ..REST }, REST, "its volume is 0 there and 3 over REST"),
            (REST, Candle { volume: 0.0, ..REST }, "its volume is 3 there and 0 over REST"),
            (Candle { low: 89.0, ..REST }, REST, "its low is 89 there and 90 over REST"),
        ] {
            let mut agreement = Agreement::default();
            assert_eq!(compare(&mut agreement, streamed, rest).as_deref(), Some(how));
            agreement.forget();
            assert!(agreement.is_broken(), "a new connection proves nothing");
            compare(&mut agreement, REST, REST);
            assert!(!agreement.is_broken(), "a candle that tells ends it");
        }
    }

    #[test]
    fn what_the_stream_has_traded_rest_must_have() {
        let (symbol, quiet) = ("BTC/USDT".parse().unwrap(), Candle { volume: 0.0, ..REST });
        for (streamed, is_broken) in [(REST, true), (quiet, false)] {
            let mut agreement = Agreement::default();
            agreement.holds_back(&streamed);
            assert_eq!((agreement.awaits(0), agreement.awaits(1)), (is_broken, false));
            assert_eq!(agreement.compare(&streamed, None, &symbol).is_some(), is_broken);
            assert_eq!(agreement.is_broken(), is_broken);
        }
    }

    #[test]
    fn a_candle_without_volume_leaves_it_to_another() {
        let (quiet, mut agreement) = (Candle { volume: 0.0, ..REST }, Agreement::default());
        assert_eq!(compare(&mut agreement, quiet, quiet), None);
        assert!(agreement.holds_back(&REST) && !agreement.is_broken());
    }
}
