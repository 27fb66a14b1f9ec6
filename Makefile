# Two commands that need nothing but Python and make: `make demo` and `make test`. Each makes its own environment in .venv.

PYTHON ?= python3
BIN := .venv/bin
CODE := resellerrisk pipelines notebooks tests
RULES := --line-length 110 --select E4,E7,E9,F,I,B,UP,SIM,RUF --ignore RUF001,RUF002,RUF003,RUF005,RUF043,RUF059
# Held to mypy's strict mode; a room that is clean is added here.
TYPED := $(addprefix resellerrisk/,errors.py vocabulary.py webhooks.py jobs translations decisions evaluation privacy simulate watch reasons \
	$(addprefix tables/,declare.py schemas.py faults.py dictionary.py moments.py reading.py opening.py databases.py postgresql.py database_files.py))

.PHONY: demo test slow lint bench docs figures torture notebooks hashes sbom audit clean

demo: .venv/core.done
	$(BIN)/python -m pipelines.demo

test: .venv/test.done
	$(BIN)/ruff check $(RULES) $(CODE)
	$(BIN)/ruff format --check --line-length 110 $(CODE)
	$(BIN)/lint-imports --config setup.cfg
	$(BIN)/mypy --config-file setup.cfg $(TYPED)
	$(BIN)/python -m pytest -n 2

slow: .venv/test.done
	$(BIN)/python -m pytest -m slow -n 2 --dist loadfile tests

.venv/core.done: setup.cfg pyproject.toml requirements.hashed
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.hashed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/test.done: .venv/core.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[test]'
	touch $@

bench: .venv/test.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[bench]'
	$(BIN)/python -m tests.benchmarks.explanations --write
	$(BIN)/python -m tests.benchmarks.matrix --write
	$(BIN)/python -m tests.benchmarks.single --write

docs: .venv/docs.done
	$(BIN)/python -m resellerrisk.cli.documents
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

.venv/docs.done: .venv/core.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[docs,review]'
	touch $@

# What demo and container install, each file by its SHA-256: the versions of requirements.lock, for Linux and every Python from 3.11 on.
hashes: .venv/core.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8'
	echo 'setuptools>=77' | $(BIN)/uv pip compile --quiet --python-version 3.11 --python-platform linux --generate-hashes --no-annotate \
		--custom-compile-command 'make hashes' -c requirements.lock --extra review --extra postgres --extra duckdb \
		- setup.cfg -o requirements.hashed

# What demo and container are made of, as CycloneDX, with the hashes of every file.
sbom: .venv/core.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'cyclonedx-bom>=7'
	$(BIN)/cyclonedx-py requirements --output-reproducible --of JSON -o sbom.json requirements.hashed

# Known weaknesses of these versions; wants a network that reaches them, and fails where it could not look.
audit: .venv/core.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.9'
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pipelines.audit

# Kills, full disks, damaged files, lost stores and files of nonsense, counted in docs/reliability.md; wants root, PostgreSQL and libfaketime.
# On an idle machine some 40 minutes. Cut off, it goes on by ARGS=--resume; one torment alone: ARGS='--only "kill: train"'.
torture: .venv/test.done
	$(BIN)/python -m tests.torture $(ARGS)

# Every figure of README and docs/figures.md; some alone: PART="account trace", those not yet made: PART=missing.
figures: .venv/test.done
	$(BIN)/python -m tests.figures $(PART) $(if $(SHARED),--shared $(SHARED))

# Makes each .ipynb anew from the text source beside it, run from top to bottom.
notebooks: .venv/test.done
	$(BIN)/python -m notebooks.build

clean:
	rm -rf .venv build dist demo .resellerrisk
