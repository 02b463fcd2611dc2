-- What a source said and was not believed, or only with a doubt: set aside as it was, never repaired.

CREATE TABLE quarantine (
    exchange     TEXT    NOT NULL,       -- as ccxt names it: binance
    symbol       TEXT    NOT NULL,       -- as ccxt names it: BTC/USDT
    timeframe    TEXT    NOT NULL,       -- length of the candle: 1h; empty for funding
    kind         TEXT    NOT NULL,       -- candles, mark or funding
    rule         TEXT    NOT NULL,       -- why it is here: high_low, jump, conflict
    raw          TEXT    NOT NULL,       -- the row as it came, its end cut off where it is very long
    why          TEXT    NOT NULL,       -- what is wrong with it, in words
    stored       INTEGER NOT NULL,       -- 1 where it is only doubted, and stored all the same
    source       TEXT    NOT NULL,       -- where it came from: a file and a line, or rest
    noticed_at_s INTEGER NOT NULL,       -- Unix seconds
    PRIMARY KEY (exchange, symbol, timeframe, kind, rule, raw)
) WITHOUT ROWID;
