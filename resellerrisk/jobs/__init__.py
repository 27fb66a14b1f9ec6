"""What a job that a scheduler runs needs: a result that appears whole, a lock, a log, and exit codes that mean something.

Nothing of the field is known here. What a job does stands in ``pipelines/``; how a scheduler calls it in docs/operations.md.
"""

from resellerrisk.jobs.exits import Exit
from resellerrisk.jobs.folder import Busy, hold_lock, whole_folder, write_whole
from resellerrisk.jobs.job import Job, run_job

__all__ = ["Busy", "Exit", "Job", "hold_lock", "run_job", "whole_folder", "write_whole"]
