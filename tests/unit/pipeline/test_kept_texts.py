from __future__ import annotations

from pathlib import Path

import pytest

from eakte.domain.codec import to_json
from eakte.domain.text import RecognisedPage
from eakte.pipeline.kept_texts import KeptTexts


def test_each_page_is_read_from_its_file(tmp_path: Path) -> None:
    pages = [
        RecognisedPage(number, 595, 842, (), f"Seite {number}", 0, 0.9, complete=True, engine="")
        for number in (4, 7)
    ]
    files = {page.number: tmp_path / str(page.number) for page in pages}
    for page in pages:
        files[page.number].write_bytes(to_json(page))
    texts = KeptTexts(files)
    assert [texts[4], texts[7]] == pages
    assert (list(texts), len(texts), 5 in texts) == ([4, 7], 2, False)
    files[7].write_text("[]")
    with pytest.raises(ValueError, match="RecognisedPage"):
        texts[7]
