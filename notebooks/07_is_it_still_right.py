# %% [markdown]
# # Is the model still right?
#
# A model does not say when the world has moved on. `watch_night` holds tonight's rows, signals and scores against their own past
# nights, and what the model foretold against what turned out. Here a quiet night, then three nights that were spoilt on purpose.

# %%
import tempfile
from pathlib import Path

import pandas as pd
from matplotlib import pyplot as plt

import resellerrisk as rr
from resellerrisk.tracking import judge_challenger, ledger_of

plt.rcParams.update({"figure.figsize": (9, 3.4), "axes.spines.top": False, "axes.spines.right": False})
pd.set_option("display.max_colwidth", None)
folder = tempfile.TemporaryDirectory()
rr.simulate_market(folder.name, accounts=1500, seed=7, start="2017-01-01", end="2020-12-31")
market = rr.read_market(folder.name)
signals = rr.prepare_signals(market)
models = {
    subject: rr.train(market, subject, "2019-06-30", signals=signals) for subject in ("account", "order")
}
night = pd.Timestamp("2020-10-29")
quiet = rr.watch_night(market, models, as_of=night, signals=signals)
print(quiet.conditions["figures looked at"], "figures looked at,", len(quiet.findings), "raised")

# %% [markdown]
# ## What is looked at
#
# Each figure is compared with the same weekday of eight weeks before, and how much that errs on ordinary nights is taken from the
# figure's own two years. The largest moves of the quiet night, none of them raised:

# %%
figures = quiet.to_frame()
largest = figures.reindex(figures["deviations"].abs().sort_values(ascending=False).index).head(6)
largest[["figure", "window", "value", "expected", "deviations", "p"]].style.hide().format(precision=3)

# %% [markdown]
# ## Three spoilt nights
#
# Prices of one night times three; a ship method that the contract does not know; a night whose announcements came without dates.

# %%
frames = {path.stem: pd.read_parquet(path) for path in Path(folder.name).glob("*.parquet")}
orders, dates = frames["orders"].copy(), frames["street_dates"].copy()
tonight = orders["ordered_at"].between(night - pd.Timedelta(days=1), night, inclusive="left")
dear = orders.assign(unit_price=orders["unit_price"].where(~tonight, orders["unit_price"] * 3))
drone = orders.assign(ship_method=orders["ship_method"].astype(object))
drone.loc[orders.index[tonight][:5], "ship_method"] = "drone"
last = dates.index[dates["known_at"] < night][-3:]
dates.loc[last, "known_at"] = night - pd.Timedelta(hours=5)
dates.loc[last, "street_date"] = None
spoilt = {
    "prices x 3": frames | {"orders": dear},
    "a new ship method": frames | {"orders": drone},
    "announcements without dates": frames | {"street_dates": dates},
}
found = {
    name: [finding.text for finding in rr.watch_night(rr.Market.from_frames(tables), as_of=night).findings]
    for name, tables in spoilt.items()
}
pd.Series(found, name="what is said").explode().rename_axis(
    "night"
).reset_index().style.hide().set_properties(**{"white-space": "normal", "text-align": "left"})

# %% [markdown]
# A raised figure ends the job with exit code 4 and, where one is set, calls a webhook. How often a quiet night raises something
# was counted; it stands in [docs/operations.md](../docs/operations.md).
#
# ## Did the scores come true?
#
# On two clocks: by the month in which a case arose, and by the month in which it was decided. Months the model had learnt
# from are told apart, and a month counts once its fakes had the time to be found.

# %%
told = quiet.outcomes
told.by_case.set_index("month")[
    ["learnt", "cases", "decided", "fakes", "open", "precision", "low", "high"]
].tail(14).round(2)

# %%
calibration = told.calibration.set_index("month")
calibration[["foretold", "found"]].plot(color=["#9db4d3", "#b3452c"], marker="o")
plt.axvspan(calibration.index[0], calibration.index[calibration["learnt"]].max(), color="#f2f2f2")
plt.title("Fakes foretold and found since, by month (grey: the model had learnt from it)", loc="left")
plt.xlabel("")
plt.show()

# %% [markdown]
# The newest months have had too little time: what is found there will still grow. Even of the mature ones not every fake is ever found,
# so found stays below foretold where the model is right. It is the change that tells.
#
# ## Train again, and compare
#
# A challenger is trained on newer data and scored beside the champion; nobody acts upon what it says. The gate then asks whether
# it may take the champion's place, and says no with figures.

# %%
home = rr.Home(f"{folder.name}/home")
rr.retrain(market, home, "account", "2019-06-30", signals=signals, why="the first", who="notebook")
rr.retrain(market, home, "account", "2019-07-31", signals=signals, why="a month more", who="notebook")
for at in pd.date_range("2019-09-30", "2020-06-30", freq="3ME"):
    rr.shadow_score(market, home, "account", as_of=at, signals=signals)

# %%
verdict = judge_challenger(market, home, "account", "2020-12-31")
print("The gate", "agrees." if verdict.passed else "refuses.")
pd.DataFrame(
    [("yes" if check.passed else "NO", check.name, check.told) for check in verdict.checks],
    columns=["holds", "rule", "what was seen"],
).style.hide().set_properties(**{"white-space": "normal", "text-align": "left"})

# %% [markdown]
# `rr.promote` would ask the gate again and write promotion or refusal into the ledger; `rr.rollback` is the way out.

# %%
ledger_of(home).to_frame()[["event", "subject", "version", "who", "why"]]
