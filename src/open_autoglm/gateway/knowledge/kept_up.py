"""Bases are brought up to date behind the routes: after an upload, and for as long as the server runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Literal

from open_autoglm.errors import Cancelled, OpenAutoGLMError
from open_autoglm.gateway.knowledge.kept import KeptBases
from open_autoglm.serving.request import LOCAL_OWNER

MOST_FOLLOWED = 32
"""Bases followed at once, a thread each; the folders of further ones are read when they are added and when
the server starts."""

logger = logging.getLogger(__name__)

_Base = tuple[str, str]
"""Owner and name."""

Need = Literal["follow", "look", "nothing"]
"""``look``: something is to be read or embedded, and no folder to be followed for that."""


class Looking:
    """Reads in the background, one base at a time: reading takes all processors as it is."""

    def __init__(self, bases: KeptBases) -> None:
        self._bases = bases
        self._wanted: list[_Base] = []
        self._busy: _Base | None = None
        self._dropped: _Base | None = None
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def look(self, owner: str, name: str) -> None:
        with self._changed:
            if (owner, name) not in self._wanted:
                self._wanted.append((owner, name))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="read bases", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def is_busy(self, owner: str, name: str) -> bool:
        with self._changed:
            return self._busy == (owner, name) or (owner, name) in self._wanted

    def forget(self, owner: str, name: str) -> None:
        """Returns once nothing of the base is being read."""
        with self._changed:
            self._wanted = [one for one in self._wanted if one != (owner, name)]
            self._dropped = (owner, name)
            self._changed.wait_for(lambda: self._busy != (owner, name))
            self._dropped = None

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _is_unwanted(self, base: _Base) -> bool:
        return self._closed or self._dropped == base

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or bool(self._wanted))
                if self._closed:
                    return
                self._busy = base = self._wanted.pop(0)
            try:
                self._bases.look(*base, stop=partial(self._is_unwanted, base))
            except Cancelled:
                logger.info("reading into base %r was stopped", base[1])
            except OpenAutoGLMError as error:
                logger.warning("base %r was not read: %s", base[1], error)
            finally:
                with self._changed:
                    self._busy = None
                    self._changed.notify_all()


class Following:
    """Follows the folders of bases, each in a thread."""

    def __init__(self, bases: KeptBases) -> None:
        self._bases = bases
        self._threads: dict[_Base, tuple[threading.Thread, threading.Event]] = {}
        self._lock = threading.Lock()

    def follow(self, owner: str, name: str) -> bool:
        """Whether it is followed from now on; not where MOST_FOLLOWED others are."""
        with self._lock:
            self._threads = {base: held for base, held in self._threads.items() if held[0].is_alive()}
            if (owner, name) in self._threads:
                return True
            if len(self._threads) >= MOST_FOLLOWED:
                return False
            stop = threading.Event()
            thread = threading.Thread(
                target=self._run, args=((owner, name), stop), name="follow base", daemon=True
            )
            self._threads[owner, name] = thread, stop
            thread.start()
            return True

    def forget(self, owner: str, name: str) -> None:
        """Returns once the base is not followed any more."""
        with self._lock:
            held = self._threads.pop((owner, name), None)
        if held is not None:
            held[1].set()
            held[0].join()

    def close(self) -> None:
        with self._lock:
            followed = list(self._threads.values())
            self._threads.clear()
        for _, stop in followed:
            stop.set()
        for thread, _ in followed:
            thread.join()

    def _run(self, base: _Base, stop: threading.Event) -> None:
        try:
            self._bases.watch(*base, on_change=lambda _result: None, stop=stop.is_set)
        except Cancelled:
            logger.info("base %r is not followed any more", base[1])
        except OpenAutoGLMError as error:
            logger.warning("base %r is not followed any more: %s", base[1], error)


class TakingUp:
    """Goes through all bases once, when the server starts: those with folders are followed, and what an
    earlier run left unread or without vectors is made up for. In a thread: there may be many bases."""

    def __init__(
        self, bases: KeptBases, need_of: Callable[[str, str], Need], looking: Looking, following: Following
    ) -> None:
        self._bases = bases
        self._need_of = need_of
        self._looking = looking
        self._following = following
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="take up bases", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Safe to call where it was never started."""
        self._closed.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            bases = sorted(self._bases.owned(), key=lambda base: (base[0] != LOCAL_OWNER, base))
        except OpenAutoGLMError as error:
            logger.warning("no base is followed: %s", error)
            return
        left: list[str] = []
        for owner, name in bases:
            if self._closed.is_set():
                return
            need = self._need(owner, name)
            if need == "follow" and not self._following.follow(owner, name):
                left.append(name)
                need = "look"
            if need == "look":
                self._looking.look(owner, name)
        if left:
            logger.warning(
                "%d bases are read now and not followed, since %d are already: %s",
                *(len(left), MOST_FOLLOWED, ", ".join(map(repr, left))),
            )

    def _need(self, owner: str, name: str) -> Need:
        """Nothing of one that is removed at this moment, or damaged: it stops no other."""
        try:
            return self._need_of(owner, name)
        except (OpenAutoGLMError, OSError) as error:
            logger.warning("base %r is not followed: %s", name, error)
            return "nothing"
