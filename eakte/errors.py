"""The error tree: one class is one exit code, one sentence and one piece of advice.

Raise the class with the facts of its sentence; `__main__` renders it in the reader's language.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

from eakte.i18n import N_, _


class ExitCode(IntEnum):
    """What the shell sees; README documents it, tests/acceptance/test_exit_codes.py holds it."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    CONFIGURATION = 3
    WAITING = 4
    NOT_FOUND = 5
    REFUSED = 6
    ENVIRONMENT = 7
    UNUSABLE_INPUT = 8
    FORBIDDEN = 9
    INVALID = 20
    INDETERMINATE = 21
    INTERRUPTED = 130


class EakteError(Exception):
    """The root: anything eakte refuses or cannot do, with facts for its sentence."""

    exit_code: ClassVar[ExitCode] = ExitCode.UNEXPECTED
    sentence: ClassVar[str] = N_("Something unexpected happened: {detail}")
    advice: ClassVar[str] = N_("Please report this with the output of `eakte doctor`.")

    def __init__(self, **facts: object) -> None:
        """Keep the facts; they fill the placeholders of sentence and advice."""
        super().__init__(type(self).__name__, facts)
        self.facts = facts

    def message(self) -> str:
        """Say what went wrong, in the reader's language."""
        detail = str(self.facts.get("detail", ""))
        facts = self.facts | ({"detail": _(detail)} if detail else {})
        return _(self.sentence).format_map(_Facts(facts))

    def hint(self) -> str:
        """Say what to do next, in the reader's language."""
        return _(self.advice).format_map(_Facts(self.facts))

    def __str__(self) -> str:
        """Read as its sentence."""
        return self.message()


class _Facts(dict[str, object]):
    """Facts for str.format_map that never fail for a missing name."""

    def __missing__(self, key: str) -> str:
        return f"<{key}>"


class ConfigurationError(EakteError):
    """A settings or pipeline file that cannot be used."""

    exit_code = ExitCode.CONFIGURATION
    sentence = N_("The configuration in {path} cannot be used: {detail}")
    advice = N_("Correct that file; the README lists every setting.")


class ModelRefusedError(EakteError):
    """A classifier's model that is not the one that the audit log names."""

    exit_code = ExitCode.CONFIGURATION
    sentence = N_("The model at {path} is not the one that the audit log names: {detail}")
    advice = N_("Restore it from a backup; `eakte audit log --of model` shows which one is live.")


class HomeMissingError(EakteError):
    """No home where one was expected."""

    exit_code = ExitCode.CONFIGURATION
    sentence = N_("There is no eakte home at {path}.")
    advice = N_("Make one with `eakte init --home {path}`, or name yours: --home or EAKTE_HOME.")


class HomeExistsError(EakteError):
    """`init` never overwrites."""

    exit_code = ExitCode.REFUSED
    sentence = N_("{path} exists already and is not empty.")
    advice = N_("Choose an empty folder; eakte never overwrites a home.")


class NotFoundError(EakteError):
    """A document, Akte or file that nobody knows."""

    exit_code = ExitCode.NOT_FOUND
    sentence = N_("There is no {kind} “{name}”.")
    advice = N_("`eakte status --all`, `eakte quarantine list` and `eakte akte list` show what is.")

    def message(self) -> str:
        """Say what is not there; its kind is translated too."""
        facts = self.facts | {"kind": _(str(self.facts.get("kind", "")))}
        return _(self.sentence).format_map(_Facts(facts))


class ErasedError(NotFoundError):
    """A document or an Akte that was erased, as the audit log tells."""

    sentence = N_("“{name}” was erased on {day}.")
    advice = N_(
        "`eakte retention erased` shows the Löschnachweise, `eakte verify` holds them true."
    )


class QueryError(EakteError):
    """A query that cannot be read; `place` counts its characters from 1."""

    exit_code = ExitCode.USAGE
    sentence = N_("The query cannot be read at character {place}: {detail}")
    advice = N_('Words, "a phrase", -not, OR, prefix*, az: klasse: von: datum: betrag: iban:')

    def message(self) -> str:
        """Say what is wrong; the reason has facts of its own."""
        detail = _(str(self.facts.get("detail", ""))).format_map(_Facts(self.facts))
        return _(self.sentence).format_map(_Facts(self.facts | {"detail": detail}))


class NoDateError(EakteError):
    """A text given as a day that is none."""

    exit_code = ExitCode.USAGE
    sentence = N_("{text} is no date like 2026-03-31")
    advice = N_("Nothing was changed. Days are written as year, month and day.")


class IndexBrokenError(EakteError):
    """A search index that cannot be read."""

    exit_code = ExitCode.ENVIRONMENT
    sentence = N_("The search index cannot be used: {detail}")
    advice = N_("Make it anew: eakte index rebuild. Filing goes on meanwhile.")


class RefusedError(EakteError):
    """An action that the state of the record forbids."""

    exit_code = ExitCode.REFUSED
    sentence = N_("That cannot be done: {detail}")
    advice = N_("Nothing was changed. `eakte status --all` shows the state of every letter.")


