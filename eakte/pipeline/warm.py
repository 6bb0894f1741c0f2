"""Makes the sandbox's helper process ready before its first fork: a call then costs little more.

Importing this module imports every job, with what the libraries would import only when used, and
builds the codecs of all jobs. Then it freezes the garbage collector's lists: a collection in a
child would otherwise write to every object, and so copy the helper's memory page by page.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import inspect
from typing import get_type_hints

from PIL import Image

from eakte.domain.codec import ready
from eakte.errors import EnvironmentProblemError
from eakte.ocr import engine
from eakte.pipeline import jobs

_LANGUAGES = "deu"
"""What the pipelines read; others are started page by page."""
_IMPORTED_WHEN_USED = (
    "encodings.mac_roman",
    "encodings.utf_16_be",
    "numpy.ma",
    "fontTools.misc.visitor",
    "fontTools.ttLib.ttVisitor",
    "fontTools.ttLib.tables._h_e_a_d",
    "fontTools.ttLib.tables._h_h_e_a",
    "fontTools.ttLib.tables._h_m_t_x",
    "fontTools.ttLib.tables._l_o_c_a",
    "fontTools.ttLib.tables._m_a_x_p",
    "fontTools.ttLib.tables._n_a_m_e",
    "fontTools.ttLib.tables._p_o_s_t",
)

for _name in _IMPORTED_WHEN_USED:
    importlib.import_module(_name)
Image.init()
with contextlib.suppress(EnvironmentProblemError):
    engine.start(_LANGUAGES)
for _job in vars(jobs).values():
    if inspect.isfunction(_job) and _job.__module__ == jobs.__name__:
        for _kind in get_type_hints(_job).values():
            ready(_kind)
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)  # a tenth of the jobs' time went into looking for garbage
atexit.register(gc.unfreeze)  # libraries complain at the end about what was not let go
