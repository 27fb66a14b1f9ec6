"""Train on what was known before T, judge the held-out time, keep the models, and name them challengers.

    python -m pipelines.retrain DATA --as-of 2020-06-30 --out retrained/2020-06-30

It never promotes: that is `resellerrisk promote`, by a person or a job of its own. Run again on the same data it finds the
very same models and adds nothing.
"""

from __future__ import annotations

import argparse
import shutil
import sys

import resellerrisk as rr
from pipelines.night import read_market, read_options, run
from resellerrisk.jobs import Job, hold_lock
from resellerrisk.jobs.folder import hash_files
from resellerrisk.matrix import prepare_signals
from resellerrisk.vocabulary import SUBJECTS


def main() -> int:
    """Run the pipeline."""
    parser = read_options("Train on what was known before T, and name the models challengers.")
    parser.add_argument(
        "--subject", action="append", choices=SUBJECTS, help="may be repeated; all three by default"
    )
    parser.add_argument("--seed", type=int, default=0, help="same data, same seed, same model bytes")
    parser.add_argument(
        "--ablation",
        action="store_true",
        help="tell what each family of signals gives; twenty trainings more",
    )
    return run("retrain", parser.parse_args(), retrain_models)


def retrain_models(job: Job, options: argparse.Namespace) -> None:
    """The work: one subject after the other, in a home that no other retraining touches meanwhile."""
    home, settings = rr.Home(options.home), rr.read_settings(options.settings)
    market = read_market(job, options)
    signals = prepare_signals(market)
    job.facts["models"] = {}
    with hold_lock(home.folder / ".retrain.lock"):
        for subject in options.subject or SUBJECTS:
            with job.step("train", subject=subject) as step:
                kept = rr.retrain(
                    market,
                    home,
                    subject,
                    options.as_of,
                    seed=options.seed,
                    ablation=options.ablation,
                    settings=settings,
                    signals=signals,
                    who="pipelines.retrain",
                )
                facts = kept.trained.facts
                step.tell(
                    rows_in=facts["snapshots"], model=kept.trained.version, new=kept.new, note=kept.note
                )
                step.tell(serves=kept.serves, challenges=kept.challenges, fakes=facts["fakes"])
            shutil.copytree(kept.report, job.folder / subject)
            model = hash_files(home.path_of(subject, kept.version))
            job.facts["models"][subject] = {"version": kept.trained.version, "files": model}


if __name__ == "__main__":
    sys.exit(main())
