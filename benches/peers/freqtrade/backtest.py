"""SMA cross in freqtrade: signals move on by one candle and fill at its open; candles out of its feather files.

freqtrade asks the exchange for its markets before every backtest; here it is told of one, and asks nobody. What is
open at the end is sold at the last open.
"""
import json
import os
from pathlib import Path

import ccxt.pro
from freqtrade.commands.optimize_commands import setup_optimize_configuration
from freqtrade.data.history.datahandlers.idatahandler import get_datahandler
from freqtrade.enums import CandleType, RunMode
from freqtrade.optimize.backtesting import Backtesting

from peer import frame, main

PAIR, TIMEFRAME = "BTC/USDT", "1m"
MARKET = {
    "id": "BTCUSDT",
    "symbol": PAIR,
    "base": "BTC",
    "quote": "USDT",
    "baseId": "BTC",
    "quoteId": "USDT",
    "type": "spot",
    "spot": True,
    "active": True,
    "taker": 0.001,
    "maker": 0.001,
    "precision": {"amount": 1e-12, "price": 0.001},
    "limits": {key: {"min": None, "max": None} for key in ("amount", "price", "cost", "leverage", "market")},
    "info": {},
}


async def load_markets(self, *args, **kwargs):
    return self.set_markets([MARKET])


ccxt.pro.binance.load_markets = load_markets


def data_folder(setup):
    return Path(setup.path("freqtrade"), "data", "binance")


def prepare(setup):
    folder = data_folder(setup)
    folder.mkdir(parents=True, exist_ok=True)
    candles = frame(setup).tz_localize("UTC").rename_axis("date").reset_index()
    get_datahandler(folder, "feather").ohlcv_store(PAIR, TIMEFRAME, candles, CandleType.SPOT)
    config = {
        "dry_run": True,
        "dry_run_wallet": setup.cash,
        "fee": setup.fee,
        "stake_currency": "USDT",
        "stake_amount": "unlimited",
        "tradable_balance_ratio": 1.0,
        "max_open_trades": 1,
        "timeframe": TIMEFRAME,
        "dataformat_ohlcv": "feather",
        "exchange": {"name": "binance", "pair_whitelist": [PAIR], "pair_blacklist": []},
        "pairlists": [{"method": "StaticPairList"}],
        "entry_pricing": {"price_side": "other"},
        "exit_pricing": {"price_side": "other"},
    }
    Path(setup.path("freqtrade.json")).write_text(json.dumps(config))


def load(setup):
    config = setup_optimize_configuration(
        {
            "config": [setup.path("freqtrade.json")],
            "user_data_dir": setup.path("freqtrade"),
            "datadir": str(data_folder(setup)),
            "strategy": "SmaCross",
            "strategy_path": os.path.dirname(__file__),
            "export": "none",
            "backtest_cache": "none",
        },
        RunMode.BACKTEST,
    )
    backtesting = Backtesting(config)
    return backtesting, *backtesting.load_bt_data()


def run(setup, loaded):
    backtesting, candles, range_ = loaded
    strategy = backtesting.strategylist[0]
    backtesting.backtest_one_strategy(strategy, candles, range_)
    content = backtesting.all_bt_content[strategy.get_strategy_name()]
    return len(content["results"]), content["final_balance"]


main(prepare, load, run)
