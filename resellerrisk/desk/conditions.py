"""The small language of rules: comparisons of signals with numbers, joined by and, or, not. Parsed here, never evaluated as code."""

from __future__ import annotations


class Condition:
    """A condition that was read.

    Parameters
    ----------
    text : str
        ``orders_count_90d >= 10 and (score > 700 or website_age_days is missing)``
    subject : str
        Whose signals it may name; also ``score`` and ``probability``.
    """

    def __init__(self, text: str, subject: str) -> None:
        raise NotImplementedError
