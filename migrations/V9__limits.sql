-- What every process on this machine knows together of an exchange's limits: it counts by the address that asks.

CREATE TABLE limits (
    exchange        TEXT    NOT NULL,    -- as ccxt names it: binance
    address         TEXT    NOT NULL,    -- where it is asked: a simulator has limits of its own
    weight_limit    INTEGER NOT NULL,    -- request weight that may be used in a minute
    minute          INTEGER NOT NULL,    -- the minute that is counted: whole minutes since 1970
    used_weight     INTEGER NOT NULL,    -- weight used in that minute
    told_minute     INTEGER,             -- the newest minute of which the exchange told its own count
    traded_minute   INTEGER,             -- the newest minute in which a trader asked
    silence         TEXT,                -- why nothing may be sent: rate_limited, banned or blocked
    silent_until_ms INTEGER,             -- when requests may go out again, Unix milliseconds
    PRIMARY KEY (exchange, address)
) WITHOUT ROWID;
