-- How candles, mark prices and funding rates came in: a row is a stretch of them that came the same way. It is written in
-- the transaction of the rows themselves. A stretch may cover times at which others came in later or nothing did: of all
-- stretches that cover a time, the youngest one, which has the largest id, tells where the row at that time came from.
-- What was stored before this table was there is in no stretch.
CREATE TABLE origins (
    id               INTEGER PRIMARY KEY,
    exchange         TEXT    NOT NULL,   -- as ccxt names it: binance
    symbol           TEXT    NOT NULL,   -- as ccxt names it: BTC/USDT
    timeframe        TEXT    NOT NULL,   -- length of the candle: 1h; empty for funding
    kind             TEXT    NOT NULL,   -- candles, mark or funding
    from_s           INTEGER NOT NULL,   -- time of the first row, Unix seconds
    to_s             INTEGER NOT NULL,   -- where the last row ends, Unix seconds; funding has no length, and takes a second
    rows             INTEGER NOT NULL,   -- how many rows of the store are of this stretch
    source           TEXT    NOT NULL,   -- rest, stream, archive, file or resample
    detail           TEXT,               -- which file, and its SHA-256; which timeframe it was made of; NULL else
    stored_at_s      INTEGER NOT NULL,   -- when the first row came in, Unix seconds
    last_stored_at_s INTEGER NOT NULL    -- when the last one did, Unix seconds
);

-- The youngest stretch of a series is found at its end: SQLite keeps the id behind the last column.
CREATE INDEX origins_by_series ON origins (exchange, symbol, timeframe, kind);
