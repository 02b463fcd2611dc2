"""The search: all pairs of windows over the same candles, in one process each."""
import json
import os

from . import table
from .chandler import CASH
from .peers import variables
from .process import Failed, measure

LINE = "{:<16} {:>9} {:>9} {:>8} {:>7} {:>9}"
TOLERANCE = 1e-6
SAMPLE_EVERY = 47  # one pair in so many is checked against a single run of Chandler


def compare(chandler, vectorbt_python, vectorbt_folder, fee, windows):
    """Prints the table; `vectorbt_python` is None, its Python, or Failed."""
    first, last = windows
    pairs = [f"{fast},{slow}" for fast in range(first, last + 1) for slow in range(fast + 1, last + 1)]
    print(f"\nSearch over {len(pairs)} pairs of windows from {first} to {last}, fee {fee:.2%}")
    print(LINE.format("peer", "whole s", "engine s", "MB", "pairs", "off by"), flush=True)
    chandler.prepare()
    singles = {pair: single(chandler, pair) for pair in pairs[::SAMPLE_EVERY]}
    if chandler.can_search():
        show("chandler", chandler.search, pairs, singles, 0.0)
    else:
        print("chandler         has no `optimise` yet", flush=True)
    if vectorbt_python is not None:
        show("vectorbt", lambda: vectorbt(vectorbt_python, vectorbt_folder, chandler.folder, fee, windows),
             pairs, singles, TOLERANCE)  # fmt: skip


def single(chandler, pair):
    fast, slow = pair.split(",")
    metrics = chandler.run("--set", f"fast={fast}", "--set", f"slow={slow}")[1]["metrics"]
    return metrics["trades"], metrics["final_equity"]


def show(name, search, pairs, singles, tolerance):
    """A line of the table: times only where the results are those of single runs."""
    try:
        done, engine_s, found = search()
        missing = set(pairs) - set(found)
        if missing:
            raise Failed(f"{len(missing)} of {len(pairs)} pairs are missing, such as {min(missing)}")
        off = max(difference(found[pair], wanted) for pair, wanted in singles.items())
        if not off <= tolerance:
            raise Failed(f"does not agree with single runs: off by {off:.1e}")
    except (Failed, KeyError, ValueError) as error:
        print(f"{name:<16} failed: {error}", flush=True)
        return
    engine = "-" if engine_s is None else f"{engine_s:.2f}"
    figures = f"{done.seconds:.2f}", engine, f"{done.peak_mb:.0f}", len(found), f"{off:.1e}"
    print(LINE.format(name, *figures), flush=True)


def difference(got, wanted):
    """How far the equity is off, relative; infinite where the trades differ in number."""
    return abs(got[1] / wanted[1] - 1) if got[0] == wanted[0] else float("inf")


def vectorbt(python, scripts, folder, fee, windows):
    if isinstance(python, Failed):
        raise python
    common = [folder, str(fee), str(CASH)]
    environment = variables(os.path.dirname(scripts))
    backtest = [python, os.path.join(scripts, "backtest.py")]
    measure([*backtest, "prepare", *common, "1"], environment)
    measure([*backtest, "whole", *common, "1"], environment)  # not counted: it fills the compiler's cache
    results = os.path.join(folder, "vectorbt-search.json")
    search = [python, os.path.join(scripts, "search.py"), *common, *map(str, windows), results]
    done = measure(search, environment)
    with open(results) as file:
        return done, table.answer(done)["seconds"], json.load(file)
