//! The margin of a perpetual: leverage, maintenance tiers, and the price at which a position is liquidated.

use market::Side;

/// Most tiers of a table.
pub const MAX_TIERS: usize = 16;

/// How a perpetual is held: isolated margin, one-way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin {
    /// Notional over margin, from 1 to 125.
    pub leverage: f64,
    /// Which share of the notional must be left.
    pub tiers: Tiers,
}

/// Maintenance margin rates by notional, from the least notional up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tiers {
    tiers: [Tier; MAX_TIERS],
    count: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Tier {
    /// Least notional, in quote.
    floor: f64,
    rate: f64,
    /// What this rate asks for too much below the floor: maintenance = notional · rate − deduction.
    deduction: f64,
}

/// A table of tiers that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TiersError {
    /// None, or more than can be.
    #[error("there must be from 1 to {MAX_TIERS} tiers")]
    Count,
    /// The first does not begin at 0, or one does not begin above the one before.
    #[error("the notionals of the tiers must begin at 0 and rise")]
    Floors,
    /// A rate is none, or below the one before.
    #[error("maintenance margin rates must be from 0 to below 1, and rise with the notional")]
    Rates,
}

impl Tiers {
    /// The same rate for every notional: 0.004 is 0.4 %.
    ///
    /// # Errors
    /// When it is no rate.
    pub fn single(rate: f64) -> Result<Self, TiersError> {
        Tiers::new(&[(0.0, rate)])
    }

    /// Least notional in quote, and rate from there on.
    ///
    /// # Errors
    /// When they are no table of tiers.
    pub fn new(list: &[(f64, f64)]) -> Result<Self, TiersError> {
        if list.is_empty() || list.len() > MAX_TIERS {
            return Err(TiersError::Count);
        }
        let rises = list.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[1].0.is_finite());
        if list[0].0 != 0.0 || !rises {
            return Err(TiersError::Floors);
        }
        let is_rate = |rate: f64| (0.0..1.0).contains(&rate);
        if !list.iter().all(|(_, rate)| is_rate(*rate)) || list.windows(2).any(|pair| pair[0].1 > pair[1].1) {
            return Err(TiersError::Rates);
        }
        let mut tiers = [Tier { floor: 0.0, rate: 0.0, deduction: 0.0 }; MAX_TIERS];
        let mut last = Tier { floor: 0.0, rate: list[0].1, deduction: 0.0 };
        for (tier, &(floor, rate)) in tiers.iter_mut().zip(list) {
            // What is asked for rises without a jump from tier to tier.
            *tier = Tier { floor, rate, deduction: last.deduction + floor * (rate - last.rate) };
            last = *tier;
        }
        Ok(Tiers { tiers, count: list.len() })
    }

    /// Least notional in quote and rate of each tier.
    pub fn list(&self) -> impl Iterator<Item = (f64, f64)> {
        self.tiers[..self.count].iter().map(|tier| (tier.floor, tier.rate))
    }

    /// The price at which what is left of the margin is the maintenance margin; NaN where there is none.
    ///
    /// In each tier both are lines of the price. The maintenance margin is the greatest of its lines, so the
    /// price that is reached first among those of all tiers is the one.
    #[must_use]
    pub fn liquidation_price(&self, side: Side, entry_price: f64, quantity: f64, leverage: f64) -> f64 {
        let prices = self.tiers[..self.count].iter().map(|tier| match side {
            Side::Long => (entry_price * (1.0 - 1.0 / leverage) - tier.deduction / quantity) / (1.0 - tier.rate),
            Side::Short => (entry_price * (1.0 + 1.0 / leverage) + tier.deduction / quantity) / (1.0 + tier.rate),
        });
        let first = match side {
            Side::Long => prices.fold(f64::NEG_INFINITY, f64::max),
            Side::Short => prices.fold(f64::INFINITY, f64::min),
        };
        if first > 0.0 { first } else { f64::NAN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BTC: [(f64, f64); 4] = [(0.0, 0.004), (50_000.0, 0.005), (250_000.0, 0.01), (3_000_000.0, 0.025)];

    #[test]
    fn one_tier_is_the_formula() {
        let tiers = Tiers::single(0.01).unwrap();
        assert_eq!(tiers.liquidation_price(Side::Long, 34.061, 5.0, 20.0), 34.061 * 0.95 / 0.99);
        assert_eq!(tiers.liquidation_price(Side::Short, 100.0, 5.0, 4.0), 125.0 / 1.01);
        assert!(tiers.liquidation_price(Side::Long, 100.0, 5.0, 1.0).is_nan());
        assert!(!tiers.liquidation_price(Side::Short, 100.0, 5.0, 1.0).is_nan());
    }

    #[test]
    fn at_the_price_the_margin_left_is_the_maintenance_margin() {
        let tiers = Tiers::new(&BTC).unwrap();
        let maintenance = |notional: f64| {
            let mut due = 0.0;
            for (index, (floor, rate)) in BTC.iter().enumerate() {
                let end = BTC.get(index + 1).map_or(f64::INFINITY, |next| next.0);
                due += (notional.min(end) - floor).max(0.0) * rate;
            }
            due
        };
        for side in [Side::Long, Side::Short] {
            for leverage in [2.0, 3.0, 10.0, 50.0] {
                for quantity in [0.01, 0.5, 1.0, 4.0, 9.0, 60.0, 400.0] {
                    let price = tiers.liquidation_price(side, 60_000.0, quantity, leverage);
                    let left = quantity * 60_000.0 / leverage + side.sign() * quantity * (price - 60_000.0);
                    let due = maintenance(quantity * price);
                    assert!((left - due).abs() < 1e-6 * due, "{side} {leverage} {quantity}: {left} against {due}");
                }
            }
        }
    }

    #[test]
    fn tables_that_make_no_sense_are_refused() {
        for (list, error) in [
            (&[][..], TiersError::Count),
            (&[(1.0, 0.01)], TiersError::Floors),
            (&[(0.0, 0.01), (0.0, 0.02)], TiersError::Floors),
            (&[(0.0, 0.01), (5.0, 0.005)], TiersError::Rates),
            (&[(0.0, f64::NAN)], TiersError::Rates),
            (&[(0.0, 1.0)], TiersError::Rates),
        ] {
            assert_eq!(Tiers::new(list), Err(error));
        }
    }
}
