//! Whether a request may go out now: the exchange's wish for silence comes first, then its limits.

use crate::ExchangeError;
use crate::budget::WeightBudget;

/// The door that every request of a client goes through. Time is an input.
#[derive(Debug)]
pub(crate) struct Gate {
    exchange: &'static str,
    silence: Option<Silence>,
    /// What may be asked in a minute.
    pub(crate) budget: WeightBudget,
}

#[derive(Debug, Clone, Copy)]
struct Silence {
    kind: Kind,
    until_ms: i64,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    RateLimited,
    Banned,
    Blocked,
}

impl Gate {
    /// An open gate.
    pub(crate) fn new(exchange: &'static str, weight_limit: u32) -> Self {
        Gate { exchange, silence: None, budget: WeightBudget::new(weight_limit) }
    }

    /// Lets a request of `weight` out, or says why not and until when.
    pub(crate) fn admit(&mut self, weight: u32, now_ms: i64) -> Result<(), ExchangeError> {
        if let Some(Silence { kind, until_ms }) = self.silence.filter(|silence| now_ms < silence.until_ms) {
            return Err(self.error(kind, until_ms));
        }
        self.silence = None;
        self.budget.take(weight, now_ms).map_err(|until_ms| self.error(Kind::RateLimited, until_ms))
    }

    /// Keeps silent where `error` asks for it; of two silences, the one that ends later holds.
    pub(crate) fn note(&mut self, error: &ExchangeError) {
        let kind = match error {
            ExchangeError::RateLimited { .. } => Kind::RateLimited,
            ExchangeError::Banned { .. } => Kind::Banned,
            ExchangeError::Blocked { .. } => Kind::Blocked,
            _ => return,
        };
        let until_ms = error.silent_until_ms().unwrap_or(i64::MIN);
        if self.silence.is_none_or(|silence| silence.until_ms < until_ms) {
            self.silence = Some(Silence { kind, until_ms });
        }
    }

    fn error(&self, kind: Kind, until_ms: i64) -> ExchangeError {
        let exchange = self.exchange;
        match kind {
            Kind::RateLimited => ExchangeError::RateLimited { exchange, until_ms },
            Kind::Banned => ExchangeError::Banned { exchange, until_ms },
            Kind::Blocked => ExchangeError::Blocked { exchange, until_ms },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ban_closes_the_gate_until_its_end_and_a_shorter_wish_does_not_open_it() {
        let mut gate = Gate::new("binance", 6000);
        gate.note(&ExchangeError::Banned { exchange: "binance", until_ms: 9_000 });
        gate.note(&ExchangeError::RateLimited { exchange: "binance", until_ms: 2_000 });
        gate.note(&ExchangeError::Region { exchange: "binance" });
        let error = gate.admit(1, 8_999).unwrap_err();
        assert!(matches!(error, ExchangeError::Banned { until_ms: 9_000, .. }), "{error}");
        assert!(gate.admit(1, 9_000).is_ok());
        assert!(gate.admit(1, 3_000).is_ok(), "the past ban is forgotten");
    }

    #[test]
    fn a_spent_budget_is_a_rate_limit() {
        let mut gate = Gate::new("binance", 10);
        assert!(gate.admit(9, 0).is_ok());
        let error = gate.admit(1, 1).unwrap_err();
        assert!(matches!(error, ExchangeError::RateLimited { until_ms: 60_000, .. }), "{error}");
    }
}
