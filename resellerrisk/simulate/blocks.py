"""A block of accounts: its orders and what became of them, and these as rows of the big tables.

A block has random numbers of its own and is forgotten once written. What happens after the market's last day is left
out here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyarrow import compute

from resellerrisk import vocabulary
from resellerrisk.simulate import fulfilment, identity, ordering
from resellerrisk.simulate.behaviour import Periods
from resellerrisk.simulate.randomness import stream
from resellerrisk.simulate.world import World
from resellerrisk.simulate.writing import Coded

#: Accounts whose orders are drawn together. Part of what a seed means: another number gives another market.
_ACCOUNTS_A_BLOCK = 64
#: Order names are the order's number times this, in a ring of 10^9 names: all different, and none tells its place.
_NAME_STEP, _NAMES = 387_420_489, 10**9

Columns = dict[str, Coded | np.ndarray]


@dataclass(frozen=True)
class Block:
    """Orders of the accounts from `first` up to, but not including, `last`, and what became of them.

    `order_names` and `account_names` are texts; `account` is each order's place among the block's accounts.
    """

    world: World
    first: int
    last: int
    periods: Periods
    orders: ordering.Orders
    lines: ordering.Lines
    shipments: fulfilment.Shipments
    returns: fulfilment.Returns
    payments: fulfilment.Payments
    order_names: pa.Array
    account_names: pa.Array
    account: np.ndarray


def draw_blocks(world: World) -> Iterator[Block]:
    """All blocks of a market, one after the other; each is drawn when it is asked for."""
    done = 0
    for number, first in enumerate(range(0, len(world.accounts), _ACCOUNTS_A_BLOCK)):
        last = min(first + _ACCOUNTS_A_BLOCK, len(world.accounts))
        block = _draw_block(world, number, first, last, done)
        done += len(block.orders)
        yield block


def _draw_block(world: World, number: int, first: int, last: int, done: int) -> Block:
    setting, rng = world.setting, stream(world.seed, "block", number)
    periods = world.periods.of_accounts(first, last)
    orders, lines = ordering.draw_orders(setting, periods, world.slate, world.year, world.seed, rng)
    shipments = fulfilment.ship(setting, periods, orders, lines, world.slate, rng)
    chance = world.return_chance[orders.account] * (0.2 + 0.8 * periods.cover[orders.period])
    return Block(
        world=world,
        first=first,
        last=last,
        periods=periods,
        orders=orders,
        lines=lines,
        shipments=shipments,
        returns=fulfilment.send_back(chance, lines, shipments, world.slate, rng),
        payments=fulfilment.pay(orders, lines, shipments, world.trouble[orders.account], rng),
        order_names=order_names(done, len(orders)),
        account_names=pa.array(world.accounts[first:last], pa.string()),
        account=orders.account - first,
    )


def order_names(done: int, count: int) -> pa.Array:
    """Names of the next orders.

    Parameters
    ----------
    done : int
        Orders named before.
    count : int

    Returns
    -------
    pyarrow.Array of string
        No name comes twice among the first 10^9.

    Examples
    --------
    >>> order_names(1, 2).to_pylist()
    ['PO774840978', 'PO162261467']
    """
    number = (np.arange(done + 1, done + 1 + count, dtype=np.int64) * _NAME_STEP) % _NAMES
    digits = compute.utf8_lpad(pa.array(number).cast(pa.string()), width=9, padding="0")
    return compute.binary_join_element_wise("PO", digits, "")


def order_columns(block: Block, titles: pa.Array) -> Columns:
    """Rows of `orders`; `titles` are all titles' names."""
    orders, lines, of = block.orders, block.lines, block.lines.order
    return {
        "order_id": Coded(block.order_names, of),
        "line": lines.line,
        "account_id": Coded(block.account_names, block.account[of]),
        "ordered_at": orders.at[of],
        "title_id": Coded(titles, lines.title),
        "quantity": lines.quantity,
        "unit_price": lines.price / 100,
        "ship_method": Coded(list(vocabulary.SHIP_METHODS), orders.method[of]),
        "ship_to": Coded(_address_book(block), (block.account * 4 + orders.drop)[of]),
        "payment_method": Coded(list(vocabulary.PAYMENT_METHODS), orders.payment[of]),
    }


def _address_book(block: Block) -> list[str]:
    """Four addresses of each account of the block: its own, and three others."""
    world, span = block.world, slice(block.first, block.last)
    account = np.repeat(np.arange(block.first, block.last), 4)
    number = np.column_stack([world.marks.form["address"][span], world.marks.drops[span]]).ravel()
    where = [world.setting.countries[i][0] for i in world.marks.address_country(account, number).tolist()]
    return identity.one_line(identity.addresses(world.seed, number, where))


def shipment_columns(block: Block, titles: pa.Array) -> Columns:
    """Rows of `shipments`: lines that left before the market's end, and their delivery if it happened by then."""
    lines, end = block.lines, block.world.end
    left = np.flatnonzero(block.shipments.shipped_at < end)
    of = lines.order[left]
    arrived = block.shipments.delivered_at[left]
    return {
        "order_id": Coded(block.order_names, of),
        "line": lines.line[left],
        "account_id": Coded(block.account_names, block.account[of]),
        "title_id": Coded(titles, lines.title[left]),
        "shipped_at": block.shipments.shipped_at[left],
        "delivered_at": np.ma.MaskedArray(np.where(arrived < end, arrived, 0), mask=arrived >= end),
        "quantity": lines.quantity[left],
    }


def return_columns(block: Block, titles: pa.Array) -> Columns:
    """Rows of `returns`."""
    lines, returns = block.lines, block.returns
    back = np.flatnonzero(returns.at < block.world.end)
    line = returns.line[back]
    return {
        "account_id": Coded(block.account_names, block.account[lines.order[line]]),
        "title_id": Coded(titles, lines.title[line]),
        "returned_at": returns.at[back],
        "quantity": returns.quantity[back],
    }


def payment_columns(block: Block) -> Columns:
    """Rows of `payments`."""
    payments = block.payments
    kept = np.flatnonzero(payments.at < block.world.end)
    of = payments.order[kept]
    return {
        "account_id": Coded(block.account_names, block.account[of]),
        "order_id": Coded(block.order_names, of),
        "recorded_at": payments.at[kept],
        "method": Coded(list(vocabulary.PAYMENT_METHODS), block.orders.payment[of]),
        "amount": payments.amount[kept] / 100,
        "status": Coded(list(vocabulary.PAYMENT_STATUSES), payments.status[kept]),
    }
