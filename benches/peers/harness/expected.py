"""What a peer must come to: Chandler's trades, filled by the rules that the peer cannot be talked out of."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    fill: str = "next open"  # or "deciding close": the close of the candle before
    fee_in: str = "quote"  # or "received": taken from the coins that were bought
    left_open: str = "kept"  # at the end; or "sold at the last open", "sold at the last close"


@dataclass(frozen=True)
class Outcome:
    trades: int
    equity: float


def outcome(report, candles, rules, cash, fee):
    """Trades and equity of the trades in Chandler's JSON `report`, under `rules`."""
    for trade in report["trades"]:
        quantity = bought(cash, price(candles, trade["entry_time"], rules), fee, rules)
        cash = quantity * price(candles, trade["exit_time"], rules) * (1 - fee)
    trades = len(report["trades"])
    if report["open"] is None:
        return Outcome(trades, cash)
    quantity = bought(cash, price(candles, report["open"]["entry_time"], rules), fee, rules)
    last = candles.count - 1
    if rules.left_open == "kept":
        return Outcome(trades, quantity * candles.close(last))
    at = candles.open(last) if rules.left_open == "sold at the last open" else candles.close(last)
    return Outcome(trades + 1, quantity * at * (1 - fee))


def price(candles, fill_time_ms, rules):
    index = candles.index(fill_time_ms)
    return candles.open(index) if rules.fill == "next open" else candles.close(index - 1)


def bought(cash, at, fee, rules):
    return cash / (at * (1 + fee)) if rules.fee_in == "quote" else cash / at * (1 - fee)
