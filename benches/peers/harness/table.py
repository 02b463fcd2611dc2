"""What is printed: a line for each peer, times only where the results agree."""
import json
import os
import platform

from .process import Failed

LINE = "{:<16} {:>10} {:>10} {:>9} {:>9} {:>9} {:>9} {:>8} {:>7} {:>16} {:>9}  {}"
TITLES = (
    "peer", "version", "candles", "whole s", "M/s", "engine s", "M/s", "MB", "trades", "final equity", "off by", "fills"
)  # fmt: skip


def machine():
    model = "unknown processor"
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
        model = models[0] if models else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def head(title):
    return f"\n{title}\n" + LINE.format(*TITLES)


def median(values):
    return sorted(values)[len(values) // 2]


def answer(run):
    """The last line that a script printed."""
    try:
        return json.loads(run.output.strip().splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise Failed("its script gave no answer") from error


def row(peer, version, candles, runs, engine_s, got, wanted):
    """A peer's line; `got` is (trades, equity), `wanted` an Outcome under its rules."""
    trades, equity = got
    off = abs(equity / wanted.equity - 1)
    figures = [trades, f"{equity:.10g}", f"{off:.1e}", fills(peer.rules)]
    if trades != wanted.trades or not off <= peer.tolerance:
        told = [f"wanted {wanted.trades} trades, {wanted.equity:.10g}"]
        return LINE.format(peer.name, version, candles, *["-"] * 5, *figures) + "\n  does not agree: " + told[0]
    whole_s = median([run.seconds for run in runs])
    peak_mb = max(run.peak_mb for run in runs)
    times = [*speed(whole_s, candles), *speed(engine_s, candles), f"{peak_mb:.0f}"]
    return LINE.format(peer.name, version, candles, *times, *figures)


def speed(seconds, candles):
    """Seconds and millions of candles a second."""
    if seconds is None:
        return "-", "-"
    return f"{seconds:.3f}", f"{candles / seconds / 1e6:.3f}"


def fills(rules):
    words = [rules.fill]
    if rules.fee_in != "quote":
        words.append(f"fee in what is {rules.fee_in}")
    if rules.left_open != "kept":
        words.append(rules.left_open)
    return ", ".join(words)


def failed(peer, version, error):
    return f"{peer.name:<16} {version:>10} failed: {error}"
