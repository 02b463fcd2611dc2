-- What a position in a perpetual costs beside its price: mark prices and funding.

-- Mark prices as candles: the price by which an exchange liquidates and funds. Closed ones only.
CREATE TABLE mark_prices (
    exchange  TEXT    NOT NULL,          -- as ccxt names it: binanceusdm
    symbol    TEXT    NOT NULL,          -- as ccxt names it: BTC/USDT:USDT
    timeframe TEXT    NOT NULL,          -- length of the candle: 1h
    timestamp INTEGER NOT NULL,          -- open time, Unix seconds, UTC
    open      REAL    NOT NULL,          -- first mark price, in quote
    high      REAL    NOT NULL,          -- highest mark price, in quote
    low       REAL    NOT NULL,          -- lowest mark price, in quote
    close     REAL    NOT NULL,          -- last mark price, in quote
    PRIMARY KEY (exchange, symbol, timeframe, timestamp)
) WITHOUT ROWID;

-- Funding that was paid: longs pay shorts where the rate is above zero.
CREATE TABLE funding_rates (
    exchange  TEXT    NOT NULL,          -- as ccxt names it: binanceusdm
    symbol    TEXT    NOT NULL,          -- as ccxt names it: BTC/USDT:USDT
    timestamp INTEGER NOT NULL,          -- when it is paid: the whole minute, Unix seconds, UTC
    rate      REAL    NOT NULL,          -- share of the position's value at the mark price: 0.0001 = one basis point
    PRIMARY KEY (exchange, symbol, timestamp)
) WITHOUT ROWID;
