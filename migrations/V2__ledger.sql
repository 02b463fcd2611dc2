-- What traders did: their accounts, and every signal, trade and equity figure of each.

-- An account is one strategy on one symbol. What it did follows from the candles and from this row.
CREATE TABLE accounts (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    exchange      TEXT    NOT NULL,
    symbol        TEXT    NOT NULL,
    timeframe     TEXT    NOT NULL,
    strategy      TEXT    NOT NULL,
    strategy_hash TEXT    NOT NULL,      -- BLAKE3 of the strategy file, hexadecimal
    settings      TEXT    NOT NULL,      -- cash, fees, steps, params: JSON
    started_ms    INTEGER NOT NULL       -- open time of the first candle that the account sees
);

-- Closed trades, in order of exit. Prices and money in quote, quantity in base.
CREATE TABLE trades (
    account       INTEGER NOT NULL REFERENCES accounts (id),
    number        INTEGER NOT NULL,      -- from 0
    side          TEXT    NOT NULL,      -- long, short
    entry_time_ms INTEGER NOT NULL,      -- open time of the candle in which it happened
    entry_price   REAL    NOT NULL,
    exit_time_ms  INTEGER NOT NULL,
    exit_price    REAL    NOT NULL,
    quantity      REAL    NOT NULL,
    fees          REAL    NOT NULL,
    funding       REAL    NOT NULL,
    pnl           REAL    NOT NULL,
    reason        TEXT    NOT NULL,      -- signal, stop, take, trail, time, liquidation
    bars          INTEGER NOT NULL,
    ambiguous     INTEGER NOT NULL,      -- 1: stop and target were both reached, the loss was taken
    PRIMARY KEY (account, number)
) WITHOUT ROWID;

-- Every signal, taken or not, and why not.
CREATE TABLE signals (
    account        INTEGER NOT NULL REFERENCES accounts (id),
    candle_time_ms INTEGER NOT NULL,     -- open time of the candle at whose close it was given
    side           TEXT    NOT NULL,     -- long, short
    action         TEXT    NOT NULL,     -- enter, exit
    outcome        TEXT    NOT NULL,     -- pending (until the next open), taken, rejected
    reason         TEXT,                 -- why it was rejected
    PRIMARY KEY (account, candle_time_ms, side, action)
) WITHOUT ROWID;

-- The position that is open, if there is one.
CREATE TABLE positions (
    account       INTEGER PRIMARY KEY REFERENCES accounts (id),
    side          TEXT    NOT NULL,
    entry_time_ms INTEGER NOT NULL,
    entry_price   REAL    NOT NULL,
    quantity      REAL    NOT NULL,
    entry_fee     REAL    NOT NULL,
    stop REAL, take REAL, trail REAL     -- levels; NULL where there is none
);

-- Equity after each candle, in quote.
CREATE TABLE equity (
    account        INTEGER NOT NULL REFERENCES accounts (id),
    candle_time_ms INTEGER NOT NULL,     -- open time of the candle
    equity         REAL    NOT NULL,
    PRIMARY KEY (account, candle_time_ms)
) WITHOUT ROWID;
