"""The report as one self-contained page: it asks nothing of any network, runs no script, and prints.

Everything that comes from data is escaped; the plots are our own drawings. What is on the page stands in
`evaluation`.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from resellerrisk.evaluation.evaluation import Evaluation
from resellerrisk.evaluation.plots import draw_plots


def write_page(evaluation: Evaluation, path: str | Path) -> Path:
    """Write an evaluation as one HTML page.

    Parameters
    ----------
    evaluation : Evaluation
        What is told.
    path : str or Path
        The file; folders above it are made.

    Returns
    -------
    Path
        The file.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_page(evaluation), encoding="utf-8")
    return path


def render_page(evaluation: Evaluation) -> str:
    """The page as text; the same evaluation gives the same text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("resellerrisk.evaluation", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = resources.files("resellerrisk.evaluation").joinpath("evaluation.css").read_text(encoding="utf-8")
    plots = {name: (Markup(svg), shown) for name, (svg, shown) in draw_plots(evaluation).items()}
    return environment.get_template("evaluation.html.j2").render(
        evaluation=evaluation, style=Markup(style), policy=_write_policy(), plots=plots
    )


def _write_policy() -> str:
    """Styles only, inline since matplotlib writes them on its elements; nothing else is allowed at all."""
    return "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
