"""The forty aggregates hard-coded: what a program does that does nothing else. The measure of what declaring costs."""

from __future__ import annotations

import numpy as np
from numba import njit

DAY = 86_400_000_000


@njit(cache=True, error_model="numpy")
def forty(account, at, title, quantity, price, ship, pay, who, when, accounts, titles, days):
    """Lines in the order of time, snapshots in that of accounts and moments; float64[40, n]."""
    n, windows = account.size, days.size
    starts = np.zeros(accounts + 1, np.int64)
    for i in range(n):
        starts[account[i] + 1] += 1
    longest = starts.max()
    for a in range(accounts):
        starts[a + 1] += starts[a]
    order, places = np.empty(n, np.int32), starts[:-1].copy()
    for i in range(n):
        order[places[account[i]]] = i
        places[account[i]] += 1
    out = np.empty((10 * windows, who.size))
    times, size, place = np.empty(longest, np.int64), np.empty(longest, np.int64), np.empty(longest, np.int32)
    run = np.zeros((6, longest + 1), np.int64)
    since, until = np.empty(longest, np.int64), np.empty(longest, np.int64)
    arrived, left = np.zeros(longest + 1, np.int64), np.zeros(longest + 1, np.int64)
    newest = np.full(titles, -1, np.int64)
    low, high = np.empty((windows, who.size), np.int32), np.empty(who.size, np.int32)
    deque = np.empty(longest + 1, np.int64)
    s = 0
    for a in range(accounts):
        e = s
        while e < who.size and who[e] == a:
            e += 1
        if e == s:
            continue
        first, m = starts[a], starts[a + 1] - starts[a]
        for j in range(m):
            i = order[first + j]
            times[j], size[j], place[j] = at[i], quantity[i], title[i]
            run[0, j + 1] = run[0, j] + (ship[i] == 3)
            run[1, j + 1] = run[1, j] + quantity[i]
            run[2, j + 1] = run[2, j] + np.int64(np.rint(price[i] * 100 * quantity[i]))
            run[3, j + 1] = run[3, j] + (quantity[i] <= 2)
            run[4, j + 1] = run[4, j] + (ship[i] == 1 or ship[i] == 2)
            run[5, j + 1] = run[5, j] + (pay[i] == 3)
            until[j] = since[j] = 2**62
            before = newest[title[i]]
            if before >= first:
                since[j] = until[before - first] = times[j] - times[before - first]
            newest[title[i]] = first + j
        j = 0
        for k in range(s, e):
            while j < m and times[j] < when[k]:
                j += 1
            high[k] = j
        for w in range(windows):
            width, j = days[w] * DAY, 0
            for k in range(s, e):
                while j < m and times[j] < when[k] - width:
                    j += 1
                low[w, k] = j
            for j in range(m):
                arrived[j + 1] = arrived[j] + (since[j] > width)
                left[j + 1] = left[j] + (until[j] > width)
            head = tail = j = 0
            for k in range(s, e):
                lo, hi = low[w, k], high[k]
                rows = hi - lo
                units = run[1, hi] - run[1, lo]
                out[w, k] = rows
                out[windows + w, k] = run[0, hi] - run[0, lo]
                out[2 * windows + w, k] = units
                out[3 * windows + w, k] = (run[2, hi] - run[2, lo]) / 100
                for c in range(3):
                    out[(4 + c) * windows + w, k] = (
                        (run[3 + c, hi] - run[3 + c, lo]) / rows if rows else np.nan
                    )
                out[7 * windows + w, k] = units / rows if rows else np.nan
                out[9 * windows + w, k] = arrived[hi] - left[lo]
                while j < hi:
                    while tail > head and size[deque[tail - 1]] <= size[j]:
                        tail -= 1
                    deque[tail] = j
                    tail += 1
                    j += 1
                while head < tail and deque[head] < lo:
                    head += 1
                out[8 * windows + w, k] = size[deque[head]] if head < tail else np.nan
        s = e
    return out
