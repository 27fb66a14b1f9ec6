# %% [markdown]
# # Train and judge
#
# A model is trained on what was known before a moment and judged on what came after it, beside a logistic regression with the
# same signals and a one-line rule. The market is simulated, so that the truth is known; on your own data, leave `truth` out
# and the outcomes found by the end judge.

# %%
import tempfile
from pathlib import Path

import pandas as pd
from IPython.display import SVG, Markdown, display

import resellerrisk as rr
from resellerrisk.evaluation.pictures import write_plots

folder = tempfile.TemporaryDirectory()
rr.simulate_market(folder.name, accounts=1500, seed=7, start="2017-01-01", end="2020-12-31")
market = rr.read_market(folder.name)
signals = rr.prepare_signals(market)
trained = "2019-12-31"

# %% [markdown]
# ## What a training says of itself
#
# Two models are made: a score without labels (declared directions, tracing, links), and boosted trees that start from it. Which one
# serves is decided on later time, and the model's facts say which and why.

# %%
model = rr.train(market, "account", trained, signals=signals)
told = {
    name: model.facts[name] for name in ("as_of", "snapshots", "fakes", "unlabelled", "serves", "why", "seed")
}
pd.Series(
    told | {"data": model.facts["data_fingerprint"][:16], "model": model.version}, name="fact"
).to_frame().style.set_properties(**{"text-align": "left", "white-space": "normal"})

# %% [markdown]
# The same data and the same seed give the same bytes:

# %%
print("the same model:", rr.train(market, "account", trained, signals=signals).version == model.version)

# %% [markdown]
# ## How good it is on what came after
#
# Accounts already known as fake are left out, each account counts once at a moment, and intervals come from draws of whole rings.

# %%
report = rr.evaluate(
    market, "account", trained, truth=f"{folder.name}/truth/accounts.parquet", signals=signals
)
display(
    pd.DataFrame(
        [(title, text.replace("\n", " ")) for title, _, text, _ in report.headlines()],
        columns=["figure", "value (95 %)"],
    ).style.hide()
)

# %%
plots = {path.stem: path for path in write_plots(report, Path(folder.name) / "plots")}
display(SVG(filename=plots["precision_recall"]))

# %% [markdown]
# Foretold against found. A probability that means what it says is what costs and thresholds are computed from
# ([06_choose_thresholds](06_choose_thresholds.ipynb)).

# %%
display(SVG(filename=plots["calibration"]))

# %% [markdown]
# Who pays for it: honest shops that look most like fakes.

# %%
honest = next(tables for section, tables in report.sections() if "honest" in section.title.lower())
display(Markdown("Share of honest rows held, by kind of shop"), honest[0].style.hide())

# %% [markdown]
# ## A training that is kept
#
# `retrain` does all of this with the time before the training moment held out, writes a model card and a report, and keeps the
# model in a home folder with its MLflow run. Nothing is promoted by it ([docs/lifecycle.md](../docs/lifecycle.md)).

# %%
home = rr.Home(f"{folder.name}/home")
kept = rr.retrain(market, home, "account", trained, signals=signals, why="a first one", who="notebook")
print(
    kept.trained.version,
    "serves" if kept.serves else "waits",
    sorted(path.name for path in kept.report.iterdir()),
)

# %%
card = (kept.report / "card.md").read_text("utf-8")
display(Markdown(card[: card.index("## ", card.index("## ") + 3)].replace("# ", "### ")))

# %% [markdown]
# ## Other parameters
#
# `tune` searches within a number of trials or a budget of time and keeps the present ones where the gain lies within the noise
# between folds. (`pip install 'resellerrisk[tune]'`.)

# %%
rows = rr.labelled_rows(signals, "account", trained)
X = (
    rr.SignalBuilder(signals, families=("ordering", "street date"))
    .set_output(transform="pandas")
    .fit_transform(rows.X)
)
cv = rr.LabelGapSplit(2, gap_days=30, times=rows.times, known_at=rows.known_at)
tuned = rr.tune(
    rr.RiskModel(max_trees=40, bags=1, n_jobs=1), X, rows.y, cv, times=rows.times, groups=rows.ring, trials=4
)
print(
    f"gain {tuned.gain:+.4f}, noise {tuned.noise:.4f}: {'other parameters' if tuned.better else 'the present ones stay'}"
)
tuned.trials.round(3)
