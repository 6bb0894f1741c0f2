"""Words that are in nearly every letter and tell nothing apart; written for eakte.

They are indexed, so that phrases hold them, but beside other words a query need not meet them.
"""

from __future__ import annotations

_WORDS = """
ab aber als am an auch auf aus bei beim bis da damit dann das dass dem den der des die dies diese
diesem diesen dieser dieses doch du durch ein eine einem einen einer eines er es für gegen hat
habe haben hatte ich ihm ihn ihr ihre ihrem ihren ihrer im in ist ja jede jedem jeden jeder jedes
kann kein keine mein meine meinem meinen meiner mich mir mit nach nicht noch nur ob oder ohne sein
seine sich sie sind so über um und uns unser unsere unserem unseren unserer unter vom von vor war
was wegen weil wenn werden wie wir wird wurde wurden zu zum zur zwischen az aktenzeichen
"""
STOP_WORDS: tuple[str, ...] = tuple(_WORDS.split())
