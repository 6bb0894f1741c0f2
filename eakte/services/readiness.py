"""Is everything there that the workflows need? Asked before any mail is touched."""

from __future__ import annotations

from eakte.errors import ConfigurationError
from eakte.i18n import _
from eakte.ocr.languages import require_languages
from eakte.pipeline.context import Context


def require_ready(context: Context) -> None:
    """Check definitions, OCR and its languages, keys and Verfahrensdokumentation.

    Raises ConfigurationError or EnvironmentProblemError naming the first thing that is missing.
    """
    for inbox in context.home.settings.inboxes:
        require_languages(context.definitions.pipeline(inbox.pipeline).languages)
    document = context.home.verfahrensdokumentation()
    if not document.is_file():
        detail = _("there is no Verfahrensdokumentation; nothing can be sealed without it")
        raise ConfigurationError(path=document, detail=detail)
    for tool in ("sealer", "classifier"):
        getattr(context, tool)  # made when first asked for; it says itself what is wrong
