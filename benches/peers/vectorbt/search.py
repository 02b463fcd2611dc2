"""Every pair of windows at once in vectorbt; the answer has trades and equity of each pair, as `fast,slow`."""
import json
import sys

import numpy
import pandas
import vectorbt

from peer import Setup, answer

folder, fee, cash, first, last, results = sys.argv[1:]
setup = Setup(folder, float(fee), float(cash), 1)
candles = pandas.read_pickle(setup.path("vectorbt.pickle"))
windows = numpy.arange(int(first), int(last) + 1)
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
trades, equity = portfolio.trades.closed.count(), portfolio.final_value()
pairs = {f"{fast},{slow}": [int(trades[fast, slow]), float(equity[fast, slow])] for fast, slow in equity.index}
with open(results, "w") as file:
    json.dump(pairs, file)
answer(pairs=len(pairs))
