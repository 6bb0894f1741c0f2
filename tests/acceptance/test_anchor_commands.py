"""Commands on anchors, as an auditor types them."""

from __future__ import annotations

import json
from pathlib import Path

from eakte.audit import tree
from tests.acceptance.acting import Said, act


def test_a_checkpoint_is_made_printed_and_believed(home: Path, tmp_path: Path) -> None:
    def eakte(*arguments: str) -> Said:
        return act(home, "root", *arguments)

    made = eakte("audit", "checkpoint")
    assert made.code == 0, made
    line = next(each for each in made.out.splitlines() if each.startswith("eakte-checkpoint "))
    again = json.loads(eakte("audit", "checkpoint", "--json").out)
    assert again["printed"] == line, "nothing happened since"
    paper = tmp_path / "paper.txt"
    paper.write_text(line)
    roots = str(home / "trust" / "anchors" / "root.pem")
    verified = eakte(
        "audit", "verify", "--anchor", again["statement"], "--anchor", str(paper),
        "--trust", roots, "--json",
    )  # fmt: skip
    assert verified.code == 0, verified
    told = json.loads(verified.out)
    assert told["signed"] == told["anchored"] == again["size"]
    said = eakte("audit", "verify", "--anchor", again["statement"])
    assert "Signed by" in said.out
    assert "only if that is who keeps it" in " ".join(said.out.split())
    paper.write_text(line.replace("check ", "check 0"))
    doubtful = eakte("audit", "verify", "--anchor", str(paper))
    assert doubtful.code == 21
    assert "mistyped" in doubtful.out
    assert eakte("audit", "verify", "--anchor", str(tmp_path / "none")).code == 5
    inclusion = json.loads(eakte("audit", "proof", "7", "--size", str(again["size"])).out)
    assert tree.proves_inclusion(
        tree.leaf_hash(inclusion["entry"].encode()), 7, again["size"],
        [bytes.fromhex(each) for each in inclusion["proof"]], bytes.fromhex(again["root"]),
    )  # fmt: skip
    grown = json.loads(eakte("audit", "proof", "consistency", "--from", "7").out)
    assert (grown["old"], grown["size"]) == (7, again["size"])
    assert eakte("audit", "proof", "nonsense").code == 2
    assert eakte("audit", "proof", "999999").code == 5
