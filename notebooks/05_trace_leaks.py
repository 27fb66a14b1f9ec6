# %% [markdown]
# # Trace leaks
#
# A copy of a disc is on the network before the street date. Whose disc was it? Tracing weighs all accounts that held the title early
# against each other and against "none of ours", over all leaks at once. It uses no outcome. A leak proves nothing about one
# reseller; many leaks together may say more ([docs/tracing.md](../docs/tracing.md)).

# %%
import pandas as pd
from matplotlib import pyplot as plt

import resellerrisk as rr
from resellerrisk.leaks import list_copies, list_trace, parse_release, recommend_tests

plt.rcParams.update({"figure.figsize": (9, 3.4), "axes.spines.top": False, "axes.spines.right": False})
pd.set_option("display.max_colwidth", 70)
market = rr.read_market("../data/sample")
moment = "2020-09-30"

# %% [markdown]
# ## From a release name to a title
#
# The name says film, year, source and group. A film may be out on several formats; where a release fits more than one title it stays
# ambiguous, and is not traced.

# %%
newest = market.leaks[market.leaks["known_at"] < moment].nlargest(5, "known_at")
pd.DataFrame(
    [vars(parse_release(name)) | {"release": name} for name in newest["release_name"].astype(str)]
).set_index("release")

# %% [markdown]
# ## Who explains the leaks

# %%
traced = rr.trace(market, moment)
tables = list_trace(traced, market)
tables.leaks["state"].value_counts().rename("leaks").to_frame()

# %%
columns = ["account_id", "source_probability", "expected_leaks", "low", "high"]
tables.accounts[columns].head(8).style.hide().format(
    {"source_probability": "{:.1%}", "expected_leaks": "{:.1f}", "low": "{:.0f}", "high": "{:.0f}"}
)

# %% [markdown]
# The simulation knows who leaked, so here, and only here, the ranking can be held against the truth.

# %%
truth = pd.read_parquet("../data/sample/truth/accounts.parquet").set_index("account_id")
shown = tables.accounts.assign(
    fake=truth["is_fake"].reindex(tables.accounts["account_id"]).to_numpy(bool)
).head(30)
bars = plt.bar(
    range(len(shown)),
    shown["source_probability"],
    color=shown["fake"].map({True: "#b3452c", False: "#9db4d3"}),
)
plt.xticks(range(len(shown)), shown["account_id"], rotation=90, fontsize=7)
plt.ylabel("probability of being a source")
plt.title("The 30 likeliest (dark red: fake in the simulation's truth)", loc="left")
plt.show()

# %% [markdown]
# ## Behind one account: the copies laid to it

# %%
first = tables.accounts["account_id"].iloc[0]
code = market.account_ids.get_loc(first)
list_copies(traced, market, code).head(6)

# %% [markdown]
# ## One leak: the ranked ways it can have come
#
# "None of ours" is always one of them; it has no account.

# %%
leak = tables.sources[tables.sources["account_id"] == first].nlargest(1, "probability")["leak_id"].iloc[0]
tables.sources[tables.sources["leak_id"] == leak].head(6).style.hide().format(
    {"probability": "{:.1%}"}, na_rep="none of ours"
)

# %% [markdown]
# ## What would tell two suspects apart
#
# Not who, but what to try: which coming title, delivered early to one of the two only, would say most about which of them is
# the source. The other one gets it on the street date, which costs an honest shop little.

# %%
second = tables.accounts["account_id"].iloc[1]
recommend_tests(traced, market, first, second).head(5)

# %% [markdown]
# ## It comes into the score as a signal
#
# Traced on the Monday before the moment, so that one account alone gets the figure that it gets in bulk. Without leaks at all the
# figure stays near the prior for everybody, and nothing else breaks:

# %%
empty = market.with_tables(leaks=market.leaks.head(0))
rr.trace(empty, moment).accounts["source_probability"].describe()[["count", "min", "max"]].round(4).to_frame()
