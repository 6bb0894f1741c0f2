"""The entry: run a command; an EakteError becomes its message, its advice and its exit code."""

from __future__ import annotations

import contextlib
import gc
import gettext
import logging
import os
import sys

from eakte.errors import EakteError, ExitCode, SystemRefusedError
from eakte.i18n import DOMAIN, LOCALE_DIR, language

_COLLECT_AFTER = 200_000
"""New objects between two collections; imports make that many and leave none to collect."""


def main() -> None:
    """Run the command line and exit with a documented code."""
    os.umask(0o077)
    _start_quickly()
    _translate_libraries()
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=_log_level())
    _leave(_run())


def _run() -> int:
    from eakte.cli import output  # noqa: PLC0415 - after the language is set
    from eakte.cli.app import program  # noqa: PLC0415

    try:
        program(sys.argv[1:])(prog_name="eakte")
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else ExitCode.UNEXPECTED
    except EakteError as refusal:
        output.error(refusal)
        return refusal.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _ignore_closed_output()
    except OSError as problem:
        output.error(SystemRefusedError(detail=problem))
        return SystemRefusedError.exit_code
    except Exception as problem:
        from eakte.database import unavailable  # noqa: PLC0415 - most commands end well

        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        told = unavailable(problem) or EakteError(detail=f"{type(problem).__name__}: {problem}")
        output.error(told)
        return told.exit_code
    return ExitCode.OK


def _start_quickly() -> None:
    """Spare what costs a fifth of a short command: garbage in imports, plugins of pydantic."""
    gc.set_threshold(_COLLECT_AFTER)
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"


def _log_level() -> int:
    """Show tracebacks and all messages where EAKTE_DEBUG is set."""
    return logging.DEBUG if os.environ.get("EAKTE_DEBUG") else logging.WARNING


def _leave(code: int) -> None:
    """End at once, also while threads still work: what they were at is repeated by the next run."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _ignore_closed_output() -> None:
    """Leave quietly when the reader of our output went away (`eakte status | head`)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _translate_libraries() -> None:
    """Let the words of the command-line library come from our catalogue too."""
    os.environ["LANGUAGE"] = language()
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    gettext.textdomain(DOMAIN)


if __name__ == "__main__":
    main()
