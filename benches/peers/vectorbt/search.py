"""Every pair of windows at once in vectorbt: writes {"fast,slow": [trades, equity]} into a file."""
import json
import sys
import time

import numpy
import pandas
import vectorbt

from peer import Setup, answer

WARM_CANDLES, WARM_WINDOWS = 500, 4  # a small search first, so that the compiler's work is not timed


def search(setup, candles, windows):
    """Closed trades and final equity, each by pair of windows."""
    quick, calm = vectorbt.MA.run_combs(candles["close"], window=windows, r=2, short_names=["fast", "slow"])
    portfolio = vectorbt.Portfolio.from_signals(
        candles["close"],
        entries=quick.ma_crossed_above(calm).vbt.signals.fshift(1),
        exits=quick.ma_crossed_below(calm).vbt.signals.fshift(1),
        price=candles["open"],
        fees=setup.fee,
        init_cash=setup.cash,
        freq="1min",
    )
    # What all trades made, the open one marked at the last close: `final_value()` says the same, but lays out several
    # columns of candles for each pair on the way.
    return portfolio.trades.closed.count(), setup.cash + portfolio.trades.pnl.sum()


folder, fee, cash, first, last, results = sys.argv[1:]
setup = Setup(folder, float(fee), float(cash), 1)
candles = pandas.read_pickle(setup.path("vectorbt.pickle"))
windows = numpy.arange(int(first), int(last) + 1)
search(setup, candles.iloc[:WARM_CANDLES], windows[:WARM_WINDOWS])
began = time.perf_counter()
trades, equity = search(setup, candles, windows)
seconds = time.perf_counter() - began
found = {f"{fast},{slow}": [int(trades[fast, slow]), float(equity[fast, slow])] for fast, slow in equity.index}
with open(results, "w") as file:
    json.dump(found, file)
answer(seconds=seconds)
