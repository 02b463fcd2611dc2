#!/usr/bin/env python3
"""Measures other backtesters beside Chandler: the same candles, the same strategy, one after the other.

Needs no more than Python's standard library; each peer gets a virtual environment of its own. README.md tells what is
measured and how.
"""
import argparse
import os
import sys

sys.dont_write_bytecode = True  # a run leaves nothing in the repository
from harness import candles, environment, searches, table
from harness.chandler import CASH, Chandler
from harness.expected import Rules, outcome
from harness.peers import PEERS, Peer, script, variables
from harness.process import Failed, measure

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Over a million candles a tenth of a percent on each side would leave 1e-17 of the cash, less than peers can trade.
LONG_FEE, SHORT_FEE, SEARCH_FEE = 0.0001, 0.001, 0.0001
SEARCH_WINDOWS = 2, 46  # 45 windows, 990 pairs


def arguments():
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    shared = os.path.join(ROOT, "..", "shared", "candles", "bitfinex_BTCUSD_1m.csv.gz")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--candles", default=os.environ.get("BENCH_CANDLES", shared), help="a CSV file of 1-minute candles")
    add("--long", type=int, default=1_000_000, help="how many of them the fast peers get; 0 for none")
    add("--short", type=int, default=100_000, help="how many of them all peers get; 0 for none")
    add("--search", type=int, default=100_000, help="how many of them the search gets; 0 for none")
    add("--runs", type=int, default=3, help="the median of so many is told")
    add("--only", help="these peers alone: vectorbt,jesse")
    add("--scratch", default=os.environ.get("CHANDLER_PEERS", "/tmp/chandler-peers"), help="environments and data")
    add("--binaries", default=os.path.join(target, "release"), help="the folder of Chandler's release binaries")
    options = parser.parse_args()
    unknown = set(named(options)) - {peer.name for peer in PEERS}
    if unknown:
        parser.error(f"no peer is called {min(unknown)}; there are {', '.join(peer.name for peer in PEERS)}")
    if options.runs < 1:
        parser.error("--runs must be 1 or more")
    return options


def named(options):
    return options.only.split(",") if options.only else [peer.name for peer in PEERS]


def main():
    options = arguments()
    if not os.path.exists(options.candles):
        print(f"skipped: there are no candles at {os.path.normpath(options.candles)}; name a file with --candles")
        return 0
    peers = [peer for peer in PEERS if peer.name in named(options)]
    if not os.path.exists(os.path.join(options.binaries, "backtester")):
        print(f"error: there is no backtester in {options.binaries}; `make build` makes it", file=sys.stderr)
        return 1
    print(table.machine(), flush=True)
    pythons = {peer: install(options, peer) for peer in peers}
    try:
        fast = [peer for peer in peers if peer.fast]
        compare(options, "long", options.long, LONG_FEE, fast, pythons)
        compare(options, "short", options.short, SHORT_FEE, peers, pythons)
        if options.search:
            folder = data(options, "search", options.search)
            chandler = Chandler(options.binaries, folder, SEARCH_FEE, SEARCH_WINDOWS)
            vectorbt = next((python for peer, python in pythons.items() if peer.name == "vectorbt"), None)
            searches.compare(chandler, vectorbt, os.path.join(HERE, "vectorbt"), SEARCH_FEE, SEARCH_WINDOWS)
    except Failed as error:
        # Chandler's own failures end here, for without it there is nothing to compare with; those of peers do not.
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def install(options, peer):
    """The Python of the peer, or Failed with the reason why there is none."""
    requirements = os.path.join(HERE, peer.name, "requirements.txt")
    try:
        return environment.python(os.path.join(options.scratch, "environments", peer.name), requirements)
    except Failed as error:
        return error


def data(options, name, count):
    folder = os.path.join(options.scratch, "data", name)
    os.makedirs(folder, exist_ok=True)
    if candles.write(options.candles, folder, count) == 0:
        raise Failed(f"there are no candles in {options.candles}")
    return folder


def compare(options, name, count, fee, peers, pythons):
    """One table: the strategy over the first `count` candles."""
    if not count:
        return
    folder = data(options, name, count)
    read = candles.Candles(folder)
    print(table.head(f"SMA 10/30, {read.count:,} candles, fee {fee:.2%}"), flush=True)
    chandler = Chandler(options.binaries, folder, fee, SEARCH_WINDOWS)
    chandler.prepare()
    report = chandler.run()[1]
    runs = [chandler.run()[0] for _ in range(options.runs)]
    own = Peer("chandler", fast=True, rules=Rules())
    got = report["metrics"]["trades"], report["metrics"]["final_equity"]
    wanted = outcome(report, read, own.rules, CASH, fee)
    print(table.row(own, chandler.version(), read.count, runs, None, got, wanted), flush=True)
    for peer in peers:
        version = environment.version(os.path.join(HERE, peer.name, "requirements.txt"))
        wanted = outcome(report, read, peer.rules, CASH, fee)
        try:
            runs, engine, got = measured(options, peer, pythons[peer], folder, fee)
            print(table.row(peer, version, read.count, runs, engine, got, wanted), flush=True)
        except Failed as error:
            print(table.failed(peer, version, error), flush=True)


def measured(options, peer, python, folder, fee):
    """Measured whole processes, the seconds of the engine alone, and (trades, equity)."""
    if isinstance(python, Failed):
        raise python

    def step(mode):
        command = [python, script(HERE, peer), mode, folder, str(fee), str(CASH), str(options.runs)]
        return measure(command, variables(HERE), folder)

    step("prepare")
    step("whole")  # not counted: it fills the caches of compilers and of the disk
    runs = [step("whole") for _ in range(options.runs)]
    answer = table.answer(runs[-1])
    return runs, table.answer(step("engine"))["seconds"], (answer["trades"], answer["equity"])


if __name__ == "__main__":
    sys.exit(main())
