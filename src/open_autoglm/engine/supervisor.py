"""Keeps the worker of one model alive: starts it, watches it, restarts it, stops it.

One daemon thread owns each worker from start to end, because Linux kills a worker with the *thread*
that started it (see worker.py): a thread out of a pool would take its worker along when it retires.
"""

from __future__ import annotations

import logging
import threading
import time

from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.engine.worker_process import Endpoint, WorkerProcess
from open_autoglm.errors import EngineStartFailed, EngineUnavailable

logger = logging.getLogger(__name__)

FIRST_DELAY_S = 0.25
LONGEST_DELAY_S = 30.0
HEALTHY_AFTER_S = 60.0
MOST_FAILED_STARTS = 5


def restart_delay_s(failures: int) -> float:
    """Exponential back-off: 0.25 s after the first failure in a row, doubled each time, at most 30 s."""
    return float(min(FIRST_DELAY_S * 2 ** min(failures - 1, 10), LONGEST_DELAY_S))


class Supervisor:
    """Every method may be called from any thread."""

    def __init__(self, options: LlamaCppOptions) -> None:
        self._options = options
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        # What follows is written under the condition's lock.
        self._worker: WorkerProcess | None = None
        self._endpoint: Endpoint | None = None
        self._error: EngineStartFailed | None = None
        self._departures: dict[int, str] = {}
        self._stopping = False

    def start(self) -> Endpoint:
        """Start the worker and wait until its model is loaded.

        Raises EngineStartFailed with the worker's own words, at the latest after ``start_timeout_s``.
        """
        with self._changed:
            if self._thread is None:
                name = f"supervisor of {self._options.model_name}"
                self._thread = threading.Thread(target=self._supervise, name=name, daemon=True)
                self._thread.start()
        return self.endpoint()

    def endpoint(self) -> Endpoint:
        """The running worker; waits while one is starting.

        Raises EngineUnavailable when stopped, EngineStartFailed when starting was given up.
        """
        with self._changed:
            if self._thread is not None:
                self._changed.wait_for(lambda: self._endpoint or self._error or self._stopping)
            if self._stopping or self._thread is None:
                raise EngineUnavailable(f"The engine of model {self._options.model_name!r} is not open.")
            if self._endpoint is None:
                assert self._error is not None  # noqa: S101 - the wait ends with one of the three
                raise EngineStartFailed(self._error.message, hint=self._error.hint)
            return self._endpoint

    def endpoint_now(self) -> Endpoint | None:
        """The running worker, or None while there is none; never waits."""
        with self._changed:
            return None if self._stopping else self._endpoint

    def departure(self, endpoint: Endpoint, timeout_s: float) -> str | None:
        """How this worker ended, waiting a moment for the news; None when it still runs."""
        with self._changed:
            self._changed.wait_for(lambda: endpoint.pid in self._departures, timeout_s)
            return self._departures.get(endpoint.pid)

    def stop(self) -> None:
        """Ask the worker to end, then make it. Safe to call twice; no process is left."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            worker = self._worker
        if worker is not None:
            worker.end()
        if self._thread is not None:
            self._thread.join()

    def _supervise(self) -> None:
        try:
            self._keep_alive()
        finally:  # whatever ended this thread, nobody may wait for it any longer
            with self._changed:
                self._error = self._error or EngineStartFailed(
                    f"The supervisor of model {self._options.model_name!r} has ended.",
                )
                self._changed.notify_all()

    def _keep_alive(self) -> None:
        crashes = 0  # in a row, so that a request that always kills its worker meets longer pauses
        failed_starts = 0
        served = False
        while True:
            started = time.monotonic()
            try:
                how = self._run_one_worker()
            except EngineStartFailed as error:
                failed_starts += 1
                if not served or failed_starts >= MOST_FAILED_STARTS:
                    self._give_up(error)
                    return
                logger.warning("restart %d failed: %s", failed_starts, error)
            else:
                if how is None:
                    return
                served, failed_starts = True, 0
                if time.monotonic() - started > HEALTHY_AFTER_S:
                    crashes = 0
                logger.warning("the worker of model %r %s; restarting", self._options.model_name, how)
            crashes += 1
            with self._changed:
                if self._changed.wait_for(lambda: self._stopping, restart_delay_s(crashes)):
                    return

    def _run_one_worker(self) -> str | None:
        """How the worker ended, or None when it was asked to."""
        with self._changed:
            if self._stopping:
                return None
            self._worker = worker = WorkerProcess(self._options)
        try:
            endpoint = worker.wait_ready()
        except EngineStartFailed:
            if self._stopping:
                return None
            raise
        with self._changed:
            self._endpoint = endpoint
            self._changed.notify_all()
        how = worker.wait_end()
        with self._changed:
            self._endpoint = None
            self._departures[endpoint.pid] = how
            self._changed.notify_all()
            return None if self._stopping else how

    def _give_up(self, error: EngineStartFailed) -> None:
        with self._changed:
            self._error = error
            self._changed.notify_all()
