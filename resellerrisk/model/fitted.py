"""A model that is fitted: margins, probabilities, contributions, and its folder. Nothing is fitted here.

It needs neither scikit-learn nor LightGBM, which take longer to load than a small folder takes to score: the model's text is read into
arrays and one compiled pass gives margin and contributions, to the bits of LightGBM's margin. LightGBM is opened for what the arrays
cannot hold, and for whoever asks for the Booster.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

from resellerrisk.model.calibration import Calibration
from resellerrisk.model.explaining import Trees, explain, margins
from resellerrisk.model.reading import read_matrix
from resellerrisk.model.store import read_model, write_model

#: Fewer rows than this are scored on one thread: starting threads takes longer than the trees.
_FEW_ROWS = 1000


class FittedModel:
    """What a model's folder holds, ready to be asked. `RiskModel` is one that can also be fitted and is scikit-learn's.

    Attributes
    ----------
    trees_ : Trees
        The one model's trees.
    columns_ : list of str
        Names of the columns, in their order.
    classes_ : ndarray, shape (2,)
    calibration_ : Calibration
        The line that is already part of the trees.
    training_ : dict
        What the training met, as in `RiskModel`.
    facts_ : dict
        What the caller had saved with the model.
    parameters : dict
        The parameters it was fitted with.

    Examples
    --------
    >>> import tempfile
    >>> from resellerrisk.model import RiskModel
    >>> X = pd.DataFrame({"lead_days": np.arange(100.0)})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     fitted = RiskModel(max_trees=5).fit(X, X["lead_days"] > 90)
    ...     fitted.save(f"{folder}/model")
    ...     loaded = FittedModel.load(f"{folder}/model")
    >>> bool((loaded.margin(X) == fitted.margin(X)).all())
    True
    """

    @property
    def booster_(self):
        """The `lightgbm.Booster` of the trees."""
        return self.trees_.booster

    def margin(self, X):
        """Calibrated log-odds of the positive class.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Columns by the names and in the order of the training. An array's columns cannot be compared by
            name.

        Returns
        -------
        ndarray of float, shape (n,)
            Empty for an empty matrix. A row's value does not depend on the other rows.

        Raises
        ------
        MatrixError
            Other columns, or values that are no numbers.
        """
        values = self._read(X)
        return margins(self.trees_, values, self._threads(values))

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Calibrated probabilities of both classes, shape (n, 2); the second column is the positive class."""
        margin = self.margin(X)
        return np.column_stack([expit(-margin), expit(margin)])

    def predict(self, X):
        """The likelier class, shape (n,). Decisions are made from costs instead (room `decisions`)."""
        positive = self.margin(X) > 0
        return self.classes_[positive.astype(int)]

    def contributions(self, X):
        """SHAP values in log-odds: what each column adds to the margin, and the base value.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)

        Returns
        -------
        DataFrame, shape (n, p + 1)
            One column per column of the matrix, then base_value; index as `X`. Rows add up to `margin(X)`
            within 1e-9. `attrs["explained_by"]` says what computed them.

        Raises
        ------
        MatrixError
            As for `margin`.
        ModelError
            Values that do not add up.
        """
        index = X.index if isinstance(X, pd.DataFrame) else None
        return self.explained(X).to_frame(self.columns_, index)

    def explained(self, X):
        """Margins and contributions as arrays, in one pass (`resellerrisk.model.explaining.Explained`)."""
        values = self._read(X)
        return explain(self.trees_, values, self._threads(values))

    def explainer(self):
        """A `shap.TreeExplainer` of the Booster, for shap's own plots; its values are `contributions`.

        Its ``shap_interaction_values`` take another way and read a split on a category as one on a number: rows in which that
        matters do not add up to the contributions, so check them (notebooks/04_explain_a_score.ipynb).
        """
        import shap

        self._expect_fitted()
        return shap.TreeExplainer(self.booster_)

    def explanation(self, X):
        """`contributions` of a frame as a `shap.Explanation`, for shap's own plots."""
        from resellerrisk.model.shap_values import to_explanation

        return to_explanation(self.contributions(X), X)

    def save(self, folder, facts=None):
        """Write the model to a folder: model.txt and model.json, all or nothing, no pickle.

        Parameters
        ----------
        folder : path
            A new folder, or one that holds a model, which is replaced.
        facts : dict, optional
            What JSON can hold; comes back as `facts_`. None keeps the present ones.

        Raises
        ------
        ModelError
            The folder holds other files, or facts are not for JSON.
        """
        self._expect_fitted()
        manifest = {
            "columns": self.columns_,
            "named": hasattr(self, "feature_names_in_"),
            "classes": self.classes_.tolist(),
            "parameters": self.parameters,
            "calibration": self.calibration_._asdict(),
            "training": self.training_,
            "facts": self.facts_ if facts is None else facts,
        }
        write_model(folder, self.trees_.text, manifest)

    @classmethod
    def load(cls, folder):
        """Read a model that `save` wrote; it gives the same bits.

        Raises
        ------
        ModelError
            No model there, or one with a byte changed.
        """
        text, manifest = read_model(folder)
        model = cls._unfitted(manifest["parameters"])
        model.trees_, model.columns_ = Trees(text), manifest["columns"]
        model.n_features_in_ = len(model.columns_)
        if manifest["named"]:
            model.feature_names_in_ = np.asarray(model.columns_, dtype=object)
        model.classes_ = np.asarray(manifest["classes"])
        model.calibration_ = Calibration(**manifest["calibration"])
        model.training_, model.facts_ = manifest["training"], manifest["facts"]
        return model

    @classmethod
    def _unfitted(cls, parameters):
        model = cls()
        model.parameters, model.categories, model.n_jobs = (
            parameters,
            parameters["categories"],
            parameters["n_jobs"],
        )
        return model

    def _expect_fitted(self):
        """A model from a folder always is."""

    def _read(self, X):
        return read_matrix(self, X)

    def _threads(self, values):
        if len(values) < _FEW_ROWS:
            return 1
        from joblib import effective_n_jobs

        return effective_n_jobs(self.n_jobs)
