//! Several symbols traded by one strategy out of one purse.
//!
//! At each time all symbols that have a candle go through it together: first whatever leaves at the open, then
//! the entries, then what happens inside, then the close. Where the purse or a cap does not suffice for all
//! entries, symbols earlier in the alphabet come first, in whatever order they were given.

use market::{Candle, Symbol};
use strategy::{Decision, Orders};

use crate::engine::Quote;
use crate::{Around, Engine, RunResult, Settings, refusal};

/// What a portfolio may hold at most.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Limits {
    /// Positions at the same time.
    pub positions: Option<usize>,
    /// Notional of all positions as a share of equity: 0.8 is 80 %.
    pub exposure: Option<f64>,
}

/// A candle of one symbol, what happens around it, and what is decided at its close.
pub struct Tick<'a> {
    /// Number of the symbol, in the order of [`Portfolio::symbols`].
    pub member: usize,
    /// The candle.
    pub candle: Candle,
    /// What happens around it.
    pub around: Around<'a>,
    /// What the strategy decides at its close.
    pub decision: Decision,
}

/// One account on several symbols.
pub struct Portfolio {
    members: Vec<Member>,
    limits: Limits,
    cash: f64,
}

struct Member {
    symbol: Symbol,
    engine: Engine,
    /// The last price that was seen.
    price: f64,
}

impl Portfolio {
    /// An account with this cash; each symbol with its own fees, steps and market.
    #[must_use]
    pub fn new(mut symbols: Vec<(Symbol, Settings)>, orders: Orders, limits: Limits, cash: f64) -> Self {
        symbols.sort_by(|(a, _), (b, _)| a.cmp(b));
        let member = |(symbol, settings): (Symbol, Settings)| Member {
            symbol,
            engine: Engine::new(Settings { cash, ..settings }, orders),
            price: f64::NAN,
        };
        Portfolio { members: symbols.into_iter().map(member).collect(), limits, cash }
    }

    /// The symbols, in the order in which they are dealt with.
    pub fn symbols(&self) -> impl Iterator<Item = &Symbol> {
        self.members.iter().map(|member| &member.symbol)
    }

    /// Cash in quote, the margins of perpetuals being part of it.
    #[must_use]
    pub fn cash(&self) -> f64 {
        self.cash
    }

    /// How many positions are open.
    #[must_use]
    pub fn positions(&self) -> usize {
        self.members.iter().filter(|member| member.engine.position.is_some()).count()
    }

    /// Takes the closed candles of one time, each symbol at most once; gives the equity after them.
    pub fn step(&mut self, ticks: &mut [Tick<'_>]) -> f64 {
        ticks.sort_by_key(|tick| tick.member);
        for tick in ticks.iter() {
            self.with(tick.member, |engine| {
                engine.pay(tick.around.before);
                engine.leave_at_open(Quote::open(&tick.candle));
            });
            self.members[tick.member].price = tick.candle.open;
        }
        for tick in ticks.iter() {
            self.enter(tick);
        }
        for tick in ticks.iter() {
            self.with(tick.member, |engine| {
                engine.within(&tick.candle, &tick.around);
                engine.follow(&tick.candle);
            });
            self.members[tick.member].price = tick.candle.close;
        }
        let equity = self.equity();
        for tick in ticks.iter() {
            self.with(tick.member, |engine| engine.decide(Quote::close(&tick.candle), &tick.decision, equity));
        }
        equity
    }

    /// Ends the run; what each symbol gave, without equity, which is of the whole.
    #[must_use]
    pub fn finish(self) -> Vec<(Symbol, RunResult)> {
        self.members.into_iter().map(|member| (member.symbol, member.engine.finish())).collect()
    }

    /// The entry that was decided, as far as the limits allow it.
    fn enter(&mut self, tick: &Tick<'_>) {
        let Some(equity) = self.members[tick.member].engine.entry().map(|intent| intent.equity) else { return };
        let is_full = self.limits.positions.is_some_and(|most| self.positions() >= most);
        let room = self.limits.exposure.map_or(f64::INFINITY, |share| share * equity - self.exposure());
        let refused = if is_full {
            Some(refusal::POSITIONS)
        } else if room <= 0.0 {
            Some(refusal::EXPOSURE)
        } else {
            None
        };
        self.with(tick.member, |engine| match refused {
            Some(reason) => engine.refuse(reason),
            None => engine.enter(Quote::open(&tick.candle), room),
        });
    }

    /// Lets an engine work with the purse.
    fn with<T>(&mut self, member: usize, work: impl FnOnce(&mut Engine) -> T) -> T {
        let engine = &mut self.members[member].engine;
        engine.cash = self.cash;
        let done = work(engine);
        self.cash = engine.cash;
        done
    }

    /// Cash and all positions at the last prices that were seen.
    fn equity(&self) -> f64 {
        let worth = |member: &Member| member.engine.position.as_ref().map_or(0.0, |held| held.worth(member.price));
        self.members.iter().fold(self.cash, |sum, member| sum + worth(member))
    }

    /// Notional of all positions at the last prices that were seen.
    fn exposure(&self) -> f64 {
        let notional =
            |member: &Member| member.engine.position.as_ref().map_or(0.0, |held| held.quantity * member.price);
        self.members.iter().map(notional).sum()
    }
}
