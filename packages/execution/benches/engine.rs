//! What the fill rules cost alone, without candles being read or a strategy being asked: millions of candles a second.
//!
//! `cargo bench -p execution` prints a table. Decisions are those of a 10/30 cross of averages over a random walk,
//! made before; each figure is the best of several runs, so that what else the machine does counts least.

use std::hint::black_box;
use std::time::Instant;

use execution::{Ambiguity, Engine, FeeChargedIn, Margin, Market, Settings, Surroundings, Tiers};
use market::{Candles, FundingRate, Timeframe};
use strategy::{Act, Decision, Orders, Protection, Size, Unit};

const CANDLES: usize = 1_000_000;
/// As many as run at once in a backtest.
const BLOCK: usize = 1_024;
const ROUNDS: usize = 7;

/// Enters where the mean of 10 closes rises above that of 30, and leaves where it falls below.
fn decisions(candles: &Candles) -> Vec<Act> {
    let mean = |end: usize, n: usize| candles.close[end + 1 - n..=end].iter().sum::<f64>() / n as f64;
    let is_above: Vec<bool> = (0..CANDLES).map(|end| end >= 29 && mean(end, 10) > mean(end, 30)).collect();
    let crosses = (30..CANDLES).filter(|index| is_above[*index] != is_above[index - 1]);
    let decision = |enters: bool| Decision {
        long_enter: enters,
        long_exit: !enters,
        stop: 0.003,
        take: 0.004,
        trail: 0.003,
        ..Decision::NONE
    };
    crosses.map(|index| Act { index, decision: decision(is_above[index]) }).collect()
}

/// The acts of each block, counted from its first candle.
fn by_block(acts: &[Act]) -> Vec<Vec<Act>> {
    let mut blocks = vec![Vec::new(); CANDLES.div_ceil(BLOCK)];
    for act in acts {
        blocks[act.index / BLOCK].push(Act { index: act.index % BLOCK, ..*act });
    }
    blocks
}

fn measure(name: &str, candles: &Candles, blocks: &[Vec<Act>], settings: Settings, protection: Protection) {
    let around = surroundings(candles);
    let orders = Orders { protection, size: settings.size, leverage: 1.0, cooldown: 0 };
    let mut best = f64::INFINITY;
    let mut trades = 0;
    for _ in 0..ROUNDS {
        let mut engine = Engine::new(settings, orders);
        let mut around = around.clone();
        let began = Instant::now();
        for (number, acts) in blocks.iter().enumerate() {
            let block = candles.slice(number * BLOCK..((number + 1) * BLOCK).min(CANDLES));
            match settings.market {
                Market::Spot => engine.run(block, acts),
                Market::Perpetual(_) => engine.run_in(block, acts, &mut around, Timeframe::M1),
            }
        }
        best = best.min(began.elapsed().as_secs_f64());
        trades = black_box(engine.finish()).trades.len();
    }
    println!("{name:<44} {:>8.0} {trades:>10}", CANDLES as f64 / best / 1e6);
}

/// The candles as their own mark prices, and a payment every eight hours.
fn surroundings(candles: &Candles) -> Surroundings {
    let times = candles.open_time_ms.iter().step_by(480);
    let rates: Vec<FundingRate> = times.map(|time_ms| FundingRate { time_ms: *time_ms, rate: 0.000_1 }).collect();
    Surroundings::perpetual(candles.clone(), &rates).expect("each payment has its mark price")
}

fn main() {
    // `cargo test --benches` and the like only want to see that it starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let candles = testkit::random_walk(CANDLES);
    let blocks = by_block(&decisions(&candles));
    let spot = Settings {
        cash: 10_000.0,
        size: Size::Equity(1.0),
        taker_fee: 0.000_01,
        maker_fee: 0.0,
        slippage: 0.0,
        fee_charged_in: FeeChargedIn::Quote,
        market: Market::Spot,
        tick: 0.0,
        lot: 0.0,
        min_quantity: 0.0,
        min_notional: 0.0,
        ambiguity: Ambiguity::Loss,
    };
    let tiers = Tiers::single(0.005).expect("a rate");
    let perpetual = Settings { market: Market::Perpetual(Margin { leverage: 2.0, tiers }), ..spot };
    let levels = |trail| Protection { stop: Some(Unit::Share), take: Some(Unit::Share), trail, max_bars: None };
    println!("{:<44} {:>8} {:>10}", "the fill rules alone, million candles a second", "", "trades");
    measure("rules only", &candles, &blocks, spot, Protection::default());
    measure("with stop and target", &candles, &blocks, spot, levels(None));
    measure("with a trail", &candles, &blocks, spot, levels(Some(Unit::Share)));
    measure("a perpetual with stop and target", &candles, &blocks, perpetual, levels(None));
}
