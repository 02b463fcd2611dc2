"""SMA cross as a freqtrade strategy, which freqtrade wants in a file of its own."""
from freqtrade.strategy import IStrategy

from peer import FAST, SLOW


class SmaCross(IStrategy):
    INTERFACE_VERSION = 3
    timeframe = "1m"
    startup_candle_count = 0
    minimal_roi = {}
    stoploss = -0.99
    use_exit_signal = True
    order_types = {"entry": "market", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}

    def populate_indicators(self, dataframe, metadata):
        quick = dataframe["close"].rolling(FAST).mean()
        dataframe["now"] = quick - dataframe["close"].rolling(SLOW).mean()
        dataframe["was"] = dataframe["now"].shift(1)
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe["enter_long"] = ((dataframe["was"] <= 0) & (dataframe["now"] > 0)).astype(int)
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        dataframe["exit_long"] = ((dataframe["was"] >= 0) & (dataframe["now"] < 0)).astype(int)
        return dataframe

    def custom_stake_amount(self, proposed_stake, **kwargs):
        # freqtrade pays the fee on top of the stake.
        return proposed_stake / (1 + self.config["fee"])
