"""The case page: one self-contained HTML file that asks nothing of any network, runs no script and prints on A4.

All text that comes from data is escaped, and the page's own policy allows no script, image, font or form at all. What is on
the page stands in `case`; how it looks in `case.html.j2` and `case.css`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from resellerrisk.jobs import write_whole
from resellerrisk.reasons import graph, timeline, waterfall
from resellerrisk.reasons.case import Case, probability_of
from resellerrisk.reasons.grouped import Reason
from resellerrisk.reasons.masking import mask_rows
from resellerrisk.reasons.waterfall import show_chance, show_signed
from resellerrisk.translations import ENGLISH, Language, read_language

if TYPE_CHECKING:
    from resellerrisk.signals.evidence.shown import Evidence

#: What each action means, in plain words.
ACTION_WORDS = {
    "release": ("Release", "Nothing is held back: orders go out as usual."),
    "ship_on_street_date": (
        "Ship on street date",
        "Lines for discs not yet on sale wait for their street date, the rest goes out. An honest shop loses little.",
    ),
    "review": ("Review", "A person looks at the case before anything is changed."),
    "block": ("Block", "Nothing goes out until a person has looked at the case and decided."),
}
SUBJECT_WORDS = {"application": "Application", "account": "Account", "order": "Order"}
BAND_WORDS = {"low": "Low", "guarded": "Guarded", "high": "High", "severe": "Severe"}
OUTCOME_WORDS = {
    "fake": "found fake",
    "genuine": "found genuine",
    "violation": "broke a street date in honest trade",
    "unknown": "an earlier finding was taken back",
    None: "nothing decided",
}
FORMAT_WORDS = {"dvd": "DVD", "bluray": "Blu-ray", "uhd": "UHD"}
METHOD_WORDS = {"standard": "standard", "express": "express", "courier": "courier", "pickup": "picked up"}
IDENTIFIER_WORDS = {
    "email": "mail address",
    "phone": "phone",
    "address": "address",
    "website": "web site",
    "tax_id": "tax id",
    "officer": "officer",
    "bank": "bank account",
    "card": "card",
    "ip": "IP address",
    "device": "device",
    "pickup_person": "pick-up person",
    "ship_to": "delivery address",
}
EARLY_LINES_SHOWN = 25
EVIDENCE_ROWS_SHOWN = 8
#: Weights below it would show as 0.00.
LEAST_SHOWN = 0.005
KIND_WORDS = {
    "orders": "order lines",
    "returns": "returns",
    "payments": "payments",
    "identifiers": "identifiers seen",
    "form": "fields of the form",
    "moment": "fields",
    "links": "values shared with other accounts",
    "group": "accounts joined by strong links",
    "holdings": "early deliveries",
    "copies": "copies that followed an early delivery",
    "peers": "shops compared with",
    "market": "titles anybody ordered",
}
ORIGIN_WORDS = ("Model", "Data fingerprint")
COLUMN_WORDS = {
    "account_id": "Account",
    "kind": "Kind",
    "value": "Value",
    "other_value": "Value there",
    "since": "Since",
    "strength": "Strength",
    "holders": "Held by",
    "near": "A slip apart",
    "taken_over": "Taken over",
    "found_fake": "Found fake",
    "group_since": "Group since",
    "own_link_since": "Own link since",
    "standing": "Weight",
    "counts": "Gives",
    "order_id": "Order",
    "line": "Line",
    "ordered_at": "Ordered",
    "title_id": "Title",
    "quantity": "Units",
    "ship_method": "Sent",
    "ship_to": "Sent to",
    "street_date": "Street date",
    "delivered_at": "Delivered",
    "returned_at": "Sent back",
    "recorded_at": "Recorded",
    "seen_at": "Seen",
    "method": "Method",
    "status": "Status",
    "field": "Field",
    "said": "Said",
}
#: Columns of evidence that mean nothing to a reader: codes of accounts.
_NOT_SHOWN = ("other",)
FORM_WORDS = {
    "legal_name": "Legal name",
    "trading_name": "Trading name",
    "business_type": "Trades as",
    "country": "Country",
    "city": "City",
    "address_kind": "Kind of address",
    "website": "Web site",
    "website_registered_on": "Web site registered",
    "applied_at": "Applied",
    "founded_on": "Founded",
    "store_count": "Stores claimed",
    "declared_monthly_units": "Units a month declared",
    "street_date_agreement": "Street date agreement",
}


def write_case(case: Case, path: str | Path) -> Path:
    """Write a case as one HTML page, and its JSON twin beside it under the same name.

    Parameters
    ----------
    case : Case
    path : str or Path
        The file; folders above it are made.

    Returns
    -------
    Path
        Where it was written.

    Examples
    --------
    >>> import tempfile
    >>> case = Case("A1", "2020-06-30", 500, 0.5, "guarded", "release", base_value=0.0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_case(case, Path(folder) / "case.html").read_text(encoding="utf-8")[:15]
    '<!doctype html>'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A lone surrogate (half a character) has no UTF-8; it is written as a reference that browsers show as unknown.
    write_whole(path, show_case(case).encode("utf-8", "xmlcharrefreplace"))
    write_whole(path.with_suffix(".json"), case.to_json())
    return path


def show_case(case: Case) -> str:
    """The page of a case as text; see `write_case`."""
    found: str = _template(case.language).render(_content(case))
    return found


def show_parts(case: Case) -> dict[str, Markup]:
    """The parts of a case page, each as markup that may stand in another page within an element of the class ``casefile``,
    together with `show_style`.

    Returns
    -------
    dict of str to Markup
        `reasons`, `families`, `waterfall`, `orders`, `links`, `traces`, `history`, `similar`, `decisions`, `facts`. All text is
        escaped.

    Examples
    --------
    >>> case = Case("A1", "2020-06-30", 500, 0.5, "guarded", "release", base_value=0.0)
    >>> "Why this score" in show_parts(case)["reasons"]
    True
    """
    template = _template(case.language)
    content = _content(case)
    module = template.make_module(content)
    macros = {name: getattr(module, name) for name in ("evidence", "facts", "rows")}
    context = template.new_context(content | macros)
    return {name: Markup("".join(block(context))) for name, block in template.blocks.items()}


def show_style() -> str:
    """The style sheet of a case page: every rule stands under the class ``casefile``."""
    return _read("case.css")


def _content(case: Case) -> dict[str, object]:
    """What the template is filled with."""
    style, language = show_style(), read_language(case.language)
    early = case.orders[case.orders["lead_days"] > 0]
    return {
        "case": case,
        "raising": _tellable(case.raising),
        "lowering": _tellable(case.lowering),
        "style": style,
        "style_hash": base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        "action": ACTION_WORDS[case.action],
        "band": BAND_WORDS[case.band],
        "waterfall": waterfall.draw_waterfall(case),
        "timeline": timeline.draw_timeline(case.orders, case.as_of, language),
        "graph": graph.draw_graph(case.links),
        "early_lines": early.iloc[::-1].head(EARLY_LINES_SHOWN).to_dict("records"),
        "families": case.families.rename_axis("family").reset_index().to_dict("records"),
        "start": probability_of(case.base_value),
        "origin": dict(zip(ORIGIN_WORDS, (case.model_version, case.data_fingerprint), strict=True)),
        "training": {_show_name(name): fact for name, fact in case.training.items()},
        "form": {FORM_WORDS.get(name, name): fact for name, fact in case.form.items()},
    }


def _tellable(reasons: Sequence[Reason]) -> list[Reason]:
    """The reasons without what would show as 0.00: such findings are counted with the untold, such reasons are left out."""
    shown = []
    for reason in reasons:
        told = tuple(one for one in reason.findings if abs(one.contribution) >= LEAST_SHOWN)
        hidden = reason.findings[len(told) :]
        if told and abs(reason.contribution) >= LEAST_SHOWN:
            untold = reason.untold_contribution + sum(one.contribution for one in hidden)
            count = reason.untold + len(hidden) if abs(untold) >= LEAST_SHOWN else 0
            shown.append(replace(reason, findings=told, untold=count, untold_contribution=untold))
    return shown


def _readable(rows: pd.DataFrame, named: Callable[[Mapping[Any, Any], Any], str]) -> pd.DataFrame:
    """Rows of evidence as a person reads them: without codes, kinds of identifiers in words."""
    shown = rows.drop(columns=[name for name in _NOT_SHOWN if name in rows])
    if "kind" in shown:
        shown = shown.assign(kind=[named(IDENTIFIER_WORDS, kind) for kind in shown["kind"].astype(object)])
    return shown


@cache
def _template(tag: str) -> Any:
    """The page's template in a language; what is undefined in it is an error, what comes from data is escaped."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    language = read_language(tag)
    environment.globals |= {
        "_": language.text,
        "timeline_at": timeline,
        "waterfall_at": waterfall,
        "graph_at": graph,
        "least_shown": LEAST_SHOWN,
        "subjects": SUBJECT_WORDS,
        "bands": BAND_WORDS,
    }
    environment.filters |= _filters(language)
    return environment.get_template("case.html.j2")


def _filters(language: Language) -> dict[str, Any]:
    def named(words: Mapping[Any, Any], name: Any) -> str:
        return language.text(words[name]) if name in words else str(name)

    return {
        "px": lambda pixels: f"{pixels:.1f}",
        "day": lambda moment: _show_day(moment, language),
        "moment": lambda moment: _show_moment(moment, language),
        "days": lambda days: _show_days(days, language),
        "chance": lambda chance: show_chance(chance, language),
        "percent": lambda share: language.percent(share),
        "whole": lambda number: language.number(number),
        "tenths": lambda number: language.number(number, 1),
        "signed": lambda weight, digits=2: show_signed(weight, digits, language),
        "fact": lambda fact: _show_fact(fact, language),
        "named": lambda name: language.text(_name_column(name)),
        "behind": lambda found: _say_behind(found, language),
        "first_rows": lambda found: _readable(mask_rows(found.speaking(EVIDENCE_ROWS_SHOWN)), named),
        "short": waterfall.shorten,
        "outcome": lambda name: named(OUTCOME_WORDS, name),
        "disc": lambda name: FORMAT_WORDS.get(name, language.text("not known")),
        "method": lambda name: language.text(METHOD_WORDS.get(name, "not known")),
        "identifier": lambda kind: named(IDENTIFIER_WORDS, kind),
    }


def _read(name: str) -> str:
    return resources.files("resellerrisk.reasons").joinpath(name).read_text(encoding="utf-8")


def _show_day(moment: Any, language: Language = ENGLISH) -> str:
    """
    >>> _show_day(pd.Timestamp("2020-06-30 11:00")), _show_day(pd.NaT)
    ('2020-06-30', 'not known')
    """
    return language.text("not known") if pd.isna(moment) else f"{pd.Timestamp(moment):%Y-%m-%d}"


def _show_moment(moment: Any, language: Language = ENGLISH) -> str:
    """
    >>> _show_moment(pd.Timestamp("2020-06-30 11:00"))
    '2020-06-30 11:00:00 UTC'
    """
    return language.text("not known") if pd.isna(moment) else f"{pd.Timestamp(moment):%Y-%m-%d %H:%M:%S} UTC"


def _show_days(days: float, language: Language = ENGLISH) -> str:
    """
    >>> _show_days(12.34), _show_days(-2.0), _show_days(float("nan"))
    ('12.3 days before', '2.0 days after', 'not known')
    """
    if pd.isna(days):
        return language.text("not known")
    return language.text(
        "{days} days before" if days > 0 else "{days} days after", days=language.number(abs(days), 1)
    )


def _show_fact(fact: Any, language: Language = ENGLISH) -> str:
    """A fact of any type as text.

    >>> [_show_fact(fact) for fact in (12345, 0.25, 2.0, True, None, "", pd.Timestamp("2020-01-31"), "LLC", ("a", 1))]
    ['12,345', '0.25', '2', 'yes', 'not known', 'not known', '2020-01-31', 'LLC', 'a, 1']
    """
    if isinstance(fact, Mapping):
        return ", ".join(f"{name}: {_show_fact(part, language)}" for name, part in fact.items())
    if isinstance(fact, (list, tuple)):
        return ", ".join(_show_fact(part, language) for part in fact)
    if pd.isna(fact) or fact == "":
        return language.text("not known")
    if isinstance(fact, (bool, np.bool_)):
        return language.text("yes" if fact else "no")
    if hasattr(fact, "isoformat"):
        stamp = pd.Timestamp(fact)
        return _show_day(stamp) if stamp == stamp.normalize() else _show_moment(stamp)
    if isinstance(fact, Real):
        number: Any = fact
        return language.signs(f"{int(number):,}" if number == number // 1 else f"{number:,.6g}")
    return str(fact)


def _show_name(name: str) -> str:
    """
    >>> _show_name("positive_snapshots")
    'Positive snapshots'
    """
    words = str(name).replace("_", " ")
    return words[:1].upper() + words[1:]


def _name_column(name: str) -> str:
    """
    >>> _name_column("title_id"), _name_column("counts")
    ('Title', 'Gives')
    """
    return COLUMN_WORDS.get(name, _show_name(str(name).removesuffix("_id")))


def _say_behind(found: Evidence, language: Language = ENGLISH) -> str:
    """What stands behind a value, in a few words."""
    if found.kind == "derived":
        return language.text("derived from what follows")
    kind = language.text(KIND_WORDS[found.kind]) if found.kind in KIND_WORDS else found.kind
    words = f"{language.number(len(found.rows))} {kind}"
    if found.until is None:
        return words
    until = _show_moment(found.until)
    if found.since is None:
        return language.text("{rows}, before {until}", rows=words, until=until)
    since = _show_day(found.since)
    return language.text("{rows}, from {since} to before {until}", rows=words, since=since, until=until)
