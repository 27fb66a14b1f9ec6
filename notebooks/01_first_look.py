# %% [markdown]
# # First look at a distributor's data
#
# Before anything is trained: is the hand-over whole, how do the shops trade, and how late does the truth come in?
# The sample market stands in for your own; put your folder of parquet or CSV files in its place. What each table and
# column means stands in [data/dictionary.md](../data/dictionary.md).

# %%
import pandas as pd
from matplotlib import pyplot as plt

import resellerrisk as rr

plt.rcParams.update({"figure.figsize": (9, 3.4), "axes.spines.top": False, "axes.spines.right": False})
market = rr.read_market("../data/sample")
market.intake.style.hide()

# %% [markdown]
# Rows read are rows used and rows set aside, never fewer. A faulty row is named with its file, line and reason; past 5 % of
# a table the reading stops with one report. Here is what a hand-over with two mistakes is told:

# %%
frames = {name: pd.read_parquet(f"../data/sample/{name}.parquet") for name in sorted(market.present)}
orders = frames["orders"].copy()
orders["ship_method"] = orders["ship_method"].astype(object)
orders.loc[orders.index[:2], "ship_method"] = "drone"
orders.loc[orders.index[2], "quantity"] = -1
spoilt = rr.Market.from_frames(frames | {"orders": orders})
spoilt.set_aside["orders"][["order_id", "ship_method", "quantity", "reason"]]

# %% [markdown]
# ## How much, and when
#
# Order lines by month. A gap here is a gap in everything that follows: the signals count what was known, and do not guess.

# %%
lines = market.orders.assign(month=market.orders["ordered_at"].dt.to_period("M").dt.to_timestamp())
lines.groupby("month").size().plot.bar(color="#4a6fa5", width=0.85)
labels = [f"{month:%b %Y}" if month.month in (1, 7) else "" for month in sorted(lines["month"].unique())]
plt.xticks(range(len(labels)), labels, rotation=0)
plt.title("Order lines a month", loc="left")
plt.xlabel("")
plt.show()

# %% [markdown]
# ## Who the shops are
#
# Shops of one kind are compared with each other; a kind with very few shops is compared with all.

# %%
orders = market.orders.merge(market.accounts[["account_id", "business_type"]], on="account_id")
orders["early_line"] = (
    orders["title_id"].map(
        market.street_dates.sort_values("known_at").groupby("title_id", observed=True)["street_date"].last()
    )
    > orders["ordered_at"]
)
by_type = orders.groupby("business_type", observed=True).agg(
    accounts=("account_id", "nunique"),
    lines=("order_id", "size"),
    units_a_line=("quantity", "mean"),
    before_street_date=("early_line", "mean"),
)
by_type.sort_values("accounts", ascending=False).style.format(
    {"units_a_line": "{:.1f}", "before_street_date": "{:.0%}"}
)

# %% [markdown]
# ## What was handed out before street date
#
# The one thing a distributor can act on: days between the delivery of a line and its street date. To the right of zero the
# discs were in somebody's hands before they might be sold. (Here the last announced date counts; a score uses the one that
# was known at the moment.)

# %%
shipped = market.shipments.dropna(subset=["delivered_at"])
street = market.street_dates.sort_values("known_at").groupby("title_id", observed=True)["street_date"].last()
lead = (shipped["title_id"].map(street) - shipped["delivered_at"]).dt.total_seconds() / 86400
lead[lead.between(-30, 30)].plot.hist(bins=60, color="#4a6fa5")
plt.axvline(0, color="#333333", linewidth=1)
plt.xlabel("days delivered before street date")
plt.title(f"{(lead > 0).mean():.0%} of delivered lines came before street date", loc="left")
plt.show()

# %% [markdown]
# ## How late the truth comes in
#
# Outcomes are decisions, and most accounts never get one: unlabelled is a state, not "genuine". The gap between
# the application and the decision says how old a training has to be before its labels are worth something.

# %%
outcomes = market.outcomes.merge(market.accounts[["account_id", "applied_at"]], on="account_id")
outcomes["months"] = (outcomes["decided_at"] - outcomes["applied_at"]).dt.days / 30.4
outcomes.groupby("outcome", observed=True)["months"].describe()[["count", "25%", "50%", "75%"]].round(1)

# %%
decided = market.outcomes["account_id"].nunique()
print(f"{decided} of {len(market.accounts)} accounts were ever decided about.")

# %% [markdown]
# ## The main path in five lines
#
# Everything else in these notebooks looks closer at one of them. The first was the reading, above.

# %%
model = rr.train(market, subject="account", as_of="2019-06-30")
scores = rr.score(market, model, as_of="2019-12-31", scored_at=pd.Timestamp("2019-12-31"))
highest = scores.scores.nlargest(5, "probability")
case = rr.explain(market, model, highest["account_id"].iloc[0], as_of="2019-12-31")
report = rr.evaluate(market, subject="account", as_of="2019-06-30")

# %%
pd.set_option("display.max_colwidth", None)
highest[["account_id", "score", "probability", "band", "action", "reason_1"]].style.hide().format(
    {"probability": "{:.1%}"}
)

# %% [markdown]
# With so few confirmed fakes no tree can be judged, so the score without labels serves, and says so:

# %%
model.facts["why"]
