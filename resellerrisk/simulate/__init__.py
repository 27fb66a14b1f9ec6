"""A market of our own making: the contract's tables with honest shops, look-alikes, fakes, leaks and late outcomes.

For demos, tests and measuring only; nothing here learns or scores.
"""

from resellerrisk.simulate.assumptions import PURPOSES, SETTINGS, Setting
from resellerrisk.simulate.market import simulate_market

__all__ = ["PURPOSES", "SETTINGS", "Setting", "simulate_market"]
