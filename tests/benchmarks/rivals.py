"""The forty aggregates as an author of each library would write them, in the same order of columns.

What a contestant gets is in its own form already, ids as numbers, lines in the order of time; it gives back float64[n, 40], snapshots by
account and moment. Sums are differences of running sums found by as-of joins, different titles are counted by the lines that arrive in
a window and those that leave it, the largest line by window frames; joins with filters or frames for everything have more to go through.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.benchmarks.aggregates import WINDOWS

DAY = 86_400_000_000
#: Running sums: of the lines (lines, picked up, units, cents, few copies, hurried, prepaid), then lines that arrive and leave by window.
SUMMED = ("n", "p", "q", "c", "f", "h", "d")
ARRIVES, LEAVES = tuple(f"a{w}" for w in WINDOWS), tuple(f"l{w}" for w in WINDOWS)


def plain_lines(market) -> pd.DataFrame:
    """Order lines as numbers, in the order of time."""
    orders = market.orders
    return pd.DataFrame(
        {
            "account": orders["account_id"].cat.codes.to_numpy(np.int32),
            "at": orders["ordered_at"].to_numpy(),
            "title": orders["title_id"].cat.codes.to_numpy(np.int32),
            "quantity": orders["quantity"].to_numpy(np.int32),
            "cents": np.rint(orders["unit_price"].to_numpy() * 100 * orders["quantity"].to_numpy()).astype(
                np.int64
            ),
            "ship": orders["ship_method"].cat.codes.to_numpy(np.int8),
            "pay": orders["payment_method"].cat.codes.to_numpy(np.int8),
        }
    ).sort_values("at", kind="stable", ignore_index=True)


def _finish(sums: dict[str, np.ndarray], distinct: list[np.ndarray], most: list[np.ndarray]) -> np.ndarray:
    """The forty columns from differences of sums, each float64 or int64[n, n_windows]."""
    rows = sums["n"]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [np.where(rows > 0, sums[name] / rows, np.nan) for name in ("f", "h", "d", "q")]
    parts = [
        sums["n"],
        sums["p"],
        sums["q"],
        sums["c"] / 100,
        *shares,
        np.stack(most, 1),
        np.stack(distinct, 1),
    ]
    return np.concatenate([np.asarray(part, np.float64) for part in parts], axis=1)


def _differences(get) -> np.ndarray:
    """From ``get(name, edge)``, the running sum before an edge (0 the moment itself, then each window's beginning)."""
    sums = {
        name: np.stack([get(name, 0) - get(name, k + 1) for k in range(len(WINDOWS))], 1) for name in SUMMED
    }
    distinct = [get(ARRIVES[k], 0) - get(LEAVES[k], k + 1) for k in range(len(WINDOWS))]
    return sums, distinct


class DuckDB:
    """Tables in DuckDB's own memory, two threads."""

    def __init__(self, lines: pd.DataFrame, snapshots: pd.DataFrame) -> None:
        import duckdb

        self.db = duckdb.connect()
        self.db.execute(
            "SET threads TO 2; SET preserve_insertion_order TO false; SET enable_progress_bar TO false"
        )
        self.db.register("given_lines", lines.rename(columns={"at": "told"}))
        self.db.register("given_snapshots", snapshots.rename(columns={"at": "told"}))
        self.db.execute("CREATE TABLE lines AS SELECT * FROM given_lines")
        self.db.execute("CREATE TABLE snapshots AS SELECT * FROM given_snapshots")

    def compute(self) -> np.ndarray:
        """One statement."""
        width = {w: f"INTERVAL {w} DAY" for w in WINDOWS}
        flags = ", ".join(
            f"coalesce(gone + {width[w]} < told, true) AS a{w}, coalesce(coming > told + {width[w]}, true) AS l{w}"
            for w in WINDOWS
        )
        names = (*SUMMED, *ARRIVES, *LEAVES)
        groups = ", ".join(
            ["count(*) AS n", "sum((ship = 3)::INT) AS p", "sum(quantity) AS q", "sum(cents) AS c"]
            + [
                "sum((quantity <= 2)::INT) AS f",
                "sum((ship IN (1, 2))::INT) AS h",
                "sum((pay = 3)::INT) AS d",
            ]
            + [f"sum({name}::INT) AS {name}" for name in (*ARRIVES, *LEAVES)]
            + ["max(quantity) AS m"]
        )
        running = ", ".join(f"(sum({name}) OVER so_far)::BIGINT AS {name}" for name in names)
        frames = ", ".join(
            f"max(m) OVER (PARTITION BY account ORDER BY told RANGE BETWEEN {width[w]} PRECEDING "
            f"AND INTERVAL 1 MICROSECOND PRECEDING) AS m{w}"
            for w in WINDOWS
        )
        joins = " ".join(
            f"ASOF LEFT JOIN running r{k} ON s.account = r{k}.account AND s.told{offset} > r{k}.told"
            for k, offset in enumerate(["", *(f" - {width[w]}" for w in WINDOWS)])
        )
        got = ", ".join(
            [f"coalesce(r{k}.{name}, 0) AS {name}_{k}" for k in range(5) for name in SUMMED]
            + [f"coalesce(r0.a{w}, 0) AS a{w}_0" for w in WINDOWS]
            + [f"coalesce(r{k + 1}.l{w}, 0) AS l{w}_{k + 1}" for k, w in enumerate(WINDOWS)]
            + [f"largest.m{w}" for w in WINDOWS]
        )
        found = self.db.execute(f"""
            WITH gaps AS (
              SELECT *, lag(told) OVER same AS gone, lead(told) OVER same AS coming FROM lines
              WINDOW same AS (PARTITION BY account, title ORDER BY told)),
            flagged AS (SELECT account, told, quantity, cents, ship, pay, {flags} FROM gaps),
            moments AS (SELECT account, told, {groups} FROM flagged GROUP BY account, told),
            running AS (
              SELECT account, told, {running} FROM moments
              WINDOW so_far AS (PARTITION BY account ORDER BY told ROWS UNBOUNDED PRECEDING)),
            both_kinds AS (
              SELECT account, told, m, false AS asked FROM moments
              UNION ALL SELECT DISTINCT account, told, NULL, true FROM snapshots),
            largest AS (SELECT * FROM (SELECT account, told, asked, {frames} FROM both_kinds) WHERE asked)
            SELECT {got} FROM snapshots s {joins}
            JOIN largest ON largest.account = s.account AND largest.told = s.told
            ORDER BY s.account, s.told""").fetchnumpy()
        sums, distinct = _differences(lambda name, k: np.asarray(found[f"{name}_{k}"], np.int64))
        most = [np.ma.filled(np.ma.asarray(found[f"m{w}"]).astype(np.float64), np.nan) for w in WINDOWS]
        return _finish(sums, distinct, most)


class Polars:
    """Frames of Polars, two threads."""

    def __init__(self, lines: pd.DataFrame, snapshots: pd.DataFrame) -> None:
        import polars as pl

        self.lines, self.snapshots = pl.from_pandas(lines), pl.from_pandas(snapshots)

    def compute(self) -> np.ndarray:
        """Lazy frames, collected in memory."""
        import polars as pl

        width = {w: pl.duration(days=w) for w in WINDOWS}
        ordered = self.lines.lazy().sort("account", "title", "at")
        gone, coming = (pl.col("at").shift(k).over("account", "title") for k in (1, -1))
        flagged = ordered.with_columns(gone=gone, coming=coming).with_columns(
            *(
                (pl.col("gone") + width[w] < pl.col("at")).fill_null(True).cast(pl.Int64).alias(f"a{w}")
                for w in WINDOWS
            ),
            *(
                (pl.col("coming") > pl.col("at") + width[w]).fill_null(True).cast(pl.Int64).alias(f"l{w}")
                for w in WINDOWS
            ),
        )
        moments = (
            flagged.group_by("account", "at")
            .agg(
                pl.len().cast(pl.Int64).alias("n"),
                (pl.col("ship") == 3).sum().cast(pl.Int64).alias("p"),
                pl.col("quantity").sum().cast(pl.Int64).alias("q"),
                pl.col("cents").sum().alias("c"),
                (pl.col("quantity") <= 2).sum().cast(pl.Int64).alias("f"),
                pl.col("ship").is_in([1, 2]).sum().cast(pl.Int64).alias("h"),
                (pl.col("pay") == 3).sum().cast(pl.Int64).alias("d"),
                *(pl.col(name).sum() for name in (*ARRIVES, *LEAVES)),
                pl.col("quantity").max().alias("m"),
            )
            .sort("account", "at")
            .collect()
        )
        running = moments.with_columns(
            pl.col(name).cum_sum().over("account") for name in (*SUMMED, *ARRIVES, *LEAVES)
        ).sort("at")
        got = {}
        for k, w in enumerate((0, *WINDOWS)):
            wanted = [*SUMMED, *(ARRIVES if k == 0 else (f"l{w}",))]
            asked = (
                self.snapshots.with_row_index().with_columns(pl.col("at") - pl.duration(days=w)).sort("at")
            )
            found = asked.join_asof(
                running.select("account", "at", *wanted),
                on="at",
                by="account",
                strategy="backward",
                allow_exact_matches=False,
                check_sortedness=False,
            ).sort("index")
            for name in wanted:
                got[name, k] = found[name].fill_null(0).to_numpy()
        sums, distinct = _differences(lambda name, k: got[name, k])
        both = pl.concat(
            [
                moments.select("account", "at", "m", asked=pl.lit(False)),
                self.snapshots.select(
                    "account", "at", m=pl.lit(None, moments["m"].dtype), asked=pl.lit(True)
                ),
            ]
        ).sort("account", "at")
        largest = both.with_columns(
            pl.col("m")
            .rolling_max_by("at", window_size=f"{w}d", closed="left")
            .over("account")
            .alias(f"m{w}")
            for w in WINDOWS
        ).filter("asked")
        most = [largest[f"m{w}"].cast(pl.Float64).fill_null(np.nan).to_numpy() for w in WINDOWS]
        return _finish(sums, distinct, most)


class PandasLoop:
    """One group-by for each snapshot moment and window, over the rows of that window."""

    def __init__(self, lines: pd.DataFrame, snapshots: pd.DataFrame) -> None:
        self.snapshots = snapshots
        self.lines = lines.assign(
            p=lines["ship"] == 3,
            f=lines["quantity"] <= 2,
            h=lines["ship"].isin([1, 2]),
            d=lines["pay"] == 3,
            pair=lines["account"].to_numpy(np.int64) * (int(lines["title"].max()) + 1) + lines["title"],
        )

    def compute(self) -> np.ndarray:
        """By moment, then put by account."""
        at, pieces = self.lines["at"].to_numpy(), {}
        accounts = np.sort(self.snapshots["account"].unique())
        moments = np.sort(self.snapshots["at"].unique())
        for moment in moments:
            end = np.searchsorted(at, moment)
            for w in WINDOWS:
                rows = self.lines.iloc[np.searchsorted(at, moment - np.timedelta64(w, "D")) : end]
                by = rows.groupby("account", sort=False)
                sums = by[["p", "quantity", "cents", "f", "h", "d"]].sum()
                found = sums.assign(
                    n=by.size(),
                    m=by["quantity"].max(),
                    t=rows.drop_duplicates("pair").groupby("account").size(),
                ).reindex(accounts)
                pieces[moment, w] = found
        out = np.empty((accounts.size, moments.size, 40))
        for j, moment in enumerate(moments):
            for k, w in enumerate(WINDOWS):
                one = pieces[moment, w]
                rows = one["n"]
                columns = [
                    rows.fillna(0),
                    one["p"].fillna(0),
                    one["quantity"].fillna(0),
                    one["cents"].fillna(0) / 100,
                ]
                columns += [one[name] / rows for name in ("f", "h", "d", "quantity")]
                columns += [one["m"], one["t"].fillna(0)]
                for place, column in enumerate(columns):
                    out[:, j, place * len(WINDOWS) + k] = column
        return out.reshape(-1, 40)


class PandasRolling:
    """Every line its own snapshot: pandas' group-by rolling, without different titles, which it has no measure for.

    Lines of one account and second are put together first, since ``closed="left"`` leaves out the row alone and not its second.
    """

    #: How many of the forty columns it gives.
    columns = 36

    def __init__(self, lines: pd.DataFrame, snapshots: pd.DataFrame) -> None:
        self.lines = lines.assign(
            p=lines["ship"] == 3,
            f=lines["quantity"] <= 2,
            h=lines["ship"].isin([1, 2]),
            d=lines["pay"] == 3,
            n=1,
        )
        self.snapshots = snapshots

    def compute(self) -> np.ndarray:
        """Rolling sums and maxima of moments, then spread over their lines."""
        named = {name: (name, "sum") for name in ("n", "p", "quantity", "cents", "f", "h", "d")}
        moments = self.lines.groupby(["account", "at"], as_index=False).agg(**named, m=("quantity", "max"))
        found = {}
        for w in WINDOWS:
            rolling = moments.groupby("account").rolling(f"{w}D", on="at", closed="left")
            found[w] = rolling[[*named]].sum().fillna(0).reset_index(drop=True), rolling["m"].max().to_numpy()
        key = pd.MultiIndex.from_frame(moments[["account", "at"]])
        back = key.get_indexer(pd.MultiIndex.from_frame(self.snapshots[["account", "at"]]))
        out = np.empty((back.size, 40))
        for k, (sums, most) in enumerate(found.values()):
            rows = sums["n"].to_numpy()
            parts = [sums[name].to_numpy() for name in ("n", "p", "quantity", "cents")]
            parts[3] = parts[3] / 100
            with np.errstate(divide="ignore", invalid="ignore"):
                parts += [
                    np.where(rows > 0, sums[name] / rows, np.nan) for name in ("f", "h", "d", "quantity")
                ]
            for place, part in enumerate([*parts, most, self._titles(WINDOWS[k], moments)]):
                out[:, place * len(WINDOWS) + k] = part[back]
        return out

    def _titles(self, days: int, moments: pd.DataFrame) -> np.ndarray:
        return np.full(len(moments), np.nan)


class PandasRollingAndApplied(PandasRolling):
    """The same with different titles by ``rolling().apply``, the one way there is.

    numpy's unique in the function was the quickest of three that were tried: a set of the values took 1.2 times as long, and a function
    compiled by ``engine="numba"`` 1.5 times.
    """

    columns = 40

    def _titles(self, days: int, moments: pd.DataFrame) -> np.ndarray:
        lines = self.lines.sort_values(["account", "at"], kind="stable").astype({"title": float})
        rolling = lines.groupby("account").rolling(f"{days}D", on="at", closed="left")["title"]
        found = rolling.apply(lambda titles: np.unique(titles).size, raw=True).fillna(0).to_numpy()
        # The first line of a second is the one that leaves the whole second out.
        return found[~lines.duplicated(["account", "at"]).to_numpy()]


#: Measures that are 0 on silence, by their place.
COUNTED = (0, 1, 2, 3, 9)


class Featuretools:
    """Deep feature synthesis with a cut-off time for each snapshot, a training window at a time."""

    def __init__(self, lines: pd.DataFrame, snapshots: pd.DataFrame) -> None:
        import featuretools

        chosen = lines[lines["account"].isin(snapshots["account"].unique())].reset_index(drop=True)
        told = pd.DataFrame(
            {
                "line_id": np.arange(len(chosen)),
                "account": chosen["account"],
                "at": chosen["at"].astype("datetime64[ns]"),
                "title": chosen["title"].astype("category"),
                "quantity": chosen["quantity"].astype(float),
                "spent": chosen["cents"] / 100,
                "picked": (chosen["ship"] == 3).astype(float),
                "few": chosen["quantity"] <= 2,
                "hurried": chosen["ship"].isin([1, 2]),
                "prepaid": chosen["pay"] == 3,
            }
        )
        self.entities = featuretools.EntitySet("market")
        self.entities.add_dataframe(
            dataframe_name="lines",
            dataframe=told,
            index="line_id",
            time_index="at",
            logical_types={
                "title": "Categorical",
                "few": "Boolean",
                "hurried": "Boolean",
                "prepaid": "Boolean",
            },
        )
        accounts = pd.DataFrame({"account": np.sort(snapshots["account"].unique())})
        self.entities.add_dataframe(dataframe_name="accounts", dataframe=accounts, index="account")
        self.entities.add_relationship("accounts", "account", "lines", "account")
        self.snapshots = snapshots

    def compute(self) -> np.ndarray:
        """Ten features a window."""
        import featuretools as ft
        from featuretools import primitives

        cutoffs = self.snapshots.rename(columns={"at": "time"})
        cutoffs = cutoffs.astype({"time": "datetime64[ns]"})
        columns = {
            w: ft.Feature(self.entities["lines"].ww[w]) for w in ("quantity", "spent", "picked", "title")
        }
        flags = [ft.Feature(self.entities["lines"].ww[w]) for w in ("few", "hurried", "prepaid")]
        wanted = [
            ft.Feature(
                self.entities["lines"].ww["line_id"],
                parent_dataframe_name="accounts",
                primitive=primitives.Count,
            ),
            *(
                ft.Feature(columns[n], parent_dataframe_name="accounts", primitive=primitives.Sum)
                for n in ("picked", "quantity", "spent")
            ),
            *(
                ft.Feature(flag, parent_dataframe_name="accounts", primitive=primitives.PercentTrue)
                for flag in flags
            ),
            *(
                ft.Feature(columns["quantity"], parent_dataframe_name="accounts", primitive=p)
                for p in (primitives.Mean, primitives.Max)
            ),
            ft.Feature(columns["title"], parent_dataframe_name="accounts", primitive=primitives.NumUnique),
        ]
        out = np.empty((len(cutoffs), 40))
        for k, w in enumerate(WINDOWS):
            found = ft.calculate_feature_matrix(
                wanted, self.entities, cutoffs, training_window=f"{w} days", include_cutoff_time=False
            )
            out[:, k :: len(WINDOWS)] = found.to_numpy(np.float64, na_value=np.nan)
        return np.where(np.isnan(out) & np.isin(np.arange(40) // len(WINDOWS), COUNTED), 0.0, out)
