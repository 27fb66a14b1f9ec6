# %% [markdown]
# # What a signal sees
#
# A signal is a plain function over rows. It cuts no time and sums nothing: the kernel does, so that what was not yet known cannot
# get in. This notebook looks at one signal down to its rows, then writes a new one and proves that it leaks nothing.

# %%
import tempfile

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

import resellerrisk as rr
from resellerrisk.matrix import build_matrix, snapshot_accounts
from resellerrisk.signals.catalogue import SIGNALS, Catalogue
from resellerrisk.signals.declare import HIGHER, SHARE, last, signal

plt.rcParams.update({"figure.figsize": (9, 3.4), "axes.spines.top": False, "axes.spines.right": False})
folder = tempfile.TemporaryDirectory()
rr.simulate_market(folder.name, accounts=1500, seed=7, start="2017-01-01", end="2020-12-31")
market = rr.read_market(folder.name)
signals = rr.prepare_signals(market)
moment = pd.Timestamp("2020-06-30")

# %% [markdown]
# ## The catalogue
#
# Every signal carries its meaning, unit, window, direction and source. The counts below are columns of the account model.

# %%
catalogue = rr.catalogue().to_frame()
catalogue.groupby(["family", "riskier"]).size().unstack(fill_value=0)

# %%
catalogue.set_index("signal").loc["before_street_date_share_90d"].to_frame("declared").style.set_properties(
    **{"white-space": "normal", "text-align": "left"}
)

# %% [markdown]
# ## One value, and the rows behind it
#
# `evidence` gives the rows of the contract that made a value, and computes it again from those rows by plain arithmetic.

# %%
snapshots = snapshot_accounts(signals.views, moment)
matrix = build_matrix(signals, snapshots, signals.catalogue.for_subject("account"))
keyed = matrix.values.set_axis(matrix.keys["account_id"].astype(str))
busy = keyed[keyed["lines_count_90d"] >= 30]
account = busy["before_street_date_share_90d"].idxmax()
found = rr.evidence(signals, account, "before_street_date_share_90d", moment)
print(f"{account}: {found.value:.1%} from {len(found.rows)} rows; recomputed {found.recompute():.1%}")
found.speaking(5)[["order_id", "ordered_at", "title_id", "quantity", "counts"]]

# %% [markdown]
# Honest shops order before street date too, library suppliers most of all. A signal alone accuses nobody; that is why a value is
# compared with shops of the same type.

# %%
types = market.accounts.set_index("account_id")["business_type"].astype(str).reindex(keyed.index)
share = keyed["before_street_date_share_90d"]
order = share.groupby(types).median().sort_values().index
plt.boxplot(
    [share[(types == kind) & share.notna()] for kind in order], orientation="horizontal", showfliers=False
)
plt.yticks(range(1, len(order) + 1), order)
plt.xlabel("share of the lines of 90 days that were ordered before street date")
plt.show()


# %% [markdown]
# ## A new signal
#
# The claim to test: who wants the discs tomorrow orders in the afternoon. The function sees order lines as they were known when they were placed, and
# returns one truth value per line. Name, window, unit, direction, sentence and source are declared beside it.


# %%
@signal(
    "orders",
    SHARE,
    last(90, 365),
    riskier=HIGHER,
    family="ordering",
    source="A claim made up for this notebook; docs/experiments.md is where a measured one would be told.",
    reason="{value} of the lines in {window} were ordered at 16 h or later (shops like this: {typical}).",
)
def ordered_late_in_the_day(orders):
    """Order lines placed at 16 h or later."""
    return orders.ordered_at.astype("datetime64[h]").astype(np.int64) % 24 >= 16


mine = Catalogue((*SIGNALS, ordered_late_in_the_day))
with_mine = rr.prepare_signals(market, mine)
columns = [
    mine.column("ordered_late_in_the_day_share_90d"),
    mine.column("ordered_late_in_the_day_share_365d"),
]
build_matrix(with_mine, snapshots, columns).values.describe().loc[["count", "mean", "50%", "max"]].round(3)

# %% [markdown]
# A declaration that contradicts itself is refused, with every mistake at once:

# %%
try:
    wrong = signal("orders", SHARE, last(90), riskier=7, family="weather", source="", reason="{nothing}.")
    Catalogue((wrong(lambda orders: orders.weekday == 6),))
except rr.ResellerRiskError as error:
    print(error)

# %% [markdown]
# ## It leaks nothing: three proofs
#
# 1. The same snapshots on a market that ends at the moment: equal to the bit.
# 2. The same rows in another order: equal to the bit.
# 3. One account alone: the same as all together.
#
# `tests/laws` asks the same of every signal without being told of it.

# %%
whole = build_matrix(with_mine, snapshots, columns).values
cut = build_matrix(rr.prepare_signals(market.before(moment), mine), snapshots, columns).values
mixed = {name: frame.sample(frac=1, random_state=1) for name, frame in market.tables().items()}
shuffled = build_matrix(rr.prepare_signals(market.with_tables(**mixed), mine), snapshots, columns).values
one = snapshots.account == market.account_ids.get_loc(account)
alone = build_matrix(with_mine, type(snapshots)(snapshots.account[one], snapshots.at[one]), columns).values
pd.Series(
    {
        "nothing after the moment is seen": whole.equals(cut),
        "the order of rows changes nothing": whole.equals(shuffled),
        "alone as in bulk": whole[one].reset_index(drop=True).equals(alone),
    },
    name="holds",
).to_frame()

# %% [markdown]
# ## Does it help?
#
# Fold by fold forward in time, with and without it, on the same rows: `SignalBuilder` and `RiskModel` are a scikit-learn pipeline,
# and `LabelGapSplit` keeps linked accounts apart and learns no label before it was known.

# %%
rows = rr.labelled_rows(signals, "account", moment)
cv = rr.LabelGapSplit(2, gap_days=30, times=rows.times, known_at=rows.known_at)
folds = {}
for name, prepared in {"with it": with_mine, "without": signals}.items():
    pipeline = make_pipeline(
        rr.SignalBuilder(prepared, families=("identity", "ordering")).set_output(transform="pandas"),
        rr.RiskModel(max_trees=60, bags=1, n_jobs=1),
    )
    folds[name] = cross_val_score(
        pipeline, rows.X, rows.y, groups=rows.ring, cv=cv, scoring="average_precision"
    )
pd.DataFrame(folds, index=["fold 1", "fold 2"]).rename_axis(columns="average precision").round(3)

# %% [markdown]
# Whatever the table says here, it is the simulation that says it, and its clocks are the same for all shops: two columns more or
# less move an average precision by chance. On your own data a difference counts where it holds in every fold, and it is written down when it does not, too ([CONTRIBUTING.md](../CONTRIBUTING.md)).
