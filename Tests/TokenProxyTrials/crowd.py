"""Many clients at once, of several customers, some of whom hang up in the middle."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass

from audit import Made
from client import Answer, Connection, new_call

#: Seconds in which every call must be over, one way or the other.
_PATIENCE = 60
_WORDS = "how much does a small boat cost in Lisboa and may my döner 日本 travel with me \"today\"".split()


@dataclass
class Customer:
    token: str
    id: str
    #: Whether the month is used up.
    is_exhausted: bool = False


class Crowd:
    """Calls the proxy on a port without a pause, however often it dies meanwhile."""

    def __init__(self, port, customers, *, seed, clients=24, hang_ups=0.15):
        """hang_ups: the share of calls whose client doesn't wait for the end."""
        self.port = port
        self.customers = customers
        self.hang_ups = hang_ups
        self.random = random.Random(seed)
        #: The calls, by their marks.
        self.made = {}
        #: Ends of calls: statuses, codes, and how else they ended.
        self.ends = Counter()
        #: What no client should ever see.
        self.faults = []
        self._stops = False
        self._tasks = [asyncio.create_task(self._run()) for _ in range(clients)]

    async def stop(self):
        """Lets the calls under way end."""
        self._stops = True
        await asyncio.gather(*self._tasks)

    def cancel(self):
        for task in self._tasks:
            task.cancel()

    async def _run(self):
        connection = None
        while not self._stops:
            try:
                if connection is None or not connection.is_usable or self.random.random() < 0.1:
                    if connection:
                        connection.hang_up()
                    connection = await Connection.open(self.port)
                pause = await self._call(connection)
            except (OSError, EOFError):
                pause = 0.03
            await asyncio.sleep(pause)
        if connection:
            connection.hang_up()

    def _next_call(self):
        able = [each for each in self.customers if not each.is_exhausted]
        customer = self.random.choice(able)
        mark = f"#{self.random.getrandbits(48):012x}"
        text = " ".join(self.random.choices(_WORDS, k=self.random.randint(1, 60)))
        anthropic, streams = self.random.random() < 0.4, self.random.random() < 0.6
        call = new_call(
            customer.token, mark=mark, text=text, cap=self.random.choice([1, 16, 64, 200, 600]), streams=streams,
            anthropic=anthropic, asks_for_usage=streams and not anthropic and self.random.random() < 0.3)
        return customer, call

    async def _call(self, connection):
        """Makes one call; returns the seconds to wait before the next one."""
        customer, call = self._next_call()
        made = self.made[call.mark] = Made(call, customer.id)
        answer = Answer()
        patience = self.random.uniform(0, 0.15) if self.random.random() < self.hang_ups else None
        try:
            async with asyncio.timeout(patience or _PATIENCE):
                await connection.send("POST", call.path, call.headers, call.body)
                await connection.receive(answer)
        except TimeoutError:
            connection.hang_up()
            if patience is None:
                self.faults.append(f"no answer in {_PATIENCE} s: {call.mark}")
            made.has_hung_up = True
            self.ends["hung up"] += 1
            return 0
        except (OSError, EOFError):
            self.ends["broke off"] += 1
            raise
        made.is_complete = answer.is_complete
        return self._judge(customer, call, answer)

    def _judge(self, customer, call, answer):
        if answer.status == 200:
            self.ends["complete" if answer.is_complete else "told broken"] += 1
            return 0
        self.ends[f"{answer.status} {answer.code}"] += 1
        if answer.code in ("monthly_limit_exceeded", "exceeds_remaining_tokens"):
            customer.is_exhausted = True
            return 0
        if answer.status in (429, 503):
            # A real client waits as long as it is told to; here waiting would only leave the proxy without work.
            return min(answer.retry_after or 0, self.random.uniform(0.05, 0.3))
        self.faults.append(f"{call.mark}: {answer.status} {bytes(answer.body[:200])!r}")
        return 0.1
