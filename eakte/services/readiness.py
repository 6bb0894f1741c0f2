"""Is everything there that the workflows need? Asked before any mail is touched."""

from __future__ import annotations

from eakte.errors import ConfigurationError
from eakte.i18n import _
from eakte.ocr.languages import require_languages
from eakte.pipeline.context import Context
from eakte.records import verfahren


def require_ready(context: Context) -> None:
    """Check definitions, OCR and its languages, keys and Verfahrensdokumentation.

    Raises ConfigurationError or EnvironmentProblemError naming the first thing that is missing.
    """
    for inbox in context.home.settings.inboxes:
        require_languages(context.definitions.pipeline(inbox.pipeline).languages)
    with context.engine.connect() as connection:
        adopted = verfahren.in_force(connection)
    if adopted is None:
        detail = _("no Verfahrensdokumentation is in force; see `eakte verfahren adopt`")
        raise ConfigurationError(path=context.home.verfahrensdokumentation(), detail=detail)
    for tool in ("sealer", "classifier"):
        getattr(context, tool)  # made when first asked for; it says itself what is wrong
