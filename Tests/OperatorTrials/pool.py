"""Keeps operators running, however they end."""

import asyncio
import json
import os
import signal
import time
from collections import Counter

from fleet import ProgramFailed
from operators import Operator


class Pool:
    def __init__(self, fleet, interceptor):
        self._fleet = fleet
        self._interceptor = interceptor
        interceptor.kill = self.kill
        self.operators = {}
        self._keepers = {}
        #: How they ended; how often they were started.
        self.ends = Counter()
        self.starts = 0
        #: Ends that nobody can explain.
        self.faults = []
        self._reasons = {}

    def kill(self, name, why="killed at a named point"):
        operator = self.operators[name]
        if operator.is_running:
            self._reasons[name] = why
            operator.kill()

    async def keep(self, name):
        """Has the operator of that name run from now on."""
        if name not in self.operators:
            self.operators[name] = Operator(self._fleet, await self._interceptor.open(name), name)
        if name not in self._keepers:
            self._keepers[name] = asyncio.create_task(self._keep(self.operators[name]))

    @property
    def names(self):
        return list(self._keepers)

    async def _keep(self, operator):
        while True:
            start = os.path.getsize(operator.log) if os.path.exists(operator.log) else 0
            await operator.spawn()
            self.starts += 1
            status = await operator.process.wait()
            why = self._reasons.pop(operator.name, None)
            if why is None:
                with open(operator.log, errors="replace") as log:
                    log.seek(start)
                    text = log.read()
                if "lease of the leader was lost" in text:
                    why = "lost its lease"
                else:
                    why = "ended by itself"
                    self.faults.append(f"{operator.name} ended with {status}:\n{text[-1500:]}")
                await asyncio.sleep(0.3)
            self.ends[why] += 1

    async def drop(self, name, gently):
        """Ends the operator of that name for good. Throws if it doesn't end in peace though asked gently."""
        self._keepers.pop(name).cancel()
        operator = self.operators[name]
        if gently:
            self.ends["stopped"] += 1
            has_just_begun = time.monotonic() - operator.spawned_at < 3
            try:
                await operator.stop()
            except ProgramFailed:
                # With the API server away it can't keep its lease while it stops; and at first it doesn't listen for signals.
                if "lease of the leader was lost" not in operator.log_tail(300) and not (
                        has_just_begun and operator.process.returncode == -signal.SIGTERM):
                    raise
        else:
            self.ends["killed while two ran"] += 1
            await operator.end()

    async def close(self):
        for keeper in self._keepers.values():
            keeper.cancel()
        for operator in self.operators.values():
            await operator.end()

    def complaints(self):
        """What the operators logged as errors, by their messages."""
        counts = Counter()
        for operator in self.operators.values():
            for line in operator.log_text().splitlines():
                if '"level":"error"' in line or '"level":"critical"' in line:
                    try:
                        counts[json.loads(line)["message"]] += 1
                    except ValueError:
                        pass
                elif line and not line.startswith("{"):
                    counts[line[:120]] += 1
        return counts
