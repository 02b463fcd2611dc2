"""Reads what `backtester run --out FOLDER` wrote, and draws equity.

    python read_backtest.py FOLDER [PICTURE.png]

In a notebook: `from read_backtest import read` and then `trades, equity, signals = read("FOLDER")`.
"""

import sys
from pathlib import Path

import pandas as pd


def read(folder):
    """Gives trades, equity and signals as data frames. Times are UTC; equity is indexed by them."""
    folder = Path(folder)
    trades = pd.read_parquet(folder / "trades.parquet")
    signals = pd.read_parquet(folder / "signals.parquet")
    # The same from CSV, where times are Unix milliseconds.
    equity = pd.read_csv(folder / "equity.csv", engine="pyarrow")
    equity.index = pd.to_datetime(equity.pop("open_time_ms"), unit="ms", utc=True).rename("time")
    return trades, equity, signals


def summary(trades, equity):
    """A few figures, computed here anew: they are those of the report."""
    gains, losses = trades.pnl[trades.pnl > 0].sum(), -trades.pnl[trades.pnl < 0].sum()
    return pd.Series(
        {
            "final equity": equity.equity.iloc[-1],
            "trades": len(trades),
            "win rate": (trades.pnl > 0).mean(),
            "profit factor": gains / losses if losses else float("nan"),
            "max drawdown": (1 - equity.equity / equity.equity.cummax()).max(),
        }
    )


def draw(equity, picture=None):
    """Draws equity beside holding what was traded; into a file where one is named."""
    import matplotlib.pyplot as plt

    axes = equity.equity.plot(label="strategy", figsize=(10, 4))
    (equity.close * equity.equity.iloc[0] / equity.close.iloc[0]).plot(ax=axes, label="buy and hold", alpha=0.5)
    axes.set_ylabel("equity")
    axes.legend()
    if picture:
        plt.savefig(picture, bbox_inches="tight")
    else:
        plt.show()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    trades, equity, signals = read(sys.argv[1])
    print(summary(trades, equity).to_string())
    print()
    print(trades.groupby("reason").pnl.agg(["count", "sum", "mean"]).to_string())
    print()
    print(signals.groupby(["action", "outcome"]).size().to_string())
    if len(sys.argv) > 2:
        try:
            draw(equity, sys.argv[2])
        except ImportError:
            print("\nmatplotlib is not there: nothing was drawn")


if __name__ == "__main__":
    main()
