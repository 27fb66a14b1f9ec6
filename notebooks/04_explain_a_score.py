# %% [markdown]
# # Explain a score
#
# Every score is a sum: the base value and one contribution per signal, in log-odds (exact TreeSHAP). The desk reads sentences; here
# are the same figures in shap's own plots, for those who want to know what the model has learnt.

# %%
import tempfile

import numpy as np
import pandas as pd
import shap
from matplotlib import pyplot as plt
from sklearn.inspection import permutation_importance

import resellerrisk as rr

folder = tempfile.TemporaryDirectory()
rr.simulate_market(folder.name, accounts=1500, seed=7, start="2017-01-01", end="2020-12-31")
market = rr.read_market(folder.name)
signals = rr.prepare_signals(market)
model = rr.train(market, "account", "2020-06-30", signals=signals)
tonight = pd.Timestamp("2020-12-29")
scores = rr.score(market, model, as_of=tonight, signals=signals, scored_at=tonight)
explanation = scores.explanation()
explanation.shape, model.facts["serves"]

# %% [markdown]
# ## They add up
#
# Base value and contributions give the log-odds of the probability, row by row.

# %%
probability = scores.scores["probability"].to_numpy()
gap = explanation.values.sum(axis=1) + explanation.base_values - np.log(probability / (1 - probability))
print("they add up to 1e-9:", bool(np.abs(gap).max() < 1e-9))

# %% [markdown]
# ## What moves scores: beeswarm
#
# One dot per account and signal; to the right it raises the score, and colour is the signal's value. A declared direction shows as a
# clean turn of colour.

# %%
np.random.seed(0)
shap.plots.beeswarm(explanation, max_display=12, plot_size=(10, 5.5), show=False)
plt.show()

# %% [markdown]
# ## Why this account: waterfall
#
# The account with the highest score that nobody has decided about.

# %%
known = set(market.outcomes.loc[market.outcomes["decided_at"] < tonight, "account_id"].astype(str))
open_cases = scores.scores[~scores.scores["account_id"].astype(str).isin(known)]
place = open_cases["probability"].idxmax()
account = str(scores.scores["account_id"][place])
shap.plots.waterfall(explanation[place], max_display=10, show=False)
plt.gcf().set_size_inches(9, 5)
plt.title(f"{account}, log-odds", loc="left")
plt.show()

# %% [markdown]
# The same as the desk reads it. A sentence states what was seen and what shops like this do; it accuses nobody.

# %%
case = rr.explain(market, model, account, as_of=tonight, signals=signals)
pd.set_option("display.max_colwidth", None)
pd.DataFrame({"what was seen": [reason.sentence for reason in case.raising]}).style.hide().set_properties(
    **{"text-align": "left", "white-space": "normal"}
)

# %% [markdown]
# `rr.write_case(case, "case.html")` writes the whole page with timeline, links and the rows behind every figure.
#
# ## What a value adds: dependence
#
# Each dot is an account. Where the direction is declared the curve never turns back, whatever chance did to the training rows.

# %%
order = np.argsort(-np.abs(explanation.values).mean(axis=0))
numbers = [
    i for i in order if len(np.unique(explanation.data[:, i][~np.isnan(explanation.data[:, i])])) > 10
][:2]
canvas, axes = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
for i, ax in zip(numbers, axes, strict=True):
    shap.plots.scatter(explanation[:, i], ax=ax, show=False)
plt.show()

# %% [markdown]
# ## Which signals speak together: interactions
#
# shap splits each contribution into the signal's own part and its parts shared with other signals; what stands off the diagonal is
# what two signals say only together. The rows must add up to the contributions, and not all do: shap's own walk through the trees reads
# a split on a category (here the business type) as a split on a number. The contributions above do not come from that walk. Rows that
# do not add up are counted and left out.

# %%
names = list(explanation.feature_names)
shown = open_cases["probability"].nlargest(200).index
values = scores.signals.loc[shown, names]
shared = np.asarray(model.model.explainer().shap_interaction_values(values.to_numpy()))
sound = np.abs(shared.sum(axis=2) - explanation.values[shown]).max(axis=1) < 1e-9
print(f"{sound.sum()} of {sound.size} rows add up to 1e-9")

# %%
strength = np.abs(shared[sound]).mean(axis=0)
np.fill_diagonal(strength, 0)
top = np.argsort(-strength.sum(axis=0))[:8]
canvas, ax = plt.subplots(figsize=(8.5, 5.5), layout="constrained")
image = ax.imshow(strength[np.ix_(top, top)], cmap="Blues")
ax.set_xticks(range(len(top)), [names[i] for i in top], rotation=35, ha="right")
ax.set_yticks(range(len(top)), [names[i] for i in top])
canvas.colorbar(image, label="mean |shared part|, log-odds")
plt.show()

# %% [markdown]
# ## scikit-learn's own tools
#
# The model is an estimator, so permutation importance works on it too. It asks another question: how much worse is the ranking when
# a signal is shuffled? Signals that say the same share the blame, and one of them shuffled costs little.

# %%
truth = pd.read_parquet(f"{folder.name}/truth/accounts.parquet").set_index("account_id")
fake = truth["since"].reindex(scores.scores["account_id"].astype(str)).le(tonight).to_numpy()
ten = [names[i] for i in order[:10]]
found = permutation_importance(
    model.model, scores.signals[names], fake, scoring="average_precision", n_repeats=2, random_state=0
)
pd.Series(found.importances_mean, names)[ten].rename("loss of average precision").to_frame().round(4)
