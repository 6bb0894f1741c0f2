"""`python -m sample_mail.generator --out DIR` writes the sample mail; `--check` compares it."""

from __future__ import annotations

import argparse
from pathlib import Path

from sample_mail.generator.build import build, decoded, file_name
from sample_mail.generator.expected import counts_of, expectation
from sample_mail.generator.files import fingerprint
from sample_mail.generator.model import Sample, samples

_COMMITTED = Path(__file__).parents[1]


def write(sample: Sample, known: dict[str, Sample], out: Path) -> int:
    """Write the sample's folder; the size of its file."""
    folder = out / sample.slug
    folder.mkdir(parents=True, exist_ok=True)
    content = build(sample)
    (folder / file_name(sample)).write_bytes(content)
    text = expectation(sample, counts_of(sample, known))
    (folder / "expected.toml").write_text(text, encoding="utf-8")
    return len(content)


def differs(sample: Sample, committed: Path = _COMMITTED) -> bool:
    """Whether the committed file's page pictures are not what the generator draws today."""
    name = file_name(sample)
    there = (committed / sample.slug / name).read_bytes()
    pictures = [decoded(content, Path(name).suffix) for content in (there, build(sample))]
    return fingerprint(pictures[0]) != fingerprint(pictures[1])


def main() -> int:
    """Write or compare all samples; 1 if one differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=_COMMITTED)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", default="", help="samples whose folder name begins so")
    options = parser.parse_args()
    known = {sample.slug: sample for sample in samples()}
    chosen = [sample for slug, sample in known.items() if slug.startswith(options.only)]
    if options.check:
        wrong = [sample.slug for sample in chosen if differs(sample)]
        print(f"{len(chosen)} samples, {len(wrong)} differ", *wrong, sep="\n")  # noqa: T201
        return 1 if wrong else 0
    for sample in chosen:
        size = write(sample, known, options.out)
        print(f"{sample.slug}: {size:,} bytes")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
