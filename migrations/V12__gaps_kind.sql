-- Mark prices and funding have stretches without them too. The kind is a part of the key, and SQLite changes no key:
-- the table is made anew.
ALTER TABLE gaps RENAME TO gaps_of_candles;

CREATE TABLE gaps (
    exchange    TEXT    NOT NULL,        -- as ccxt names it: binance
    symbol      TEXT    NOT NULL,        -- as ccxt names it: BTC/USDT
    timeframe   TEXT    NOT NULL,        -- length of the candle: 1h; empty for funding
    kind        TEXT    NOT NULL,        -- candles, mark or funding
    from_s      INTEGER NOT NULL,        -- when the first one that is missing is due, Unix seconds
    to_s        INTEGER NOT NULL,        -- the time of the first one after the stretch, Unix seconds
    cause       TEXT    NOT NULL,
    found_at_s  INTEGER NOT NULL,        -- Unix seconds
    proof       TEXT,                    -- how it was proven, in words; NULL while it is not
    proven_at_s INTEGER,                 -- Unix seconds; NULL while it is not
    PRIMARY KEY (exchange, symbol, timeframe, kind, from_s)
) WITHOUT ROWID;

INSERT INTO gaps
SELECT exchange, symbol, timeframe, 'candles', from_s, to_s, cause, found_at_s, proof, proven_at_s FROM gaps_of_candles;

DROP TABLE gaps_of_candles;
