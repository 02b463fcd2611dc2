//! The exchanges there are: a new one is a folder and a line here.

use crate::archive::PathOf;
use crate::{Exchange, ExchangeError, Options, binance};

struct Venue {
    name: &'static str,
    connect: fn(&Options) -> Result<Box<dyn Exchange>, ExchangeError>,
    /// Address and paths of its public archive.
    archive: (&'static str, PathOf),
}

const VENUES: [Venue; 2] = [
    Venue { name: binance::SPOT_NAME, connect: binance::connect_spot, archive: binance::SPOT_ARCHIVE },
    Venue { name: binance::USD_M_NAME, connect: binance::connect_usd_m, archive: binance::USD_M_ARCHIVE },
];

/// The names of all exchanges, as [`connect`] takes them.
#[must_use]
pub fn names() -> Vec<&'static str> {
    VENUES.iter().map(|venue| venue.name).collect()
}

/// Prepares to talk to the exchange called `name`; sends nothing yet.
///
/// # Errors
/// When there is no such exchange, or an option is wrong.
pub fn connect(name: &str, options: &Options) -> Result<Box<dyn Exchange>, ExchangeError> {
    (venue(name)?.connect)(options)
}

/// Address and paths of the public archive of the exchange called `name`.
pub(crate) fn archive(name: &str) -> Result<(&'static str, PathOf), ExchangeError> {
    venue(name).map(|venue| venue.archive)
}

fn venue(name: &str) -> Result<&'static Venue, ExchangeError> {
    let unknown = || ExchangeError::UnknownExchange { name: name.to_owned(), nearest: nearest(name) };
    VENUES.iter().find(|venue| venue.name == name).ok_or_else(unknown)
}

fn nearest(name: &str) -> &'static str {
    let distance = |venue: &&Venue| strsim::damerau_levenshtein(venue.name, &name.to_lowercase());
    VENUES.iter().min_by_key(distance).map_or("", |venue| venue.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_one_connects() {
        let mut seen = names();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), VENUES.len());
        for name in names() {
            assert_eq!(connect(name, &Options::default()).unwrap().name(), name);
        }
    }

    #[test]
    fn an_unknown_name_is_told_the_nearest() {
        let error = connect("Binanse", &Options::default()).err().unwrap();
        assert_eq!(
            error.to_string(),
            "unknown exchange `Binanse`; did you mean `binance`? known: binance, binanceusdm"
        );
    }
}
