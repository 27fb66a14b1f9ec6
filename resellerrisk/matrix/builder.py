"""The signals as a scikit-learn transformer: snapshots in, matrix out, for `Pipeline`, `GridSearchCV` and their kind.

It learns nothing from the rows it is fitted on: a signal of a snapshot is computed from what was known before its moment, and
from nothing else. Labels and models are other rooms' matters.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from resellerrisk.errors import InputError
from resellerrisk.matrix.build import build_matrix
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.signals.declare import FAMILIES
from resellerrisk.vocabulary import SUBJECTS


class SignalBuilder(TransformerMixin, BaseEstimator):
    """Snapshots to signals.

    Parameters
    ----------
    signals : Signals
        The prepared market (`resellerrisk.prepare_signals`). A clone shares it; it is not copied.
    subject : {"application", "account", "order"}
    families : tuple of str, optional
        Only signals of these families; all by default.

    Attributes
    ----------
    columns_ : tuple of Column
        Declarations of the columns that come out.
    feature_names_in_ : ndarray of str
        The keys that were fitted on.

    Examples
    --------
    >>> from resellerrisk.tables import read_market
    >>> from resellerrisk.matrix import prepare_signals
    >>> builder = SignalBuilder(prepare_signals(read_market("data/sample")), "account", families=("identity",))
    >>> keys = pd.DataFrame({"account_id": ["A00001"], "as_of": pd.to_datetime(["2020-06-30"])})
    >>> builder.set_output(transform="pandas").fit_transform(keys)["mail_free"].tolist()
    [1.0]
    """

    def __init__(self, signals, subject="account", families=None):
        self.signals = signals
        self.subject = subject
        self.families = families

    def fit(self, X, y=None):
        """Check the parameters and remember which columns come out; nothing is learnt from the rows."""
        if not isinstance(self.signals, Signals):
            raise InputError(
                f"signals is a {type(self.signals).__name__}, not a prepared market.",
                hint="prepare_signals(market)",
            )
        if self.subject not in SUBJECTS:
            raise InputError(f"There is no subject {self.subject!r}.", f"There is: {', '.join(SUBJECTS)}.")
        unknown = sorted(set(self.families or ()) - set(FAMILIES))
        if unknown:
            raise InputError(f"There is no family {', '.join(unknown)}.", f"There is: {', '.join(FAMILIES)}.")
        self._read_keys(X)
        self.columns_ = tuple(
            column
            for column in self.signals.catalogue.for_subject(self.subject)
            if self.families is None or column.family in self.families
        )
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        """Compute the signals of snapshots.

        Parameters
        ----------
        X : DataFrame of shape (n, 2 or more)
            ``account_id``, ``as_of`` (UTC) and, for orders, ``order_id``; other columns change nothing.

        Returns
        -------
        DataFrame of shape (n, k), float64
            Index as X.

        Raises
        ------
        InputError
            Columns that are missing, or an account, order or time that is not there.
        """
        check_is_fitted(self)
        matrix = build_matrix(self.signals, self._read_keys(X), self.columns_)
        return matrix.values.set_axis(X.index, axis=0)

    def get_feature_names_out(self, input_features=None):
        """Names of the columns that come out."""
        check_is_fitted(self)
        return np.asarray([column.name for column in self.columns_], dtype=object)

    def _read_keys(self, X) -> Snapshots:
        needed = ["account_id", "as_of"] + (["order_id"] if self.subject == "order" else [])
        absent = [name for name in needed if name not in getattr(X, "columns", ())]
        if absent:
            raise InputError(
                f"Snapshots lack {', '.join(absent)}.",
                f"A snapshot of {self.subject} is told by {', '.join(needed)}.",
            )
        market = self.signals.market
        at = pd.to_datetime(X["as_of"], utc=True).dt.tz_localize(None)
        if at.isna().any():
            raise InputError(f"as_of is missing in {int(at.isna().sum())} rows.")
        order = self._find(X["order_id"], market.order_ids) if self.subject == "order" else None
        moments = at.to_numpy("datetime64[us]").view(np.int64)
        return Snapshots(self._find(X["account_id"], market.account_ids), moments, order)

    def _find(self, ids: pd.Series, known: pd.Index) -> np.ndarray:
        codes = known.get_indexer(ids.astype(str))
        if (codes < 0).any():
            absent = ids[codes < 0].astype(str).unique()[:5]
            raise InputError(f"No such {ids.name}: {', '.join(absent)}.", f"The market holds {len(known)}.")
        return codes

    def __sklearn_clone__(self):
        return type(self)(self.signals, self.subject, self.families)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "columns_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        return tags
