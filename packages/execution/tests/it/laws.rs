//! What holds for every strategy and every market.

use execution::{Engine, FeeChargedIn, Settings};
use market::Candle;
use proptest::prelude::*;
use strategy::{Decision, Orders, Protection, Size, Unit};

use super::PLAIN;

fn market() -> impl Strategy<Value = Vec<Candle>> {
    prop::collection::vec((-50i32..=50, 0u32..30, 0u32..30), 1..200).prop_map(|moves| {
        let mut price = 100.0;
        let candle = |(index, (change, up, down)): (usize, (i32, u32, u32))| {
            let open = price * if index % 5 == 0 { 1.01 } else { 1.0 };
            price = open * (1.0 + f64::from(change) / 1_000.0);
            Candle {
                open_time_ms: index as i64,
                open,
                high: open.max(price) * (1.0 + f64::from(up) / 1_000.0),
                low: open.min(price) * (1.0 - f64::from(down) / 1_000.0),
                close: price,
                volume: 1.0,
            }
        };
        moves.into_iter().enumerate().map(candle).collect()
    })
}

fn decisions() -> impl Strategy<Value = Vec<Decision>> {
    let one = (any::<bool>(), any::<bool>(), 0.1..10.0f64).prop_map(|(long_enter, exit, distance)| Decision {
        long_enter,
        long_exit: exit && !long_enter,
        stop: distance,
        take: distance * 1.5,
        trail: distance * 0.8,
        ..Decision::NONE
    });
    prop::collection::vec(one, 200)
}

fn protections() -> impl Strategy<Value = Protection> {
    let level = || prop::option::of(Just(Unit::Quote));
    (level(), level(), level(), prop::option::of(1usize..20)).prop_map(|(stop, take, trail, max_bars)| Protection {
        stop,
        take,
        trail,
        max_bars,
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let steps = prop_oneof![Just(0.0), Just(0.01), Just(0.5)];
    (0.0..0.01f64, 0.0..0.01f64, 0.0..0.002f64, any::<bool>(), steps.clone(), steps, 0.1..1.0f64).prop_map(
        |(taker_fee, maker_fee, slippage, received, tick, lot, share)| Settings {
            taker_fee,
            maker_fee,
            slippage,
            fee_charged_in: if received { FeeChargedIn::Received } else { FeeChargedIn::Quote },
            tick,
            lot,
            size: Size::Equity(share),
            ..PLAIN
        },
    )
}

proptest! {
    #[test]
    fn books_balance(
        candles in market(), decisions in decisions(), protection in protections(), settings in settings(), cooldown in 0usize..4,
    ) {
        let orders = Orders { protection, size: settings.size, leverage: 1.0, cooldown };
        let mut engine = Engine::new(settings, orders);
        for (candle, decision) in candles.iter().zip(&decisions) {
            engine.step(candle, decision);
            prop_assert!(engine.cash() >= -1e-6, "cash is {}", engine.cash());
        }
        let cash = engine.cash();
        let result = engine.finish();
        prop_assert_eq!(result.equity.len(), candles.len());

        // Cash plus position is equity, and equity is what there was plus what the trades gave.
        let held = result.open.as_ref().map_or(0.0, |open| open.quantity * candles[candles.len() - 1].close);
        let last = result.equity[candles.len() - 1];
        prop_assert!((cash + held - last).abs() < 1e-6);
        let gained: f64 = result.trades.iter().map(|trade| trade.pnl).sum();
        let spent = result.open.as_ref().map_or(0.0, |open| {
            let fee_in_quote = if settings.fee_charged_in == FeeChargedIn::Quote { open.entry_fee } else { 0.0 };
            let bought = if settings.fee_charged_in == FeeChargedIn::Quote { open.quantity } else { open.quantity / (1.0 - settings.taker_fee) };
            bought * open.entry_price + fee_in_quote
        });
        prop_assert!((settings.cash + gained - spent - cash).abs() < 1e-6);

        for trade in &result.trades {
            // No trade without a signal at the candle before, no fill outside its candle but for slippage and steps.
            let entry = trade.entry_time_ms as usize;
            prop_assert!(entry > 0 && decisions[entry - 1].long_enter);
            let room = |price: f64| price * settings.slippage * 1.01 + settings.tick + 1e-9;
            for (time, price) in [(trade.entry_time_ms, trade.entry_price), (trade.exit_time_ms, trade.exit_price)] {
                let candle = &candles[time as usize];
                prop_assert!(price <= candle.high + room(price) && price >= candle.low - room(price));
            }
            prop_assert!(trade.exit_time_ms >= trade.entry_time_ms && trade.quantity > 0.0);
        }
        for pair in result.trades.windows(2) {
            prop_assert!(pair[1].entry_time_ms >= pair[0].exit_time_ms);
        }
        prop_assert!((result.fees - result.trades.iter().map(|t| t.fees).sum::<f64>() - result.open.map_or(0.0, |o| o.entry_fee)).abs() < 1e-6);
    }
}
