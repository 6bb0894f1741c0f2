"""The model of a home that is live: the audit log says which one, the store keeps its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from eakte.audit import log
from eakte.classify.model import Model, Prediction, load, read
from eakte.database import Connection
from eakte.domain.events import Action, Event
from eakte.domain.ids import Digest
from eakte.errors import ModelRefusedError, StoreError
from eakte.i18n import N_
from eakte.pipeline.desk import Desk

OBJECT = "model"
SHIPPED = "model"
"""Object of its audit events, and folder below pipelines/ of the model that eakte brings along."""


class LiveModel:
    """A predictor that asks, letter by letter, whether another model went live meanwhile."""

    def __init__(self, desk: Desk) -> None:
        """Load nothing yet."""
        self._desk = desk
        self._model: Model | None = None
        self._seen = 0

    def predict(self, text: str) -> Prediction:
        """Say what a letter is; see Model."""
        return self.current().predict(text)

    def current(self, within: Connection | None = None) -> Model:
        """Give the model that went live last, else the shipped one; `within` a transaction, if any.

        Raises ModelRefusedError if its bytes are not those that the audit log names, or are gone.
        """
        if within is None:
            with self._desk.engine.connect() as connection:
                return self.current(connection)
        size = log.size(within)
        live = log.newest(within, Action.MODEL_LIVE, self._seen)
        if live is not None:
            self._model = _kept(self._desk, live)
        elif self._model is None:
            self._model = _shipped(self._desk, within)
        self._seen = size
        return self._model


def put_live(
    desk: Desk,
    connection: Connection,
    model: Model,
    facts: Mapping[str, str],
    actor: str,
    at: datetime,
) -> None:
    """Keep a model for ever and make it the live one: its digests stand in the audit event."""
    description, arrays = (desk.store.put(part) for part in model.files())
    after = {"version": model.version, "description": description, "arrays": arrays, **facts}
    log.append(connection, Event(Action.MODEL_LIVE, OBJECT, actor, "", at, after=after))


def _kept(desk: Desk, live: Event) -> Model:
    place = desk.store.root
    try:
        description, arrays = (
            desk.store.get(Digest(live.after[name])) for name in ("description", "arrays")
        )
    except StoreError as problem:
        detail = N_("its bytes were changed, or are gone")
        raise ModelRefusedError(path=problem.facts.get("path", place), detail=detail) from problem
    model = read(description, arrays, place)
    return _required(model, live.after["version"], place)


def _shipped(desk: Desk, connection: Connection) -> Model:
    place = desk.home.pipelines / SHIPPED
    created = log.newest(connection, Action.HOME_CREATED)
    return _required(load(place), created.after.get("model", "") if created else "", place)


def _required(model: Model, version: str, place: Path) -> Model:
    if version and model.version != version:
        detail = N_("it is another model")
        raise ModelRefusedError(path=place, detail=detail)
    return model
