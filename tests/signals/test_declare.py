"""Declarations: what a signal must bring, and that every mistake is named at once."""

import pytest

from resellerrisk.errors import DeclarationError
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.declare import (
    COUNT,
    HIGHER,
    SHARE,
    YES_NO,
    as_is,
    check_declarations,
    distinct,
    ever,
    kind_of,
    last,
    signal,
    this_order,
)
from resellerrisk.signals.declare import TITLES as TITLES_UNIT
from resellerrisk.signals.rows import TABLES

LAST_MONTH = last(30)


def declare(table="orders", measure=SHARE, windows=LAST_MONTH, doc="Lines.", **words):
    told = {"riskier": HIGHER, "family": "ordering", "reason": "{value} in {window}.", "source": "-"} | words

    def lines(orders):
        return orders.quantity

    lines.__doc__ = doc
    return signal(table, measure, windows, **told)(lines)


def test_a_sound_declaration_is_taken():
    check_declarations([declare()], TABLES)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"table": "order"}, "table 'order'"),
        ({"family": "orders"}, "family 'orders'"),
        ({"riskier": 2}, "riskier"),
        ({"doc": ""}, "docstring"),
        ({"source": " "}, "no source"),
        ({"reason": "Many lines."}, "{value}"),
        ({"reason": "{value} {who}"}, "who"),
        ({"windows": ()}, "wants a window"),
        ({"measure": as_is(YES_NO)}, "has no window"),
        ({"measure": distinct(TITLES_UNIT), "windows": this_order}, "this_order has no distinct"),
        ({"table": "returns", "windows": this_order}, "only order lines"),
        ({"peers": last(90)}, "peers names a window"),
        ({"table": "form", "measure": as_is(kind_of(("a", "b"))), "windows": ()}, "a kind has no direction"),
    ],
)
def test_a_mistake_is_named(wrong, told):
    with pytest.raises(DeclarationError, match="lines") as caught:
        check_declarations([declare(**wrong)], TABLES)
    assert told in str(caught.value)


def test_six_mistakes_are_six_lines():
    function = declare(table="x", family="y", riskier=5, doc="", source="", reason="none", measure=COUNT)
    with pytest.raises(DeclarationError, match="6 mistake"):
        check_declarations([function], TABLES)


def test_the_same_column_twice_is_refused_and_another_window_is_not():
    check_declarations([declare(), declare(windows=ever)], TABLES)
    with pytest.raises(DeclarationError, match="stands twice"):
        check_declarations([declare(), declare()], TABLES)


def test_the_catalogue_declares_each_column_once_and_every_application_column_needs_no_orders():
    names = [column.name for column in catalogue().columns]
    assert len(names) == len(set(names)) >= 120
    for column in catalogue().for_subject("application"):
        assert column.declaration.table in {"form", "links", "derived"}


def test_only_orders_have_columns_of_their_own_lines():
    own = {c.name for c in catalogue().for_subject("order")} - {
        c.name for c in catalogue().for_subject("account")
    }
    assert own and all(name.endswith("this_order") for name in own)
