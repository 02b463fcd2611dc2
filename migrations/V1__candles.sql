-- Candles, and what is known about their markets.

CREATE TABLE ohlcv_data (
    exchange  TEXT    NOT NULL,
    symbol    TEXT    NOT NULL,
    timeframe TEXT    NOT NULL,
    timestamp INTEGER NOT NULL,          -- open time, Unix seconds, UTC
    open  REAL NOT NULL, high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL,
    volume REAL NOT NULL,                -- in base asset
    closed INTEGER NOT NULL DEFAULT 1,   -- 0 while the candle is still forming
    PRIMARY KEY (exchange, symbol, timeframe, timestamp)
) WITHOUT ROWID;

-- What a closed candle was before it was corrected on request.
CREATE TABLE corrections (
    id              INTEGER PRIMARY KEY,
    exchange        TEXT    NOT NULL,
    symbol          TEXT    NOT NULL,
    timeframe       TEXT    NOT NULL,
    timestamp       INTEGER NOT NULL,    -- of the candle, as in ohlcv_data
    old_open  REAL NOT NULL, old_high REAL NOT NULL, old_low REAL NOT NULL, old_close REAL NOT NULL,
    old_volume      REAL    NOT NULL,
    why             TEXT    NOT NULL,
    corrected_at_ms INTEGER NOT NULL
);

-- The newest best prices of each market.
CREATE TABLE ticker_data (
    exchange TEXT    NOT NULL,
    symbol   TEXT    NOT NULL,
    time_ms  INTEGER NOT NULL,
    bid REAL NOT NULL, bid_size REAL NOT NULL,
    ask REAL NOT NULL, ask_size REAL NOT NULL,
    last     REAL,                       -- NULL where the exchange did not tell it
    PRIMARY KEY (exchange, symbol)
) WITHOUT ROWID;

-- What each market allows; exact decimals as text.
CREATE TABLE instruments (
    exchange      TEXT    NOT NULL,
    symbol        TEXT    NOT NULL,
    tick          TEXT    NOT NULL,      -- price step in quote, 0 = any
    lot           TEXT    NOT NULL,      -- quantity step in base, 0 = any
    min_quantity  TEXT    NOT NULL,      -- in base
    min_notional  TEXT    NOT NULL,      -- in quote
    active        INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    PRIMARY KEY (exchange, symbol)
) WITHOUT ROWID;
