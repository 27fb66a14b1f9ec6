"""The command line: words in, the same verbs as in Python, tables and files out.

A fault of the input is one message and exit code 2, without a traceback (``--debug`` shows it). Nothing is computed here.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from resellerrisk.cli.app import run

    run()
