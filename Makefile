.PHONY: setup demo test lint messages schemas model letters crash clean

# Install what is missing: apt packages, a .venv, the project in it.
setup:
	@.ci/setup

# Make a demo home in ./eakte-demo, file the sample letters, show the results. Again: changes nothing.
demo: setup
	@.venv/bin/python -m sample_mail.demo

# Everything that must be green: style, types, architecture, tests.
test: setup lint
	.venv/bin/pytest -n 2 --dist worksteal -q

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# Collect messages from the code into the German catalogue, and compile it.
messages: setup
	.venv/bin/python -m tests.tools.messages

# Write the JSON Schemas of what eakte prints and reads.
schemas: setup
	.venv/bin/python -m tests.tools.schemas

# Train the shipped classifier from generated letters.
model: setup
	.venv/bin/python -m sample_mail.train_model

# Draw the sample letters anew.
letters: setup
	.venv/bin/python -m sample_mail.generator --out sample_mail

# Kill the watcher at random moments, 20 times, over all sample letters.
crash: setup
	.venv/bin/pytest -q tests/crash

clean:
	rm -rf .venv eakte-demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
