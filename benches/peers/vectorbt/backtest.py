"""SMA cross in vectorbt: signals move on by one candle and fill at its open."""
import pandas
import vectorbt

from peer import FAST, SLOW, frame, main


def prepare(setup):
    # vectorbt leaves storage to pandas; a pickle is what its own `save` writes, and the quickest to read.
    frame(setup).to_pickle(setup.path("vectorbt.pickle"))


def load(setup):
    return pandas.read_pickle(setup.path("vectorbt.pickle"))


def run(setup, candles):
    quick = vectorbt.MA.run(candles["close"], FAST)
    calm = vectorbt.MA.run(candles["close"], SLOW)
    portfolio = vectorbt.Portfolio.from_signals(
        candles["close"],
        entries=quick.ma_crossed_above(calm).vbt.signals.fshift(1),
        exits=quick.ma_crossed_below(calm).vbt.signals.fshift(1),
        price=candles["open"],
        fees=setup.fee,
        init_cash=setup.cash,
        freq="1min",
    )
    return portfolio.trades.closed.count(), portfolio.final_value()


main(prepare, load, run)
