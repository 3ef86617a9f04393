"""Attacks the token proxy in every way a client can, while good customers' calls are timed.

    scripts/abuse-proxy [--seconds N] [--strict] [--database sqlite|postgres] [--seed N]

What the good customers get during an attack is held against what they get in the same run while all is quiet, before the
attacks and after them: in any build, whether their calls go on being answered; with --strict, which wants a release build,
how fast.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from attackers import ATTACKS
from client import Answer, Connection, new_call
from program import Deployment, ProgramFailed
from running import run
from smuggling import try_all
from upstream import Upstream

#: The good customers, and the calls that each makes in a second.
_CUSTOMERS = 8
_RATE = 9
#: The part of the calls answered while all is quiet that must be answered during an attack. A debug build may be slow under
#: attack, but a client that is starved gets no answer at all.
_LEAST_SHARE = 0.1
#: With --strict, how many times slower than while all is quiet the slowest calls may be, and the seconds that count as noise
#: on busy cores: so long they may always take.
_MOST_SLOWDOWN = 2
_NOISE = 0.020
#: Bytes that the proxy may grow by: the buffers of hundreds of connections, but not the answers that nobody reads, which
#: come to twice as much in 10 s.
_MOST_GROWTH = 64 << 20
#: Attackers yield the processors to the proxy and to the good customers, as they would on machines of their own.
_NICENESS = 10


@dataclass
class Phase:
    """The good customers' calls during one attack, or before any."""

    name: str
    kinds: list = field(default_factory=list)
    #: Seconds of each call.
    times: list = field(default_factory=list)
    #: Calls that were answered before the phase was over.
    answered: int = 0
    faults: list = field(default_factory=list)
    #: Bytes.
    peak: int = 0
    attackers: dict = field(default_factory=dict)

    @property
    def slowest(self):
        """The 99th percentile, in seconds."""
        times = sorted(self.times)
        return times[min(len(times) - 1, len(times) * 99 // 100)] if times else float("inf")

    def line(self):
        times = sorted(self.times) or [0]
        ends = "; ".join(
            f"{kind}{' ' + str(told['rate']) + '/s' if 'rate' in told else ''}: "
            + ", ".join(f"{count} {end}" for end, count in sorted(told["ends"].items()))
            for kind, told in self.attackers.items())
        return (f"  {self.name:20} {self.answered:5} calls, median {1000 * times[len(times) // 2]:6.1f} ms, "
                f"p99 {1000 * self.slowest:6.1f} ms, memory at most {self.peak >> 20} MB  {ends}")


class Judge:
    """Holds phases against what was measured while all was quiet."""

    def __init__(self, quiet, is_strict):
        """quiet: phases without attackers; the worse figure of them counts."""
        self.is_strict = is_strict
        self.slowest = max(phase.slowest for phase in quiet)
        self.answered = min(phase.answered for phase in quiet)
        self.peak = min(phase.peak for phase in quiet)

    def delay(self, phase):
        """What is wrong with how fast the good customers got their answers."""
        least = max(1, int(_LEAST_SHARE * self.answered))
        if phase.answered < least:
            return f"{phase.answered} good calls were answered, of {self.answered} while all was quiet"
        allowed = max(_MOST_SLOWDOWN * self.slowest, _NOISE)
        if self.is_strict and phase.slowest > allowed:
            return f"p99 {1000 * phase.slowest:.1f} ms, at most {1000 * allowed:.1f} ms were allowed"
        return None


class GoodCustomers:
    """Call steadily, half of the answers streaming, and time each call."""

    def __init__(self, port, tokens, seed):
        self.port, self.tokens = port, tokens
        self.random = random.Random(seed)

    async def measure(self, phase, seconds):
        until = time.monotonic() + seconds
        await asyncio.gather(*(self._client(phase, until, number) for number in range(len(self.tokens))))

    async def _client(self, phase, until, number):
        # Evenly spread, so that they don't wait for each other.
        await asyncio.sleep(number / _RATE / len(self.tokens))
        connection = None
        next_at = time.monotonic()
        while next_at < until:
            mark = f"#{self.random.getrandbits(48):012x}"
            call = new_call(self.tokens[number], mark=mark, text="hello", cap=60, streams=self.random.random() < 0.5)
            answer = Answer()
            started = time.monotonic()
            try:
                async with asyncio.timeout(30):
                    if connection is None or not connection.is_usable:
                        connection = await Connection.open(self.port)
                    await connection.send("POST", call.path, call.headers, call.body)
                    await connection.receive(answer)
            except (OSError, EOFError) as error:
                # A timeout is one, too.
                phase.faults.append(f"a good call broke off: {type(error).__name__} {error}")
                connection = None
            else:
                ended = time.monotonic()
                phase.times.append(ended - started)
                phase.answered += ended <= until
                if not answer.is_complete:
                    phase.faults.append(f"a good call got {answer.status} {answer.code}")
            next_at += 1 / _RATE
            await asyncio.sleep(max(0, next_at - time.monotonic()))


class Trial:
    def __init__(self, engine, seconds, seed, is_strict):
        self.engine, self.seconds, self.is_strict = engine, seconds, is_strict
        self.random = random.Random(seed)
        self.phases = []
        self.violations = []
        self.attempts = 0

    async def run(self):
        upstream = await Upstream(pace=0).start()
        self.deployment = Deployment(self.engine, upstream.port)
        try:
            good = [(await self.deployment.issue_token(1 << 40))[0] for _ in range(_CUSTOMERS)]
            self.bad, _ = await self.deployment.issue_token(1 << 40)
            self.proxy = self.deployment.proxy()
            await self.proxy.start()
            self.customers = GoodCustomers(self.proxy.port, good, self.random.random())
            await self._phase("warming up", [], seconds=2)
            self.phases.clear()
            before = await self._phase("before", [])
            kinds = [*ATTACKS, "bad-tokens"]
            attacks = [await self._phase(kind, [kind]) for kind in kinds]
            attacks.append(await self._phase("all at once", kinds))
            self.attempts, violations = await try_all(
                self.proxy.port, self.bad, upstream.ledger, self.random.random())
            self.violations += violations
            after = await self._phase("afterwards", [])
            for attack in attacks:
                await self._check(Judge([before, after], self.is_strict), attack)
            # Nothing may stay behind, either.
            await self._check(Judge([before], self.is_strict), after)
            await self._check_books(upstream)
            await self.proxy.stop()
        except ProgramFailed as failure:
            self.violations.append(str(failure))
        finally:
            await self.deployment.close()
            await upstream.close()
        self.violations += [f"the upstream got: {text}" for text in upstream.ledger.oddities]

    async def _phase(self, name, kinds, seconds=None):
        phase = Phase(name, kinds)
        self.phases.append(phase)
        watching = asyncio.create_task(self._watch_memory(phase))
        attackers = [asyncio.create_task(self._attack(phase, kind)) for kind in kinds]
        try:
            # Attacks get half a second to begin.
            await asyncio.sleep(0.5 if kinds else 0)
            await self.customers.measure(phase, seconds or self.seconds)
            await asyncio.gather(*attackers)
        finally:
            watching.cancel()
            for each in attackers:
                each.cancel()
        if not self.proxy.is_running:
            raise ProgramFailed(f"{name}: the proxy has ended with {self.proxy.process.returncode}:\n{self.deployment.log_tail()}")
        print(phase.line(), flush=True)
        return phase

    async def _attack(self, phase, kind):
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(Path(__file__).with_name("attackers.py")), kind, str(self.proxy.port), self.bad,
            str(self.seconds + 0.5), stdout=asyncio.subprocess.PIPE, preexec_fn=lambda: os.nice(_NICENESS))
        try:
            out, _ = await process.communicate()
            phase.attackers[kind] = json.loads(out)
        except ValueError:
            phase.faults.append(f"the attacker {kind} failed")
        finally:
            if process.returncode is None:
                process.kill()

    async def _watch_memory(self, phase):
        while self.proxy.is_running:
            phase.peak = max(phase.peak, self.proxy.memory())
            await asyncio.sleep(0.1)

    async def _check(self, judge, phase):
        if judge.delay(phase):
            # Another program may have had the processors: only what is slow twice is slow.
            quiet = await self._phase("quiet, again", [])
            again = await self._phase(f"{phase.name}, again", phase.kinds)
            self._note(phase)
            phase = again
            if fault := Judge([quiet], self.is_strict).delay(phase):
                self.violations.append(f"{phase.name}: {fault}")
        if phase.peak > judge.peak + _MOST_GROWTH:
            self.violations.append(f"{phase.name}: the proxy grew from {judge.peak >> 20} to {phase.peak >> 20} MB")
        self._note(phase)

    def _note(self, phase):
        """What is wrong however fast it went."""
        self.violations += [f"{phase.name}: {text}" for text in phase.faults]
        told = phase.attackers.get("bad-tokens", {"ends": {}})
        for end in set(told["ends"]) - {"401", "429", "closed"}:
            self.violations.append(f"{phase.name}: a bad token was answered {end}")
        told = phase.attackers.get("header-bombs", {"ends": {}})
        for end in set(told["ends"]) - {"400", "414", "431", "closed"}:
            self.violations.append(f"{phase.name}: a header bomb was answered {end}")

    async def _check_books(self, upstream):
        """Whatever the attackers did with their calls, they pay for them."""
        # What a proxy holds for customers who may call again it gives back when it stops.
        await self.proxy.stop()
        deadline = time.monotonic() + 20
        while not self.deployment.database.is_settled():
            if time.monotonic() > deadline:
                self.violations.append("20 s after the attacks, tokens are still set aside, or leased")
                break
            await asyncio.sleep(0.2)
        charged = {event.request_id: event.units for event in self.deployment.database.events()}
        for entry in upstream.ledger.entries.values():
            if charged.get(entry.request_id, 0) < entry.units:
                self.violations.append(
                    f"{entry.request_id}: produced {entry.units}, charged {charged.get(entry.request_id, 0)}")


async def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/abuse-proxy", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10, help="how long each attack lasts (default: 10)")
    parser.add_argument(
        "--strict", action="store_true", help="time the good customers' calls, too: for a release build and long attacks")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, help="repeats the choices of an earlier run, though not its timing")
    options = parser.parse_args(arguments)
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed {seed}")
    started = time.monotonic()
    trial = Trial(options.database, options.seconds, seed, options.strict)
    await trial.run()
    print(f"\n{trial.attempts} attempts at smuggling, {len(trial.phases)} phases, {time.monotonic() - started:.0f} s")
    for text, count in list(Counter(trial.violations).items())[:20]:
        print(f"  {text}{f' ({count} times)' if count > 1 else ''}")
    print(f"{len(trial.violations)} violations")
    return 1 if trial.violations else 0


if __name__ == "__main__":
    run(main, sys.argv[1:])
