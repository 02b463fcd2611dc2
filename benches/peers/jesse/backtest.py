"""SMA cross in Jesse, through `research.backtest` in its fast mode, without its database.

A market order fills at the close that decided it, its fee is taken from the coins received, and what is open
at the end is sold at the last close: none of the three can be chosen.
"""
import os
import sys

from peer import FAST, SLOW, main

# Jesse wants to run in a project of its own, and writes there.
os.chdir(sys.argv[2])

import numpy  # noqa: E402
from jesse import research  # noqa: E402
from jesse.strategies import Strategy  # noqa: E402

EXCHANGE, SYMBOL = "Bitfinex Spot", "BTC-USD"
ROOM = 1e-12  # a share of cash left over, so that rounding never asks for more than there is


class SmaCross(Strategy):
    def __init__(self):
        super().__init__()
        self.was = self.now = numpy.nan

    def before(self):
        # Means over the last rows are quicker here than `ta.sma`, which Jesse calls anew at every candle.
        closes = self.candles[-SLOW:, 2]
        self.was = self.now
        self.now = closes[-FAST:].mean() - closes.mean() if len(closes) == SLOW else numpy.nan

    def should_long(self):
        return self.was <= 0 < self.now

    def go_long(self):
        self.buy = self.balance * (1 - ROOM) / self.price, self.price

    def update_position(self):
        if self.was >= 0 > self.now:
            self.liquidate()


def prepare(setup):
    # Jesse's own storage is PostgreSQL; a file of its arrays stands for it, which is quicker.
    rows = setup.candles()
    numpy.save(setup.path("jesse.npy"), rows[:, [0, 1, 4, 2, 3, 5]])


def load(setup):
    return numpy.load(setup.path("jesse.npy"))


def run(setup, candles):
    result = research.backtest(
        config={
            "starting_balance": setup.cash,
            "fee": setup.fee,
            "type": "spot",
            "exchange": EXCHANGE,
            "warm_up_candles": 0,
        },
        routes=[{"exchange": EXCHANGE, "strategy": SmaCross, "symbol": SYMBOL, "timeframe": "1m"}],
        data_routes=[],
        candles={f"{EXCHANGE}-{SYMBOL}": {"exchange": EXCHANGE, "symbol": SYMBOL, "candles": candles}},
        fast_mode=True,
    )
    metrics = result["metrics"]
    return metrics["total"], metrics["finishing_balance"]


main(prepare, load, run)
