"""Known weaknesses of the versions that demo and container install: `make audit`. Wants pip-audit and a network that reaches its data.

pip-audit ends well, too, where it could look nothing up; this tells how many were looked up, and fails where one was not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable


def main(words: Iterable[str] = ()) -> int:
    """Ask for every library; exit code 1 where a weakness is known, 2 where one could not be asked for."""
    asked = subprocess.run(
        ["pip-audit", "-r", "requirements.hashed", "--disable-pip", "--require-hashes", "-f", "json", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        told = json.loads(asked.stdout)["dependencies"]
    except ValueError:
        print((asked.stderr.strip().splitlines() or ["pip-audit told nothing."])[-1], file=sys.stderr)
        told = []
    code, lines = judge(told)
    print("\n".join(lines), file=sys.stderr if code else sys.stdout)
    return code


def judge(told: list[dict]) -> tuple[int, list[str]]:
    """The exit code and what to print.

    Parameters
    ----------
    told : list of dict
        pip-audit's dependencies: each with ``vulns``, or with ``skip_reason`` where it could not be looked up.

    Examples
    --------
    >>> judge([{"name": "a", "version": "1", "vulns": []}])
    (0, ['1 libraries looked up: no known weakness.'])
    >>> judge([{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}])[1][0]
    'a 1: CVE-1, mended in 2'
    >>> print("\\n".join(judge([{"name": "a", "skip_reason": "not found"}])[1]))
    0 of 1 libraries looked up: nothing is known of the others, a.
    Hint: run it where the data of the package index can be reached, with its vulnerabilities
    """
    missing = [each["name"] for each in told if "skip_reason" in each]
    lines = [
        f"{each['name']} {each['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version'}"
        for each in told
        for flaw in each.get("vulns", ())
    ]
    looked = len(told) - len(missing)
    if missing or not told:
        names = f", {', '.join(missing[:5])}{' ...' if len(missing) > 5 else ''}" if missing else ""
        lines.append(f"{looked} of {len(told)} libraries looked up: nothing is known of the others{names}.")
        lines.append(
            "Hint: run it where the data of the package index can be reached, with its vulnerabilities"
        )
        return 2, lines
    return int(bool(lines)), lines or [f"{looked} libraries looked up: no known weakness."]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
