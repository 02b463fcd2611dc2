-- Views for people: what is there, and the newest of it.

-- Every series that has candles. From one name it jumps along the key to the next: what is distinct SQLite would find by
-- reading every row.
CREATE VIEW series AS
WITH RECURSIVE
    exchanges (exchange) AS (
        SELECT min(exchange) FROM ohlcv_data
        UNION ALL
        SELECT (SELECT min(exchange) FROM ohlcv_data WHERE exchange > e.exchange)
        FROM exchanges e WHERE e.exchange IS NOT NULL
    ),
    symbols (exchange, symbol) AS (
        SELECT e.exchange, (SELECT min(symbol) FROM ohlcv_data WHERE exchange = e.exchange)
        FROM exchanges e WHERE e.exchange IS NOT NULL
        UNION ALL
        SELECT s.exchange, (SELECT min(symbol) FROM ohlcv_data WHERE exchange = s.exchange AND symbol > s.symbol)
        FROM symbols s WHERE s.symbol IS NOT NULL
    ),
    timeframes (exchange, symbol, timeframe) AS (
        SELECT s.exchange, s.symbol,
            (SELECT min(timeframe) FROM ohlcv_data WHERE exchange = s.exchange AND symbol = s.symbol)
        FROM symbols s WHERE s.symbol IS NOT NULL
        UNION ALL
        SELECT t.exchange, t.symbol,
            (SELECT min(timeframe) FROM ohlcv_data
             WHERE exchange = t.exchange AND symbol = t.symbol AND timeframe > t.timeframe)
        FROM timeframes t WHERE t.timeframe IS NOT NULL
    )
SELECT exchange, symbol, timeframe FROM timeframes WHERE timeframe IS NOT NULL;

-- The newest closed candle of every series.
CREATE VIEW candles_latest AS
SELECT c.exchange, c.symbol, c.timeframe, c.timestamp, datetime(c.timestamp, 'unixepoch') AS open_time_utc,
    c.open, c.high, c.low, c.close, c.volume
FROM series s CROSS JOIN ohlcv_data c
    ON c.exchange = s.exchange AND c.symbol = s.symbol AND c.timeframe = s.timeframe
    AND c.timestamp = (
        SELECT n.timestamp FROM ohlcv_data n
        WHERE n.exchange = s.exchange AND n.symbol = s.symbol AND n.timeframe = s.timeframe AND n.closed = 1
        ORDER BY n.timestamp DESC LIMIT 1
    );

-- How far the closed candles of every series reach, and how many there are. Counting reads them all.
CREATE VIEW coverage AS
SELECT s.exchange, s.symbol, s.timeframe,
    min(c.timestamp) AS first,           -- open time of the oldest, Unix seconds
    max(c.timestamp) AS last,            -- open time of the newest, Unix seconds
    count(*) AS rows,
    datetime(min(c.timestamp), 'unixepoch') AS first_utc,
    datetime(max(c.timestamp), 'unixepoch') AS last_utc
FROM series s CROSS JOIN ohlcv_data c
    ON c.exchange = s.exchange AND c.symbol = s.symbol AND c.timeframe = s.timeframe AND c.closed = 1
GROUP BY s.exchange, s.symbol, s.timeframe;
