"""Who serves: a challenger is named, promoted by the gate or refused, and a champion rolled back. Each is written down.

Training and promoting are separate: nothing here trains, and nothing that trains comes here but to name a challenger.
"""

from __future__ import annotations

from resellerrisk.errors import ModelError
from resellerrisk.tables import Market
from resellerrisk.tracking.gate import Verdict, judge_challenger
from resellerrisk.tracking.home import Home
from resellerrisk.tracking.ledger import Ledger
from resellerrisk.tracking.rules import Rules


def name_challenger(home: Home, subject: str, version: int, *, why: str, who: str | None = None) -> dict:
    """Let a version be scored beside the champion from now on.

    Returns
    -------
    dict
        The ledger's entry.

    Raises
    ------
    ModelError
        No such version, no champion to stand beside, or it serves already.
    """
    home.path_of(subject, version)
    champion = home.champion(subject)
    if champion is None:
        raise ModelError(f"Nothing serves '{subject}' that version {version} could be compared with.")
    if champion == version:
        raise ModelError(f"Version {version} of the {subject} model serves already.")
    entry = _cut_off(home, subject, "challenger", home.challenger(subject), version)
    if entry is None:
        figures = {"champion": champion, "challenger_before": home.challenger(subject)}
        entry = ledger_of(home).add("challenger", subject, version, why=why, who=who, figures=figures)
    _let(home, subject, challenger=version)
    return entry


def promote(
    market: Market,
    home: Home,
    subject: str,
    as_of,
    *,
    why: str,
    who: str | None = None,
    rules: Rules | None = None,
) -> Verdict:
    """Let the challenger take the champion's place if the gate agrees; promotion and refusal are written down.

    Parameters
    ----------
    market, home, subject, as_of, rules
        As in `judge_challenger`.
    why : str
        Why it is asked for; stands in the ledger with the gate's figures.
    who : str, optional
        The person or the job; the system's user by default.

    Returns
    -------
    Verdict
        ``passed`` says whether it serves now. A refused challenger stays challenger: more nights may show more.
    """
    verdict, ledger = judge_challenger(market, home, subject, as_of, rules=rules), ledger_of(home)
    if not verdict.passed:
        reasons = f"{why} Refused: {' '.join(verdict.reasons)}"
        ledger.add("refused", subject, verdict.challenger, why=reasons, who=who, figures=verdict.figures())
        return verdict
    if _cut_off(home, subject, "promoted", home.champion(subject), verdict.challenger) is None:
        ledger.add("promoted", subject, verdict.challenger, why=why, who=who, figures=verdict.figures())
    _let(home, subject, champion=verdict.challenger, challenger=None)
    return verdict


def rollback(home: Home, subject: str, *, why: str, who: str | None = None, to: int | None = None) -> dict:
    """Let the version that served before serve again, or another one. The gate is not asked: it is the way out.

    One that was cut off is carried to its end; said again with the same ``to`` it only lets the registry follow.

    Parameters
    ----------
    to : int, optional
        A version; by default the one that served before the present champion, by the ledger.

    Returns
    -------
    dict
        The ledger's entry.

    Raises
    ------
    ModelError
        Nothing served before, or the version serves already.
    """
    champion = home.champion(subject)
    entry = _cut_off(home, subject, "rolled_back", champion, to)
    if (
        to is not None
        and to == champion
        and (done := _newest_act(home, subject) or {}).get("event") == "rolled_back"
    ):
        _let(home, subject, challenger=home.challenger(subject))
        return done
    version = to if to is not None else entry["version"] if entry else _served_before(home, subject, champion)
    if version is None or version == champion:
        there = ", ".join(map(str, home.versions(subject))) or "none"
        raise ModelError(
            f"There is nothing to roll the {subject} model back to: version {champion} serves.",
            f"Versions: {there}.",
            hint=f"resellerrisk rollback --subject {subject} --to VERSION --why TEXT",
        )
    home.path_of(subject, version)
    if entry is None:
        entry = ledger_of(home).add(
            "rolled_back", subject, version, why=why, who=who, figures={"instead_of": champion}
        )
    waits = home.challenger(subject)
    _let(home, subject, champion=version, challenger=None if waits == version else waits)
    return entry


def _cut_off(home: Home, subject: str, event: str, now: int | None, version: int | None) -> dict | None:
    """The ledger's newest act about who serves or waits, where it is this one and the alias does not follow yet.

    An act is written down before the alias moves: one that was killed in between is carried to its end and not written twice.
    """
    act = _newest_act(home, subject)
    if act is None or act["event"] != event or act["version"] == now:
        return None
    return act if version in (None, act["version"]) else None


def _newest_act(home: Home, subject: str) -> dict | None:
    acts = [each for each in ledger_of(home).read(subject) if each["event"] not in {"trained", "refused"}]
    return acts[-1] if acts else None


def _served_before(home: Home, subject: str, champion: int | None) -> int | None:
    """The version that the present champion took the place of; None where it was the first."""
    served = [
        entry["version"]
        for entry in ledger_of(home).read(subject)
        if entry["event"] in {"first", "promoted", "rolled_back"}
    ]
    stack: list[int] = []
    for version in served:
        if version in stack:
            del stack[stack.index(version) + 1 :]
        else:
            stack.append(version)
    return stack[-2] if len(stack) > 1 and stack[-1] == champion else None


def ledger_of(home: Home) -> Ledger:
    """The ledger of a home folder."""
    return Ledger(home.folder / "ledger.jsonl")


def _let(home: Home, subject: str, **aliases: int | None) -> None:
    """Move aliases, here and in the registry; what they stood for is in the ledger by then."""
    from resellerrisk.tracking.registry import follow_aliases

    for name, version in aliases.items():
        home.set_alias(subject, name, version)
    follow_aliases(home, subject)
