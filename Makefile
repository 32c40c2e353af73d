# Two entry points for a new machine: `make demo` and `make test`.
PYTHON ?= python3.11
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: demo test check format clean

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv || python3 -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	$(BIN)/python -c "open('.venv/ready', 'w')"

.venv/ready-dev: .venv/ready
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	$(BIN)/python -c "open('.venv/ready-dev', 'w')"

demo: .venv/ready
	$(BIN)/open-autoglm-cli pull autoglm-large
	$(BIN)/open-autoglm-cli --model autoglm-large --task document_parse --input examples/report.pdf --output summary.txt

check: .venv/ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test: check
	$(BIN)/open-autoglm-cli pull smollm2-135m-instruct
	-$(BIN)/open-autoglm-cli pull nanodet-coco-416  # without it, the tests that detect are skipped
	$(BIN)/open-autoglm-cli pull multilingual-e5-small-int8
	$(BIN)/python -m pytest -n 2

format: .venv/ready-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	$(PYTHON) -c "import shutil; [shutil.rmtree(p, True) for p in ('.venv', 'dist', 'build')]"
