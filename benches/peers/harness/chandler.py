"""Chandler itself: its store filled once, then runs from process start through SQLite to the figures."""
import json
import os

from .process import Failed, measure

SERIES = ["--exchange", "bitfinex", "--symbol", "BTC/USD"]
CASH = 10_000

STRATEGY = """\
name: sma_cross
timeframe: 1m
params:
  fast: {{ default: 10, range: [{first}, {last}], step: 1 }}
  slow: {{ default: 30, range: [{first}, {last}], step: 1 }}
let:
  quick: sma(close, fast)
  calm: sma(close, slow)
long:
  enter: crossover(quick, calm)
  exit: crossunder(quick, calm)
"""


class Chandler:
    """The commands in the folder `binaries`, with a store and a strategy file in `folder`."""

    def __init__(self, binaries, folder, fee, windows):
        self.backtester = os.path.join(binaries, "backtester")
        self.backfiller = os.path.join(binaries, "backfiller")
        self.db = os.path.join(folder, "chandler.db")
        self.folder = folder
        self.strategy = os.path.join(folder, "sma_cross.yaml")
        self.common = ["--db", self.db, *SERIES, "--cash", str(CASH), "--taker-fee", str(fee)]
        with open(self.strategy, "w") as file:
            file.write(STRATEGY.format(first=windows[0], last=windows[1]))

    def version(self):
        return measure([self.backtester, "--version"]).output.split()[-1]

    def prepare(self):
        for ending in ("", "-wal", "-shm"):
            if os.path.exists(self.db + ending):
                os.remove(self.db + ending)
        csv = os.path.join(self.folder, "candles.csv")
        measure([self.backfiller, "import", "--db", self.db, *SERIES, "--timeframe", "1m", csv])

    def run(self, *arguments):
        """A measured run and its report."""
        path = os.path.join(self.folder, "chandler.json")
        done = measure([self.backtester, "run", self.strategy, *self.common, "--json", path, *arguments])
        with open(path) as file:
            return done, json.load(file)

    def can_search(self):
        try:
            measure([self.backtester, "optimise", "--help"])
        except Failed:
            return False
        return True

    def search(self):
        """A measured search over all pairs, the seconds of its engine alone, and {"fast,slow": (trades, equity)}."""
        path = os.path.join(self.folder, "chandler-search.json")
        done = measure([self.backtester, "optimise", self.strategy, *self.common,
                        "--where", "fast < slow", "--no-record", "--json", path])
        with open(path) as file:
            runs = json.load(file)["trials"]
        pairs = ((run["params"], run["metrics"]) for run in runs)
        return done, None, {
            f"{params['fast']:.0f},{params['slow']:.0f}": (metrics["trades"], metrics["final_equity"])
            for params, metrics in pairs
            if params["fast"] < params["slow"]
        }
