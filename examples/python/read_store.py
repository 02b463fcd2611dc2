"""Reads candles from the store: one SQLite file, which may be in use meanwhile.

    python read_store.py STORE [EXCHANGE SYMBOL TIMEFRAME]

In a notebook: `from read_store import candles` and then `candles("data/chandler.db", "binance", "BTC/USDT", "1h")`.
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd


def connect(store):
    """Opens the store for reading: what is a mistake here can change nothing there."""
    return closing(sqlite3.connect(f"{Path(store).resolve().as_uri()}?mode=ro", uri=True))


def coverage(store):
    """Every series with its range and its rows."""
    with connect(store) as db:
        return pd.read_sql_query("SELECT * FROM coverage", db)


def candles(store, exchange, symbol, timeframe, start="1970-01-01", end="2100-01-01"):
    """The closed candles that open from start to end, by their open times in UTC."""
    first, last = (int(pd.Timestamp(time, tz="UTC").timestamp()) for time in (start, end))
    query = """
        SELECT timestamp, open, high, low, close, volume FROM ohlcv_data
        WHERE exchange = ? AND symbol = ? AND timeframe = ? AND timestamp BETWEEN ? AND ? AND closed = 1
        ORDER BY timestamp
    """
    with connect(store) as db:
        frame = pd.read_sql_query(query, db, params=(exchange, symbol, timeframe, first, last))
    frame.index = pd.to_datetime(frame.pop("timestamp"), unit="s", utc=True).rename("open_time")
    return frame


def main():
    if len(sys.argv) not in (2, 5):
        sys.exit(__doc__)
    if len(sys.argv) == 2:
        print(coverage(sys.argv[1]).to_string(index=False))
        return
    frame = candles(*sys.argv[1:])
    print(frame.tail().to_string())
    daily = frame.close.resample("1D").last().pct_change()
    print(f"\n{len(frame)} candles; standard deviation of daily returns {daily.std():.2%}")


if __name__ == "__main__":
    main()
