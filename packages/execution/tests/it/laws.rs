//! What holds for every strategy and every market.

use execution::{Around, Engine, ExitReason, FeeChargedIn, Funding, Margin, Market, Settings, Surroundings, Tiers};
use market::{Candle, Candles, FundingRate, Timeframe};
use proptest::prelude::*;
use strategy::{Act, Decision, Orders, Protection, Size, Unit};

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

    #[test]
    fn candles_that_decide_nothing_may_be_taken_at_once(
        candles in market(), decisions in decisions(), rare in 1usize..9, protection in protections(), settings in settings(),
        cut in 0usize..200,
    ) {
        let orders = Orders { protection, size: settings.size, leverage: 1.0, cooldown: 1 };
        let sparse = |index: usize| if index.is_multiple_of(rare) { decisions[index] } else { Decision::NONE };
        let mut stepped = Engine::new(settings, orders);
        for (index, candle) in candles.iter().enumerate() {
            stepped.step(candle, &sparse(index));
        }
        let columns: Candles = candles.iter().copied().collect();
        let mut ran = Engine::new(settings, orders);
        let cut = cut.min(candles.len());
        for range in [0..cut, cut..candles.len()] {
            let acts: Vec<Act> = range
                .clone()
                .map(|index| Act { index: index - range.start, decision: sparse(index) })
                .filter(|act| act.decision.wants_something())
                .collect();
            ran.run(columns.slice(range), &acts);
        }
        prop_assert_eq!(ran.cash().to_bits(), stepped.cash().to_bits());
        prop_assert_eq!(ran.finish(), stepped.finish());
    }

    #[test]
    fn candles_around_which_nothing_happens_may_be_taken_at_once(
        candles in market(), decisions in decisions(), rare in 1usize..40, shorts in any::<u64>(), protection in protections(),
        settings in settings(), leverage in 5.0..60.0f64, tilt in -0.05..0.05f64, every in 1usize..50, hole in 2usize..50,
        with_detail in any::<bool>(), cut in 0usize..200,
    ) {
        // Minutes, some of them missing, and payments there too; mark prices and finer candles of half a minute, here and there far from the price.
        let at = |index: usize| index as i64 * 60_000;
        let minutes: Vec<(usize, Candle)> = candles.iter().enumerate().filter(|(index, _)| index % hole != 1)
            .map(|(index, candle)| (index, Candle { open_time_ms: at(index), ..*candle })).collect();
        let halves = |share: f64| -> Candles {
            candles.iter().enumerate().flat_map(|(index, minute)| [0, 30_000].map(|late_ms| {
                let price = |price: f64| price * (1.0 + if index % 7 < 5 { share } else { 0.0 });
                Candle {
                    open_time_ms: at(index) + late_ms,
                    open: price(minute.open), high: price(minute.high), low: price(minute.low), close: price(minute.close),
                    volume: 1.0,
                }
            })).collect()
        };
        let marks = halves(tilt);
        let rates: Vec<FundingRate> = marks.open_time_ms.iter().step_by(every)
            .map(|time_ms| FundingRate { time_ms: *time_ms, rate: tilt / 10.0 }).collect();
        let mut around = Surroundings::perpetual(marks, &rates).expect("each time has its mark price");
        if with_detail {
            around = around.with_detail(halves(0.0));
        }
        let tiers = Tiers::single(0.004).expect("a rate");
        let settings = Settings { market: Market::Perpetual(Margin { leverage, tiers }), fee_charged_in: FeeChargedIn::Quote, ..settings };
        let orders = Orders { protection, size: settings.size, leverage, cooldown: 1 };
        let sparse = |index: usize| {
            let decision = decisions[index];
            let is_short = shorts >> (index % 64) & 1 == 1;
            match (index.is_multiple_of(rare), is_short) {
                (false, _) => Decision::NONE,
                (true, false) => decision,
                (true, true) => Decision {
                    short_enter: decision.long_enter, short_exit: decision.long_exit, long_enter: false, long_exit: false, ..decision
                },
            }
        };

        let (mut stepped, mut told) = (Engine::new(settings, orders), around.clone());
        for (index, candle) in &minutes {
            stepped.step_in(candle, &told.next(candle.open_time_ms, Timeframe::M1), &sparse(*index));
        }
        let (mut ran, mut told) = (Engine::new(settings, orders), around);
        let columns: Candles = minutes.iter().map(|(_, minute)| *minute).collect();
        let cut = cut.min(minutes.len());
        for range in [0..cut, cut..minutes.len()] {
            let acts: Vec<Act> = range
                .clone()
                .map(|place| Act { index: place - range.start, decision: sparse(minutes[place].0) })
                .filter(|act| act.decision.wants_something())
                .collect();
            ran.run_in(columns.slice(range), &acts, &mut told, Timeframe::M1);
        }
        prop_assert_eq!(ran.cash().to_bits(), stepped.cash().to_bits());
        prop_assert_eq!(ran.finish(), stepped.finish());
    }

    #[test]
    fn books_of_perpetuals_balance(
        candles in market(), decisions in decisions(), shorts in any::<u64>(), protection in protections(), settings in settings(),
        leverage in 1.0..40.0f64, rate in 0.0..0.02f64, funding in -0.01..0.01f64,
    ) {
        let tiers = Tiers::new(&[(0.0, rate), (5_000.0, rate * 1.5)]).expect("tiers");
        let settings = Settings { market: Market::Perpetual(Margin { leverage, tiers }), ..settings };
        let orders = Orders { protection, size: settings.size, leverage, cooldown: 0 };
        let mut engine = Engine::new(settings, orders);
        for (index, candle) in candles.iter().enumerate() {
            let mut decision = decisions[index];
            if shorts >> (index % 64) & 1 == 1 {
                (decision.short_enter, decision.long_enter) = (decision.long_enter, false);
                (decision.short_exit, decision.long_exit) = (decision.long_exit, false);
            }
            let paid = [Funding { time_ms: index as i64, rate: funding, mark: candle.open }];
            let around = Around { mark_low: candle.low, mark_high: candle.high, before: &paid, ..Around::NONE };
            let before = (engine.trades().len(), engine.position());
            engine.step_in(candle, &around, &decision);
            // What leaves at the liquidation price loses its margin and no fee.
            for trade in &engine.trades()[before.0..] {
                if trade.reason == ExitReason::Liquidation {
                    let margin = trade.quantity * trade.entry_price / leverage;
                    prop_assert!((trade.pnl + margin + trade.fees - trade.funding).abs() < 1e-6);
                }
            }
        }
        let cash = engine.cash();
        let result = engine.finish();
        let open = result.open.clone();
        let last = candles[candles.len() - 1].close;
        let held = open.as_ref().map_or(0.0, |open| open.side.sign() * open.quantity * (last - open.entry_price));
        prop_assert!((cash + held - result.equity[candles.len() - 1]).abs() < 1e-6 * settings.cash);
        let gained: f64 = result.trades.iter().map(|trade| trade.pnl).sum();
        let spent = open.as_ref().map_or(0.0, |open| open.funding - open.entry_fee);
        prop_assert!((settings.cash + gained + spent - cash).abs() < 1e-6 * settings.cash);
        let funded: f64 = result.trades.iter().map(|trade| trade.funding).sum();
        prop_assert!((funded + open.map_or(0.0, |open| open.funding) - result.funding).abs() < 1e-6 * settings.cash);
    }

    #[test]
    fn mirrored_prices_mirror_the_trades(candles in market(), decisions in decisions(), protection in protections()) {
        // A short on prices reflected at 1,000 does what a long does on the prices themselves.
        let reflect = |price: f64| 1_000.0 - price;
        let run = |short: bool| {
            let tiers = Tiers::single(0.0).expect("a rate");
            let market = Market::Perpetual(Margin { leverage: 1.0, tiers });
            let settings = Settings { market, size: Size::Quote(10.0), lot: 0.001, ..PLAIN };
            let orders = Orders { protection, size: settings.size, leverage: 1.0, cooldown: 0 };
            let mut engine = Engine::new(settings, orders);
            for (candle, decision) in candles.iter().zip(&decisions) {
                let (mut candle, mut decision) = (*candle, *decision);
                if short {
                    candle = Candle {
                        open: reflect(candle.open), high: reflect(candle.low), low: reflect(candle.high), close: reflect(candle.close), ..candle
                    };
                    decision = Decision {
                        short_enter: decision.long_enter, short_exit: decision.long_exit, long_enter: false, long_exit: false, ..decision
                    };
                }
                engine.step(&candle, &decision);
            }
            engine.finish().trades.iter().map(|trade| (trade.entry_time_ms, trade.exit_time_ms, trade.reason)).collect::<Vec<_>>()
        };
        prop_assert_eq!(run(false), run(true));
    }
}
