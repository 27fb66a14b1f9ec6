"""A job's result is whole or absent, one run at a time works on it, and its log says nothing of a person."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.jobs import Exit, run_job
from resellerrisk.jobs.folder import FACTS, whole_folder, write_whole
from resellerrisk.tables import read_market


def write(words):
    def work(job):
        (job.folder / "deep").mkdir()
        (job.folder / "deep" / "scores.txt").write_text(words)

    return work


def read_log(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_result_stands_whole_after_a_run_and_nothing_else_but_the_lock_beside_it(tmp_path):
    assert run_job("night", tmp_path / "out", "2020-06-30", write("one")) is Exit.DONE
    assert (tmp_path / "out" / "deep" / "scores.txt").read_text() == "one"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.lock", "out"]


def test_a_second_run_of_the_same_leaves_the_files_untouched(tmp_path):
    run_job("night", tmp_path / "out", "2020-06-30", write("one"))
    first = (tmp_path / "out" / FACTS).stat()
    run_job("night", tmp_path / "out", "2020-06-30", write("one"))
    second = (tmp_path / "out" / FACTS).stat()
    assert (first.st_ino, first.st_mtime_ns) == (second.st_ino, second.st_mtime_ns)


def test_a_second_run_of_something_else_replaces_the_whole(tmp_path):
    def other(job):
        (job.folder / "other.txt").write_text("two")

    run_job("night", tmp_path / "out", "2020-06-30", write("one"))
    run_job("night", tmp_path / "out", "2020-06-30", other)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["other.txt", FACTS]


def test_a_run_that_fails_leaves_the_earlier_result(tmp_path, capsys):
    def fail(job):
        (job.folder / "half.txt").write_text("half")
        raise InputError("The data are bad.", "row 3: Jane Doe", hint="mend them")

    run_job("night", tmp_path / "out", "2020-06-30", write("one"))
    assert run_job("night", tmp_path / "out", "2020-06-30", fail) is Exit.BAD_INPUT
    assert (tmp_path / "out" / "deep" / "scores.txt").read_text() == "one"
    assert not (tmp_path / ".out.unfinished").exists()
    last = read_log(capsys)[-1]
    assert (last["status"], last["error"], last["hint"]) == ("bad_input", "The data are bad.", "mend them")


def test_a_broken_program_is_another_exit_code_and_its_words_stay_out_of_the_log(tmp_path, capsys):
    def break_down(job):
        with job.step("read", rows_in=3):
            raise KeyError("jane@example.org")

    assert run_job("night", tmp_path / "out", "2020-06-30", break_down) is Exit.BROKEN
    step, end = read_log(capsys)
    assert (step["step"], step["status"], step["rows_in"]) == ("read", "failed", 3)
    assert end["error"] == "KeyError" and any("break_down" in place for place in end["at"])
    assert "jane" not in json.dumps([step, end])


def test_faulty_tables_are_told_by_place_and_not_by_value(tmp_path, capsys):
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("titles", "street_dates", "orders"):
        pd.DataFrame({"title_id": ["T1"]}).to_csv(folder / f"{name}.csv", index=False)
    pd.DataFrame({"account_id": ["A1"], "applied_at": ["Jane Doe"]}).to_csv(
        folder / "accounts.csv", index=False
    )
    assert run_job("night", tmp_path / "out", "2020-06-30", lambda job: read_market(folder)) is Exit.BAD_INPUT
    last = read_log(capsys)[-1]
    assert {"applied_at"} <= {fault["column"] for fault in last["faults"]}
    assert "Jane" not in json.dumps(last)


def test_a_reason_to_look_is_exit_code_4_and_stands_in_the_result(tmp_path):
    assert run_job("night", tmp_path / "out", "2020-06-30", lambda job: job.look("odd")) is Exit.LOOK
    assert json.loads((tmp_path / "out" / FACTS).read_text())["look"] == ["odd"]


def test_a_folder_that_no_job_wrote_is_not_replaced(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    assert run_job("night", tmp_path / "out", "2020-06-30", write("one")) is Exit.BAD_INPUT
    assert (tmp_path / "out" / "thesis.txt").read_text() == "years of work"
    (tmp_path / "empty").mkdir()
    assert run_job("night", tmp_path / "empty", "2020-06-30", write("one")) is Exit.DONE


def test_two_runs_at_once_are_one_run_and_one_refusal(tmp_path, capsys):
    with whole_folder(tmp_path / "out") as folder:
        (folder / FACTS).write_text("{}")
        assert run_job("night", tmp_path / "out", "2020-06-30", write("two")) is Exit.BUSY
    assert [path.name for path in (tmp_path / "out").iterdir()] == [FACTS]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_leaves_the_earlier_result_and_the_next_run_sweeps_up(tmp_path, how):
    run_job("night", tmp_path / "out", "2020-06-30", write("one"))
    script = """
        import sys, time
        from resellerrisk.jobs import whole_folder
        with whole_folder(sys.argv[1]) as folder:
            (folder / "half.txt").write_text("half")
            print("half", flush=True)
            time.sleep(60)
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout.readline() == "half\n"
    os.kill(child.pid, how)
    child.wait()
    child.stdout.close()
    assert (tmp_path / "out" / "deep" / "scores.txt").read_text() == "one"
    assert (tmp_path / ".out.unfinished" / "half.txt").exists()
    assert run_job("night", tmp_path / "out", "2020-06-30", write("two")) is Exit.DONE
    assert (tmp_path / "out" / "deep" / "scores.txt").read_text() == "two"
    assert not (tmp_path / ".out.unfinished").exists()


def test_a_run_killed_between_the_two_renames_gets_its_earlier_result_back(tmp_path):
    run_job("night", tmp_path / "out", "2020-06-30", write("one"))
    (tmp_path / "out").rename(tmp_path / ".out.replaced")

    def fail(job):
        raise InputError("The data are bad.")

    run_job("night", tmp_path / "out", "2020-06-30", fail)
    assert (tmp_path / "out" / "deep" / "scores.txt").read_text() == "one"


def test_a_full_disk_is_bad_input_that_says_what_to_do_and_not_a_broken_program(tmp_path, capsys):
    def fill(job):
        raise OSError(errno.ENOSPC, "No space left on device", str(job.folder / "scores.parquet"))

    assert run_job("night", tmp_path / "out", "2020-06-30", fill) is Exit.BAD_INPUT
    last = read_log(capsys)[-1]
    assert last["error"].startswith("No space left on device") and last["hint"].startswith("free some room")
    assert not (tmp_path / "out").exists()


def test_another_fault_of_the_system_is_a_broken_program(tmp_path, capsys):
    def fail(job):
        raise OSError(errno.EBADF, "Bad file descriptor")

    assert run_job("night", tmp_path / "out", "2020-06-30", fail) is Exit.BROKEN
    assert read_log(capsys)[-1]["error"] == "OSError"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    write_whole(tmp_path / "note.txt", "one")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
    with pytest.raises(OSError, match="full"):
        write_whole(tmp_path / "note.txt", "two")
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
    assert (tmp_path / "note.txt").read_text() == "one"
