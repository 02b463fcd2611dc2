"""What the script of each peer has in common: its modes, its setup, its clock and its answer.

A script gives three functions to `main`:
  prepare(setup)        puts the candles into the peer's own storage, once and not measured
  load(setup)           opens that storage and gives what a run needs
  run(setup, loaded)    backtests, and gives (closed trades, final equity)
"""
import json
import os
import sys
import time
from dataclasses import dataclass

FAST, SLOW = 10, 30  # the windows of the two averages
COLUMNS = ("open_time_ms", "open", "high", "low", "close", "volume")


@dataclass
class Setup:
    folder: str  # where the candles are and the peer may write
    fee: float  # a share of what changes hands, on each side
    cash: float  # in quote
    runs: int  # how often the engine alone is timed

    def candles(self):
        """The candles as rows of COLUMNS."""
        import numpy

        path = os.path.join(self.folder, "candles.f64")
        return numpy.fromfile(path, dtype=numpy.float64).reshape(-1, len(COLUMNS))

    def path(self, name):
        return os.path.join(self.folder, name)


def frame(setup, names=COLUMNS[1:]):
    """The candles as a pandas frame by time, its columns called `names`."""
    import pandas

    rows = setup.candles()
    times = pandas.DatetimeIndex(rows[:, 0].astype("int64") * 1_000_000)
    return pandas.DataFrame({name: rows[:, i + 1] for i, name in enumerate(names)}, index=times)


def main(prepare, load, run):
    mode, folder, fee, cash, runs = sys.argv[1:]
    setup = Setup(folder, float(fee), float(cash), int(runs))
    if mode == "prepare":
        prepare(setup)
        return answer()
    loaded = load(setup)
    began = time.perf_counter()
    trades, equity = run(setup, loaded)
    seconds = [time.perf_counter() - began]
    if mode == "engine":
        # The run above has warmed the caches and the compilers, and is not counted.
        seconds = [timed(run, setup, loaded) for _ in range(setup.runs)]
    return answer(trades=int(trades), equity=float(equity), seconds=sorted(seconds)[len(seconds) // 2])


def timed(run, setup, loaded):
    began = time.perf_counter()
    run(setup, loaded)
    return time.perf_counter() - began


def answer(**values):
    """The last line of a script, which the harness reads."""
    print(json.dumps(values), flush=True)
