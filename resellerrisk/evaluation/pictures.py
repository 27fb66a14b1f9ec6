"""Pictures as files: the report's plots with colours of their own, and shap's plots of a model. Nothing is measured here."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot

from resellerrisk.evaluation.evaluation import Evaluation
from resellerrisk.evaluation.plots import draw_plots
from resellerrisk.model.shap_values import draw_beeswarm, draw_dependence, strongest

#: Columns that get a dependence plot.
DEPENDENCE_PLOTS = 6
_COLOUR = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]+)")


def write_plots(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Write the report's plots as SVG files in the colours of a light page: precision_recall, calibration, cost and so on.

    Returns
    -------
    list of Path
        Fewer where there was nothing to draw.
    """
    style = resources.files("resellerrisk.evaluation").joinpath("evaluation.css").read_text(encoding="utf-8")
    colours: dict[str, str] = {}
    for name, colour in _COLOUR.findall(style):
        colours.setdefault(name, colour)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, (svg, _) in draw_plots(evaluation).items():
        for variable, colour in colours.items():
            svg = svg.replace(f"var(--{variable})", colour)
        paper = f'><rect width="100%" height="100%" fill="{colours["paper"]}"/>'
        paths.append(folder / f"{name}.svg")
        paths[-1].write_text(re.sub(r"(<svg [^>]*)>", rf"\g<1>{paper}", svg, count=1), encoding="utf-8")
    return paths


def write_shap(explanation: Any, folder: Path, seed: int = 0) -> list[Path]:
    """Write shap's beeswarm and the dependence plots of the strongest columns as PNG files.

    Parameters
    ----------
    explanation : shap.Explanation
    folder : Path
    seed : int
        Of the jitter that shap's plots draw; the generator of the caller is left as it was.

    Returns
    -------
    list of Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = np.random.get_state()
    np.random.seed(seed)
    try:
        paths = [_save(folder / "shap_beeswarm.png", (11, 9), lambda axes: draw_beeswarm(explanation, axes))]
        for name in strongest(explanation, DEPENDENCE_PLOTS):
            path = folder / f"shap_dependence_{name}.png"
            paths.append(_save(path, (7, 4.6), partial(draw_dependence, explanation, name)))
    finally:
        np.random.set_state(state)
    return paths


def _save(path: Path, size: tuple[float, float], draw: Callable[[Any], object]) -> Path:
    canvas, axes = pyplot.subplots(figsize=size, layout="constrained")
    try:
        draw(axes)
        canvas.savefig(path, dpi=110, metadata={"Software": None})
    finally:
        pyplot.close(canvas)
    return path
