"""Administrations that several threads work on, each with a connection of its own: who is free takes the next one."""

import threading
from collections import deque
from collections.abc import Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

import psycopg
from django.db import connection
from django.utils import translation

from .models import Administration

BROKEN_OFF_AGAIN_SECONDS = 0.2


class SharedWork:
    """A queue of administrations, to be inherited from by what works on each of them."""

    def __init__(self, administrations: Iterable[Administration]) -> None:
        self._waiting = deque((administration, False) for administration in administrations)
        self._busy: set[Any] = set()
        self._stopped = threading.Event()

    def work_on(self, administration: Administration, comes_again: bool) -> bool:
        """Work on one; False when somebody else does. It then comes again, after all others, to be waited for.

        What is raised here ends the work of all threads, and is raised by `run`.
        """
        raise NotImplementedError

    def in_each_thread(self) -> AbstractContextManager[None]:
        """What a thread works inside of."""
        return nullcontext()

    def run(self, threads: int) -> None:
        """Work until none is left, in so many threads; with one it is this one."""
        threads = min(threads, len(self._waiting))
        if threads <= 1:
            self._run()
            return
        language = translation.get_language()
        with ThreadPoolExecutor(threads, thread_name_prefix="administrations") as pool:
            started = [pool.submit(self._run_in_thread, language) for _number in range(threads)]
            try:
                wait(started, return_when=FIRST_EXCEPTION)
            finally:
                self._stop(started)
        for one in started:
            one.result()

    @property
    def is_stopped(self) -> bool:
        """Whether the work was broken off, so that what fails now failed for that."""
        return self._stopped.is_set()

    def _stop(self, started: "list[Future[None]]") -> None:
        """Take no next one, and break off what threads are still doing: each may be waiting for a sync."""
        self._stopped.set()
        # Again and again: one may have been between two statements.
        while wait(started, timeout=0).not_done:
            for busy in list(self._busy):
                with suppress(psycopg.Error):
                    busy.cancel()
            wait(started, timeout=BROKEN_OFF_AGAIN_SECONDS)

    def _run(self) -> None:
        with self.in_each_thread():
            self._take_turns()

    def _take_turns(self) -> None:
        while not self.is_stopped:
            try:
                administration, comes_again = self._waiting.popleft()
            except IndexError:
                return
            try:
                if not self._work_breakably(administration, comes_again):
                    self._waiting.append((administration, True))
            except BaseException:
                self._stopped.set()
                raise
            # A backend that has been in all of them would hold the catalogs of all of them.
            connection.close_if_worn()  # type: ignore[attr-defined]

    def _work_breakably(self, administration: Administration, comes_again: bool) -> bool:
        connection.ensure_connection()
        busy = connection.connection
        self._busy.add(busy)
        try:
            return self.work_on(administration, comes_again)
        finally:
            self._busy.discard(busy)

    def _run_in_thread(self, language: str | None) -> None:
        try:
            with translation.override(language):
                self._run()
        finally:
            connection.close()
