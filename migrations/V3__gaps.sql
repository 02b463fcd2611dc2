-- Stretches in which an exchange has no candles, with the reason. What is explained here is not asked
-- for again; a candle that comes to be stored in it all the same counts for more.
CREATE TABLE gaps (
    exchange   TEXT    NOT NULL,
    symbol     TEXT    NOT NULL,
    timeframe  TEXT    NOT NULL,
    from_s     INTEGER NOT NULL,         -- open time of the first candle that is missing, Unix seconds
    to_s       INTEGER NOT NULL,         -- open time of the first one after the stretch, Unix seconds
    cause      TEXT    NOT NULL,
    found_at_s INTEGER NOT NULL,         -- Unix seconds
    PRIMARY KEY (exchange, symbol, timeframe, from_s)
) WITHOUT ROWID;
