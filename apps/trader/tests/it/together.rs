//! Many traders that start at once on one store: what weighs much is asked for once.

use db::Store;
use market::Instrument;

use crate::harness::{BUSY, Desk, Simulator, Trader, wait_until};

const MARKETS: &str = "/api/v3/exchangeInfo";
const MANY: usize = 8;
const DAY_MS: i64 = 86_400_000;

/// Starts a trader of an account of its own.
fn start(desk: &Desk, simulator: &Simulator, account: &str) -> Trader {
    let config = std::fs::read_to_string(desk.path("trader.yaml")).unwrap();
    desk.write(&format!("{account}.yaml"), &format!("{config}account: {account}\n"));
    desk.start_with(&format!("{account}.yaml"), simulator)
}

#[track_caller]
fn wait_for_account(desk: &Desk, account: &str) {
    wait_until(account, || desk.ledger(account).is_some(), || desk.told());
}

#[test]
fn traders_that_start_at_once_ask_once_for_the_markets() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let names: Vec<String> = (0..MANY).map(|number| format!("trader{number}")).collect();
    let traders: Vec<Trader> = names.iter().map(|name| start(&desk, &simulator, name)).collect();
    names.iter().for_each(|name| wait_for_account(&desk, name));
    assert_eq!(simulator.requests(MARKETS), 1);
    drop(traders);
    let later = start(&desk, &simulator, "later");
    wait_for_account(&desk, "later");
    assert_eq!(simulator.requests(MARKETS), 1, "the store knows");
    drop(later);
}

/// What the store was told so long before is asked for again so many times.
#[track_caller]
fn check_age(age_ms: i64, asked: u64) {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let now_ms = simulator.now_ms();
    let instrument = Instrument {
        symbol: "BTC/USDT".parse().unwrap(),
        tick: Default::default(),
        lot: Default::default(),
        min_quantity: Default::default(),
        min_notional: Default::default(),
        active: true,
    };
    Store::open(desk.db()).unwrap().put_instruments("binance", &[instrument], now_ms - age_ms).unwrap();
    let trader = start(&desk, &simulator, "one");
    wait_for_account(&desk, "one");
    assert_eq!(simulator.requests(MARKETS), asked, "told {age_ms} ms ago");
    drop(trader);
}

#[test]
fn what_the_store_was_told_in_the_last_day_is_believed() {
    check_age(DAY_MS / 2, 0);
    check_age(2 * DAY_MS, 1);
    check_age(-2 * DAY_MS, 1);
}
