"""The peers: a new one is a folder with requirements.txt and backtest.py, and a line here."""
import os
from dataclasses import dataclass

from .expected import Rules


@dataclass(frozen=True)
class Peer:
    name: str
    fast: bool  # whether it gets the long run too
    rules: Rules  # what its fills can be made to follow
    tolerance: float = 1e-6  # how far its final equity may be off, relative


PEERS = (
    Peer("vectorbt", fast=True, rules=Rules()),
    Peer("backtesting", fast=True, rules=Rules()),
    Peer("jesse", fast=False, rules=Rules("deciding close", "received", "sold at the last close")),
    Peer("nautilus_trader", fast=False, rules=Rules("deciding close")),
    Peer("freqtrade", fast=False, rules=Rules(left_open="sold at the last open")),
)


def script(here, peer):
    return os.path.join(here, peer.name, "backtest.py")


def variables(here):
    """The environment variables of the scripts."""
    harness = os.path.join(here, "harness")
    return {**os.environ, "PYTHONPATH": harness, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"}