class NotPermittedError(EakteError):
    """A person without the role for it; `roles` are those that have it."""

    exit_code = ExitCode.FORBIDDEN
    sentence = N_("{account} may not do that. It takes one of these roles: {roles}.")
    advice = N_("Nothing was changed; the audit log tells of the attempt. See `[[persons]]`.")


class NotListedError(EakteError):
    """Somebody who is not among the persons of a home that lists them."""

    exit_code = ExitCode.FORBIDDEN
    sentence = N_("{account} is not among the persons of this home.")
    advice = NotPermittedError.advice


class AlreadyRunningError(EakteError):
    """Two watchers under one slot would do work twice."""

    exit_code = ExitCode.REFUSED
    sentence = N_("A watcher is running on this home already ({path}).")
    advice = N_("Wait for it, or stop it with Ctrl-C; a crashed watcher leaves no lock behind.")


class EnvironmentProblemError(EakteError):
    """A program or library that this machine lacks."""

    exit_code = ExitCode.ENVIRONMENT
    sentence = N_("This machine lacks what is needed: {detail}")
    advice = N_("`eakte doctor` lists what is missing; `make setup` installs it.")


class SystemRefusedError(EakteError):
    """The operating system did not let us: a path, a permission, a full disk."""

    exit_code = ExitCode.ENVIRONMENT
    sentence = N_("The operating system refused: {detail}")
    advice = N_("Check the path, its permissions and the space on the disk.")


class DatabaseUnavailableError(EakteError):
    """The database server cannot be reached, or let us wait for too long."""

    exit_code = ExitCode.ENVIRONMENT
    sentence = N_("The database cannot be used now: {detail}")
    advice = N_("Check that it runs, and the setting `database`. What was committed is kept.")


class UnusableInputError(EakteError):
    """Input that can never become a document; `reason` is a FindingCode value."""

    exit_code = ExitCode.UNUSABLE_INPUT
    sentence = N_("The file cannot be used ({reason}): {detail}")
    advice = N_("It is kept as it came; see `eakte quarantine list`.")


class AktenplanRefusedError(EakteError):
    """An Aktenplan that contradicts itself, or cannot be read."""

    exit_code = ExitCode.UNUSABLE_INPUT
    sentence = N_("This Aktenplan cannot be used: {detail}")
    advice = N_("Nothing was changed. The README names the columns of a CSV file.")


class StageFailedError(EakteError):
    """A stage that broke down or ran out of its limits."""

    sentence = N_("The stage {stage} failed: {detail}")
    advice = N_("The mail is kept; `eakte quarantine retry` tries again.")


class SealFailedError(EakteError):
    """A seal that could not be made or did not verify; nothing was filed."""

    sentence = N_("The seal could not be made: {detail}")
    advice = N_("Nothing was filed. Check seal key and time-stamp service with `eakte doctor`.")


class SealDelayedError(EakteError):
    """A seal that has to wait for a service; `reason` is a sentence, `detail` who said what."""

    exit_code = ExitCode.ENVIRONMENT
    sentence = N_("The seal has to wait: {reason} ({detail})")
    advice = N_("`eakte watch` makes it as soon as the service answers again.")

    def message(self) -> str:
        """Say why; the reason is translated, too."""
        facts = self.facts | {"reason": _(str(self.facts.get("reason", "")))}
        return _(self.sentence).format_map(_Facts(facts))


class KeyUnavailableError(SealDelayedError):
    """A seal key that cannot be reached or opened now: token, service, or what it answered."""

    sentence = N_("The seal key {reference} cannot be used: {detail}")
    advice = N_("Nothing was sealed. `eakte doctor` and `eakte seal key show` look at the key.")

    def __init__(self, **facts: object) -> None:
        """Keep `reference` and `detail`; the reason is always the same."""
        super().__init__(**(facts | {"reason": N_("the seal key cannot be used")}))


class PinRefusedError(SealFailedError):
    """A PIN that was refused: it is not tried again, so that the token is not locked."""

    exit_code = ExitCode.CONFIGURATION
    sentence = KeyUnavailableError.sentence
    advice = N_(
        "This PIN is not tried again. Write the right one to its file; if the PIN was right after "
        "all, `eakte seal key retry` allows one more try."
    )


class RecordDamagedError(EakteError):
    """What the database holds of a letter is no record of one."""

    exit_code = ExitCode.INVALID
    sentence = N_("The record of {document} was damaged or changed: {detail}")
    advice = N_("Compare the database with a backup; `eakte audit verify` checks the log.")


class BackupDamagedError(EakteError):
    """A backup that is not what was written; `path` is the place, `detail` what is wrong there."""

    exit_code = ExitCode.INVALID
    sentence = N_("The backup is damaged or was changed at {path}: {detail}")
    advice = N_(
        "Nothing was restored. Take another backup (eakte backup list), or another copy of it."
    )


class StoreError(EakteError):
    """The store could not keep or give back bytes exactly."""

    sentence = N_("The store at {path} failed: {detail}")
    advice = N_("Check disk space and permissions; no mail was removed from the inbox.")
