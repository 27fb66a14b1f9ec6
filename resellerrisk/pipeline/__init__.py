"""The verbs of the main path: train, score, explain, evaluate."""

from resellerrisk.pipeline.explain import explain
from resellerrisk.pipeline.score import Scores, score
from resellerrisk.pipeline.train import Trained, train

__all__ = ["Scores", "Trained", "explain", "score", "train"]
