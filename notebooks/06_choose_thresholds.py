# %% [markdown]
# # Choose thresholds from cost and capacity
#
# Nobody picks a cut-off here. What a leaked title, a delayed honest shop and an analyst's hour cost decides from which probability on
# an action pays; what the desk can look at decides how many of them are reviews. All figures stand in
# [one file](../resellerrisk/decisions/settings.toml), each an assumption to be replaced by your own books.

# %%
import tempfile
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

import resellerrisk as rr
from resellerrisk.decisions import actions, expected_costs

plt.rcParams.update({"figure.figsize": (9, 3.6), "axes.spines.top": False, "axes.spines.right": False})
ACTIONS = ["release", "ship_on_street_date", "review", "block"]
settings = rr.read_settings(None)
pd.Series(vars(settings.account), name="accounts, in the orders' currency").to_frame()

# %% [markdown]
# ## What each action costs at each probability
#
# Straight lines in the probability, bent here by the axis. The lowest one is recommended, so the thresholds are where two lines cross. Shipping on the street date is cheap for
# an honest shop and stops a pirate wholly; that is why it comes first.

# %%
p = 1 / (1 + np.exp(-np.linspace(-8, 6, 600)))
costs = expected_costs(p, "account", settings)
for action in ACTIONS:
    plt.plot(p, costs[action].where(np.isfinite(costs[action])), label=action)
plt.xscale("logit")
plt.xticks([0.001, 0.01, 0.1, 0.5, 0.9, 0.99], ["0.1%", "1%", "10%", "50%", "90%", "99%"])
plt.minorticks_off()
plt.xlim(0.0005, 0.997)
plt.ylim(0, 1000)
plt.xlabel("probability that the account is a fake retailer")
plt.ylabel("expected cost")
plt.legend(frameon=False)
plt.show()

# %%
best = costs.to_numpy().argmin(axis=1)
changes = np.flatnonzero(np.diff(best)) + 1
pd.DataFrame(
    {"from probability": p[changes], "recommended": [ACTIONS[best[i]] for i in changes]}
).style.hide().format({"from probability": "{:.1%}"})

# %% [markdown]
# ## The same with other costs
#
# A house whose titles leak from elsewhere anyway saves less by stopping one source; a house with touchy customers pays more for a delay.

# %%
houses = {
    "as packaged": settings,
    "a leak costs a third": replace(settings, leaked_title=settings.leaked_title / 3),
    "a delay costs four times": replace(
        settings, account=replace(settings.account, honest_delayed=4 * settings.account.honest_delayed)
    ),
}
table = {}
for house, chosen in houses.items():
    best = expected_costs(p, "account", chosen).to_numpy().argmin(axis=1)
    table[house] = {ACTIONS[k]: p[best == k].min() for k in np.unique(best) if k}
pd.DataFrame(table).T.reindex(columns=ACTIONS[1:]).style.format("from {:.1%}")

# %% [markdown]
# ## What the desk can do
#
# The market is simulated; a model is trained on what was known by the end of 2019 and its accounts are scored half a year later.

# %%
folder = tempfile.TemporaryDirectory()
rr.simulate_market(folder.name, accounts=1500, seed=7, start="2017-01-01", end="2020-12-31")
market = rr.read_market(folder.name)
signals = rr.prepare_signals(market)
model = rr.train(market, "account", "2019-12-31", signals=signals)
scored = rr.score(market, model, as_of="2020-06-30", signals=signals).scores
probability, ids = scored["probability"].to_numpy(), scored["account_id"].astype(str).to_numpy()
capacity = {
    f"{reviews} reviews": pd.Series(
        actions(probability, "account", settings, reviews=reviews, ids=ids)
    ).value_counts()
    for reviews in (0, 5, 10, 20, 50)
}
pd.DataFrame(capacity).reindex(ACTIONS).fillna(0).astype(int)

# %% [markdown]
# What is not reviewed is not released: the next best action is taken, mostly shipping on the street date.
#
# ## What it would have cost
#
# Judged on the simulation's truth: every row is charged the cost of its action for what it turned out to be.

# %%
report = rr.evaluate(
    market, "account", "2019-12-31", truth=f"{folder.name}/truth/accounts.parquet", signals=signals
)
section, (policies, *_) = next(
    pair for pair in report.sections() if pair[0].title == "What it would have cost"
)
policies.style.hide().set_properties(**{"white-space": "pre-line"})

# %%
curve = report.curves["cost"]
plt.plot(curve["threshold"], curve["cost"], color="#4a6fa5")
plt.xscale("logit")
plt.xticks([0.001, 0.01, 0.1, 0.5, 0.9], ["0.1%", "1%", "10%", "50%", "90%"])
plt.minorticks_off()
lowest = curve.loc[curve["cost"].idxmin()]
plt.scatter([lowest["threshold"]], [lowest["cost"]], color="#b3452c", zorder=3)
plt.xlabel("hold everything from this probability on")
plt.ylabel("cost per 1,000 accounts")
plt.ylim(0)
plt.title(f"Lowest from {lowest['threshold']:.1%} on; the costs alone say 1.1%", loc="left")
plt.show()

# %% [markdown]
# The two lie apart where the probabilities are not calibrated, or where few fakes make the curve flat: look at the intervals in the
# table before you move anything, and change costs, not thresholds.
