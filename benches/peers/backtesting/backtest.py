"""SMA cross in backtesting.py: market orders fill at the next open by themselves.

Sizes are whole units there, so `FractionalBacktest` makes the unit so small that rounding does not show.
"""
import warnings

import pandas
from backtesting import Strategy
from backtesting.lib import FractionalBacktest

from peer import FAST, SLOW, frame, main

UNIT = 2**-40  # of a coin; a power of two leaves the prices exact, which the default of 1e-8 does not
ALL_IN = 1 - 2**-52  # a size of 1 would mean one unit, one below it all equity


def sma(values, length):
    return pandas.Series(values).rolling(length).mean()


class SmaCross(Strategy):
    def init(self):
        self.quick = self.I(sma, self.data.Close, FAST)
        self.calm = self.I(sma, self.data.Close, SLOW)

    def next(self):
        # The library's `crossover` wants the two apart before, and so misses a cross out of a tie.
        was, now = self.quick[-2] - self.calm[-2], self.quick[-1] - self.calm[-1]
        if was <= 0 < now:
            self.buy(size=ALL_IN)
        elif was >= 0 > now:
            self.position.close()


def prepare(setup):
    # It has no storage of its own; a pickled frame is the quickest to read.
    frame(setup, ("Open", "High", "Low", "Close", "Volume")).to_pickle(setup.path("backtesting.pickle"))


def load(setup):
    return pandas.read_pickle(setup.path("backtesting.pickle"))


def run(setup, candles):
    # It warns that a trade is still open at the end, which is wanted.
    warnings.filterwarnings("ignore", category=UserWarning)
    test = FractionalBacktest(candles, SmaCross, fractional_unit=UNIT, cash=setup.cash, commission=setup.fee)
    stats = test.run()
    return stats["# Trades"], stats["_equity_curve"]["Equity"].iloc[-1]


main(prepare, load, run)
