"""What is found of the relevance set, beside others: `make bench-relevance` (half a minute).

Recall, precision and precision of the first ten, as means over queries by kind, for our own search,
SQLite's FTS5 as it comes (unicode61) and tantivy's German tokenizer. The letters are those that
OCR would give; what is relevant was judged on the letters as they were written. Ends with 1 unless
recall is .97 and precision of the first ten .9 at least.
"""

from __future__ import annotations

import sqlalchemy as sa

from tests.relevance import judged, peers
from tests.relevance.finders import own

_RECALL, _FIRST_TEN = 0.97, 0.9


def main() -> int:
    """Print the table; gives 1 if a goal is missed."""
    letters = judged.letters()
    queries = judged.queries(letters)
    ours = own(sa.create_engine("sqlite://", poolclass=sa.StaticPool), letters)
    finders = {
        "eakte": ours,
        "FTS5 unicode61": peers.fts5(letters),
        "tantivy German": peers.german_tantivy(letters),
    }
    scores = {
        name: judged.scores({query: find(query.text) for query in queries})
        for name, find in finders.items()
    }
    print(f"{len(letters)} letters, {len(queries)} queries: recall / precision / P@10")
    print(f"{'':14}{'':>4}" + "".join(f"{name:>22}" for name in finders))
    for kind, mine in scores["eakte"].items():
        cells = (each[kind] for each in scores.values())
        row = (f"{c.recall:.3f} {c.precision:.3f} {c.first_ten:.3f}" for c in cells)
        print(f"{kind:14}{mine.queries:>4}" + "".join(f"{cell:>22}" for cell in row))
    reached = scores["eakte"]["all"]
    return 0 if reached.recall >= _RECALL and reached.first_ten >= _FIRST_TEN else 1


if __name__ == "__main__":
    raise SystemExit(main())
