//! The ledger: booked once, compared for ever.

use db::{
    Account, AccountId, Action, Booking, Difference, LedgerEquity, LedgerPosition, LedgerSignal, LedgerTrade, Outcome,
    Store,
};
use market::{Side, Timeframe};

use super::new_store;

const MINUTE_MS: i64 = 60_000;

fn account(name: &str) -> Account {
    Account {
        name: name.to_owned(),
        exchange: "binance".to_owned(),
        symbol: "BTC/USDT".parse().unwrap(),
        timeframe: Timeframe::M1,
        strategy: "s".to_owned(),
        strategy_hash: "abc".to_owned(),
        settings: "{}".to_owned(),
        started_ms: 0,
    }
}

fn trade(entry: i64, exit: i64, pnl: f64) -> LedgerTrade {
    LedgerTrade {
        side: Side::Long,
        entry_time_ms: entry * MINUTE_MS,
        entry_price: 100.1,
        exit_time_ms: exit * MINUTE_MS,
        exit_price: 101.3,
        quantity: 0.1 + 0.2,
        fees: 0.02,
        funding: 0.0,
        pnl,
        reason: "stop".to_owned(),
        bars: 3,
        ambiguous: true,
    }
}

/// Equity of 1 after each of these minutes, and these trades.
fn booking(minutes: std::ops::Range<i64>, first_trade: u64, trades: &[LedgerTrade]) -> Booking {
    let equity = minutes.map(|minute| LedgerEquity { candle_time_ms: minute * MINUTE_MS, equity: 1.0 });
    Booking { equity: equity.collect(), first_trade, trades: trades.to_vec(), ..Booking::default() }
}

fn booked(store: &Store, id: AccountId) -> (usize, Vec<LedgerTrade>) {
    (store.booked_equity(id).unwrap().len(), store.booked_trades(id).unwrap())
}

#[test]
fn an_account_is_opened_once() {
    let (_folder, mut store) = new_store();
    assert_eq!(store.account("a").unwrap(), None);
    let (id, opened) = store.open_account(&account("a")).unwrap();
    assert_eq!(opened, account("a"));
    let later = Account { started_ms: 9, ..account("a") };
    assert_eq!(store.open_account(&later).unwrap(), (id, opened), "the first one stays");
    assert_ne!(store.open_account(&account("b")).unwrap().0, id);
}

#[test]
fn what_is_booked_is_read_back() {
    let (_folder, mut store) = new_store();
    let (id, _) = store.open_account(&account("a")).unwrap();
    let signal = |minute: i64, action, outcome| LedgerSignal {
        candle_time_ms: minute * MINUTE_MS,
        side: Side::Long,
        action,
        outcome,
    };
    let position = LedgerPosition {
        side: Side::Long,
        entry_time_ms: 3 * MINUTE_MS,
        entry_price: 1.5,
        quantity: 2.0,
        entry_fee: 0.1,
        stop: Some(1.0),
        take: None,
        trail: Some(1.25),
    };
    let trades = [trade(0, 2, 1.5)];
    let rejected = Outcome::Rejected("there is no cash".to_owned());
    let first = Booking {
        signals: vec![signal(1, Action::Enter, rejected.clone()), signal(3, Action::Exit, Outcome::Pending)],
        position: Some(position.clone()),
        ..booking(0..4, 0, &trades)
    };
    assert_eq!(store.book(id, &first).unwrap(), None);
    assert_eq!(booked(&store, id), (4, trades.to_vec()));
    assert_eq!(store.booked_position(id).unwrap(), Some(position));
    assert_eq!(store.booked_to_ms(id).unwrap(), Some(3 * MINUTE_MS));

    let taken = signal(3, Action::Exit, Outcome::Taken);
    let changed = signal(1, Action::Enter, Outcome::Taken);
    let second = Booking { signals: vec![taken.clone(), changed], ..booking(4..5, 1, &[trade(3, 4, -1.0)]) };
    assert_eq!(store.book(id, &second).unwrap(), None);
    assert_eq!(store.booked_signals(id).unwrap(), [signal(1, Action::Enter, rejected), taken]);
    assert_eq!(store.booked_position(id).unwrap(), None);
    assert_eq!(store.booked_trades(id).unwrap().len(), 2);
}

#[test]
fn booking_again_changes_nothing_and_goes_on() {
    let (_folder, mut store) = new_store();
    let (id, _) = store.open_account(&account("a")).unwrap();
    let trades = [trade(0, 2, 1.5), trade(3, 5, 2.5)];
    store.book(id, &booking(0..4, 0, &trades[..1])).unwrap();
    assert_eq!(store.book(id, &booking(0..8, 0, &trades)).unwrap(), None);
    assert_eq!(booked(&store, id), (8, trades.to_vec()));
    assert_eq!(store.book(id, &booking(0..2, 0, &[])).unwrap(), None);
    assert_eq!(booked(&store, id), (8, trades.to_vec()));
}

/// Books eight minutes with a trade, then offers something else: it must be told, and nothing written.
#[track_caller]
fn differs(offered: &Booking, expected: &str) {
    let (_folder, mut store) = new_store();
    let (id, _) = store.open_account(&account("a")).unwrap();
    store.book(id, &booking(0..8, 0, &[trade(0, 2, 1.5)])).unwrap();
    let before = booked(&store, id);
    let difference = store.book(id, offered).unwrap().expect("a difference");
    assert!(difference.to_string().starts_with(expected), "{difference}");
    assert_eq!(booked(&store, id), before);
}

#[test]
fn the_first_difference_is_told() {
    differs(&booking(0..9, 0, &[trade(0, 2, 1.500_000_000_000_1)]), "trade 1: the ledger has long 0.30000000000000004");
    differs(&booking(0..9, 0, &[]), "trade 1: the ledger has long");
    differs(&booking(0..9, 0, &[trade(0, 2, 1.5), trade(3, 6, 1.0)]), "trade 2: the ledger has none");
    let mut poorer = booking(0..9, 0, &[trade(0, 2, 1.5)]);
    poorer.equity[3].equity = 0.5;
    differs(&poorer, "candle 1970-01-01T00:03:00Z: the ledger has equity 1, the candles now give equity 0.5");
    let mut shorter = booking(0..9, 0, &[trade(0, 2, 1.5)]);
    shorter.equity.remove(4);
    differs(&shorter, "candle 1970-01-01T00:04:00Z: the ledger has equity 1, the candles now give no such candle");
}

#[test]
fn a_trade_after_what_is_booked_is_no_difference() {
    let (_folder, mut store) = new_store();
    let (id, _) = store.open_account(&account("a")).unwrap();
    store.book(id, &booking(0..3, 0, &[])).unwrap();
    let difference: Option<Difference> = store.book(id, &booking(0..6, 0, &[trade(1, 4, 1.0)])).unwrap();
    assert_eq!(difference, None);
    assert_eq!(booked(&store, id).1.len(), 1);
}
