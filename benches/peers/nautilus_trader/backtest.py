"""SMA cross in NautilusTrader, its low-level engine fed with bars out of its Parquet catalogue.

A market order fills at the close of the bar that decided it; the fee is taken from cash.
"""
from decimal import Decimal

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, StrategyConfig
from nautilus_trader.indicators import SimpleMovingAverage
from nautilus_trader.model.data import BarType
from nautilus_trader.model.enums import AccountType, CurrencyType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Currency, Money, Price, Quantity
from nautilus_trader.persistence.catalog import ParquetDataCatalog
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.trading.strategy import Strategy

from peer import FAST, SLOW, frame, main

VENUE = Venue("BITFINEX")
ID = InstrumentId(Symbol("BTC/USD"), VENUE)
BARS = BarType.from_str(f"{ID}-1-MINUTE-LAST-EXTERNAL")
PRICE_DIGITS, SIZE_DIGITS, MONEY_DIGITS = 3, 12, 12
# Its dollar has cents alone, to which every fee and balance would be rounded.
DOLLAR = Currency("USD", MONEY_DIGITS, 840, "fine dollar", CurrencyType.FIAT)
COIN = Currency("BTC", SIZE_DIGITS, 0, "fine coin", CurrencyType.CRYPTO)
ROOM = 1e-10  # a share of cash left over, so that rounding never asks for more than there is


def instrument(fee):
    return CurrencyPair(
        instrument_id=ID,
        raw_symbol=ID.symbol,
        base_currency=COIN,
        quote_currency=DOLLAR,
        price_precision=PRICE_DIGITS,
        size_precision=SIZE_DIGITS,
        price_increment=Price(10**-PRICE_DIGITS, PRICE_DIGITS),
        size_increment=Quantity(10**-SIZE_DIGITS, SIZE_DIGITS),
        margin_init=Decimal(0),
        margin_maint=Decimal(0),
        maker_fee=Decimal(str(fee)),
        taker_fee=Decimal(str(fee)),
        ts_event=0,
        ts_init=0,
    )


class SmaCrossConfig(StrategyConfig, frozen=True):
    fee: float


class SmaCross(Strategy):
    def __init__(self, config):
        super().__init__(config)
        self.quick = SimpleMovingAverage(FAST)
        self.calm = SimpleMovingAverage(SLOW)
        self.was = None
        self.held = None

    def on_start(self):
        self.instrument = self.cache.instrument(ID)
        self.account = self.portfolio.account(VENUE)
        self.register_indicator_for_bars(BARS, self.quick)
        self.register_indicator_for_bars(BARS, self.calm)
        self.subscribe_bars(BARS)

    def on_bar(self, bar):
        if not self.calm.initialized:
            return
        now = self.quick.value - self.calm.value
        was, self.was = self.was, now
        if was is None:
            return
        if self.held is None and was <= 0 < now:
            cash = self.account.balance_free(DOLLAR).as_double() * (1 - ROOM)
            self.held = self.instrument.make_qty(cash / (bar.close.as_double() * (1 + self.config.fee)))
            self.order(OrderSide.BUY)
        elif self.held is not None and was >= 0 > now:
            self.order(OrderSide.SELL)
            self.held = None

    def order(self, side):
        self.submit_order(self.order_factory.market(ID, side, self.held))


def prepare(setup):
    pair = instrument(setup.fee)
    catalogue = ParquetDataCatalog(setup.path("nautilus"))
    catalogue.write_data([pair])
    # A bar is named by the time when it closes. Its volume is left out, as an order of more than a quarter of it
    # would partly fill a tick worse.
    candles = frame(setup).shift(1, freq="1min").drop(columns="volume")
    catalogue.write_data(BarDataWrangler(BARS, pair).process(candles))


def load(setup):
    return ParquetDataCatalog(setup.path("nautilus")).bars([str(BARS)])


def run(setup, bars):
    # Risk checks and the log are off, which is quicker.
    engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True), run_analysis=False))
    engine.add_venue(
        VENUE, OmsType.NETTING, AccountType.CASH, [Money(setup.cash, DOLLAR), Money(0, COIN)], base_currency=None
    )
    engine.add_instrument(instrument(setup.fee))
    engine.add_data(bars, sort=False)
    engine.add_strategy(SmaCross(SmaCrossConfig(fee=setup.fee)))
    engine.run()
    account = engine.cache.account_for_venue(VENUE)
    closed = engine.cache.positions_closed_count()
    closed = len(engine.cache.position_snapshots()) + closed
    coins = account.balance_total(COIN).as_double()
    equity = account.balance_total(DOLLAR).as_double() + coins * bars[-1].close.as_double()
    engine.dispose()
    return closed, equity


main(prepare, load, run)
