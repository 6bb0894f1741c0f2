.PHONY: property test-postgres test-postgres-short corpus mutate verify-table setup demo demo-tsa demo-hsm demo-csc test lint messages schemas model letters crash fuzz archive-table bench bench-ocr bench-recall bench-fields bench-classify bench-search bench-relevance bench-seal bench-evidence bench-audit clean

# Install what is missing: apt packages, a .venv, the project in it.
setup:
	@.ci/setup

# Make a demo home in ./eakte-demo, file the sample letters, show the results. Again: changes nothing.
demo: setup
	@.venv/bin/python -m sample_mail.demo

# The same with time-stamps, OCSP and a revocation list over HTTP, from a process on loopback.
demo-tsa: setup
	@.venv/bin/python -m tests.tools.demo_tsa

# That with the seal key in an HSM: a SoftHSM2 token made on the fly, in ./eakte-demo-hsm.
demo-hsm: setup
	@.venv/bin/python -m tests.tools.demo_tsa --key hsm eakte-demo-hsm

# That with the seal key at a remote signing service: certomancer's CSC dummy on loopback, in ./eakte-demo-csc.
demo-csc: setup
	@.venv/bin/python -m tests.tools.demo_tsa --key csc eakte-demo-csc

# Everything that must be green: style, types, architecture, tests. Three at a time on two cores: many tests wait.
test: setup lint
	.venv/bin/pytest -n 3 --dist worksteal -q

# What needs a database, on PostgreSQL: a server from Debian's package is started for it, and gone after it.
# POSTGRES_TESTS names files and folders, if it is not to be everything.
test-postgres: setup
	.venv/bin/python -m tests.tools.postgres .venv/bin/pytest -n 2 --dist worksteal -q $(POSTGRES_TESTS)

# What CI runs of it: what a database decides.
test-postgres-short: setup
	@$(MAKE) --no-print-directory test-postgres POSTGRES_TESTS="$$(tr '\n' ' ' < .ci/postgres-tests.txt)"

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

# Kill the watcher at every fault point and at 50 random moments, fill its disk (30 minutes). CRASH_SEED chooses.
crash: setup
	CRASH_FULL=1 .venv/bin/pytest -s -q tests/crash

# Damage the sample letters in 2,000 ways and take them in (30 minutes). FUZZ_SEED chooses.
fuzz: setup
	FUZZ_FULL=1 .venv/bin/pytest -s -q tests/fuzz

# Let clerks do 170 random sequences of things with letters and Akten (5 minutes); CI does 33.
property: setup
	PROPERTY_FULL=1 .venv/bin/pytest -q tests/property

# Take every file of ../shared/corpus in, in one run of the watcher, and print what became of each.
corpus: setup
	EAKTE_WHOLE_CORPUS=1 .venv/bin/pytest -s -q tests/acceptance/test_corpus_intake.py

# Print how each file of ../shared/corpus becomes an archive copy: way, verdict, likeness, size.
archive-table: setup
	.venv/bin/python -m tests.benchmarks.archive_table

# Change 5,000 bytes in 20 sealed originals, one at a time: none stays VALID (10 minutes). MUTATE_SEED chooses.
mutate: setup
	MUTATE_FULL=1 .venv/bin/pytest -s -q tests/fuzz/test_mutants_of_seals.py

# Print the verdict on each signed file of ../shared/corpus beside what its makers say of it.
verify-table: setup
	.venv/bin/python -W ignore -m tests.benchmarks.verify_table

# What a page costs from inbox to Akte, beside OCRmyPDF (installed apart) and bare Tesseract (25 minutes).
# EAKTE_BENCH_FILES=4 takes four invoices and four letters only.
bench-ocr: setup
	@.venv/bin/python -m tests.benchmarks.bench_ocr

# How well scans are read, by what is wrong with them: eakte, OCRmyPDF, bare Tesseract.
bench-recall: setup
	@.venv/bin/python -m tests.benchmarks.bench_recall

# How well fields are extracted through real OCR: the sample mail and 300 further letters (10 minutes).
# BENCH_CACHE=folder keeps what was read, so that it is read once.
bench-fields: setup
	@.venv/bin/python -m tests.benchmarks.bench_fields

# How well letters are classified, beside the approach of paperless-ngx (two minutes).
bench-classify: setup
	@.venv/bin/python -m tests.benchmarks.bench_classify

# What searching 100,000 letters costs on SQLite and on PostgreSQL (40 minutes). EAKTE_BENCH_LETTERS shortens.
bench-search: setup
	@.venv/bin/python -m tests.benchmarks.bench_search

# How much is found of 625 judged letters, beside FTS5 as it comes and tantivy (a minute).
bench-relevance: setup
	@.venv/bin/python -m tests.benchmarks.bench_relevance

# What evidence records of 20,000 documents cost (two minutes).
bench-evidence: setup
	@.venv/bin/python -m tests.benchmarks.bench_evidence

# The audit log: events appended a second, a million of them verified (five minutes). EAKTE_BENCH_EVENTS shortens.
bench-audit: setup
	@.venv/bin/python -m tests.benchmarks.bench_audit

# What a seal costs by part, and how many are made a second against a loopback authority (two minutes).
bench-seal: setup
	@.venv/bin/python -m tests.benchmarks.bench_seal

# Measure what else is measured only on demand.
bench: setup
	for each in $(filter-out %bench_ocr.py %bench_recall.py %bench_fields.py %bench_classify.py %bench_search.py %bench_evidence.py %bench_seal.py %bench_audit.py,$(wildcard tests/benchmarks/bench_*.py)); do .venv/bin/python -m "tests.benchmarks.$$(basename $$each .py)" || exit 1; done

clean:
	rm -rf .venv eakte-demo eakte-demo-tsa* eakte-demo-hsm* eakte-demo-csc* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
