"""Accounts' rows on disk, dealt out by account, so that a market larger than memory is worked on part by part."""

from resellerrisk.parts.parted_market import PartedMarket, deal_out

__all__ = ["PartedMarket", "deal_out"]
