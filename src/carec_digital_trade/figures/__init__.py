"""One function a figure; each takes a `results.Result` and returns its axes, and shows nothing itself."""

from carec_digital_trade.figures.snapshot import composition, effective_members, members, over_time

__all__ = ["composition", "effective_members", "members", "over_time"]
