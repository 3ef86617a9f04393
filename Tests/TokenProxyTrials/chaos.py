"""Kills the token proxy again and again under load, and then holds its books against what the upstream produced.

    scripts/chaos-proxy [--kills N] [--power-loss N] [--database sqlite|postgres|both] [--seed N]
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from audit import audit
from crowd import Crowd, Customer
from power_loss import lose_power
from program import Deployment, ProgramFailed
from running import run
from upstream import Upstream

#: Where a debug build kills itself, and the most passes until it does.
POINTS = {
    "before-reservation": 60, "after-reservation": 60, "after-first-byte": 30, "before-settlement": 40,
    "after-settlement": 40, "during-batch": 6, "after-batch": 6,
}
#: Seconds in which a kill point should be passed often enough.
_POINT_SECONDS = 5
#: Seconds for the last restart to bring everything into the database.
_DRAIN_SECONDS = 20
#: Units of the customers. The small ones reach their limits in the middle of the kills.
_LIMITS = [1 << 40] * 4 + [60_000, 300_000, 1_200_000, 4_500_000]


@dataclass
class Campaign:
    """A number of kills of one deployment, and the check of its books at the end."""

    engine: str
    kills: int
    loses_power: bool
    has_points: bool
    random: random.Random
    #: Kills by what was to cause them; how many of the points weren't passed in time.
    by_cause: Counter = field(default_factory=Counter)
    missed: Counter = field(default_factory=Counter)
    lost_slots: int = 0
    #: Seconds from start to ready.
    starts: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    findings: object = None
    crowd: object = None

    @property
    def name(self):
        return f"{self.engine}{', power losses' if self.loses_power else ''}"

    @property
    def violations(self):
        return len(self.problems) + (self.findings.violations.total() if self.findings else 0)

    async def run(self):
        self.started = time.monotonic()
        self.upstream = await Upstream().start()
        deployment = Deployment(self.engine, self.upstream.port)
        progress = asyncio.create_task(self._show_progress())
        try:
            self.customers = [Customer(*await deployment.issue_token(limit)) for limit in _LIMITS]
            await self._kill_all(deployment, deployment.proxy())
            self.findings = audit(
                self.upstream.ledger, self.crowd.made, deployment.database, after_power_loss=self.loses_power)
        except ProgramFailed as failure:
            self.problems.append(str(failure))
        finally:
            progress.cancel()
            if self.crowd:
                self.crowd.cancel()
            await deployment.close()
            await self.upstream.close()
        self.seconds = time.monotonic() - self.started
        if self.crowd:
            self.problems += self.crowd.faults
        self.problems += [
            f"the kill point {point} was never passed in {_POINT_SECONDS} s" for point in POINTS
            if self.missed[point] and self.missed[point] == self.by_cause[point]]
        if self.loses_power and self.kills >= 3 and not self.lost_slots:
            self.problems.append("no journal had a slot to lose")

    async def _kill_all(self, deployment, proxy):
        self.crowd = Crowd(proxy.port, self.customers, seed=self.random.random())
        points = list(POINTS)
        for number in range(self.kills):
            # The points in turn, random moments between them, and some kills of a proxy that is still recovering.
            kind = ("point", "random", "point", "start")[number % 4] if number % 8 != 7 else "random"
            if kind == "point" and self.has_points:
                points.append(points.pop(0))
                await self._kill_at(proxy, points[-1])
            elif kind == "start":
                await self._kill_while_starting(proxy)
            else:
                await self._kill_somewhen(proxy)
            if self.loses_power:
                self.lost_slots += lose_power(deployment.data, self.random)
        self.starts.append(await proxy.start())
        await asyncio.sleep(1)
        await self.crowd.stop()
        await proxy.kill()
        self.starts.append(await proxy.start())
        deadline = time.monotonic() + _DRAIN_SECONDS
        while not deployment.database.is_settled() and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        await proxy.stop()

    async def _kill_at(self, proxy, point):
        self.by_cause[point] += 1
        await proxy.spawn(f"{point}:{self.random.randint(1, POINTS[point])}")
        ready = await proxy.wait_ready()
        if ready is None:
            return
        self.starts.append(ready)
        if not await proxy.wait_end(_POINT_SECONDS):
            self.missed[point] += 1
        await self._kill(proxy)

    async def _kill_while_starting(self, proxy):
        self.by_cause["while starting"] += 1
        await proxy.spawn()
        await asyncio.sleep(self.random.uniform(0, 0.4))
        await self._kill(proxy)

    async def _kill_somewhen(self, proxy):
        self.by_cause["at a random moment"] += 1
        self.starts.append(await proxy.start())
        await asyncio.sleep(self.random.uniform(0.005, 0.4))
        await self._kill(proxy)

    async def _kill(self, proxy):
        if proxy.is_running:
            await proxy.kill()
        elif proxy.process.returncode != -9:
            raise ProgramFailed(
                f"the proxy ended by itself with {proxy.process.returncode}:\n{proxy.deployment.log_tail()}")

    async def _show_progress(self):
        while True:
            await asyncio.sleep(5)
            made = len(self.crowd.made) if self.crowd else 0
            print(f"  {time.monotonic() - self.started:5.0f} s  {self.by_cause.total()} of {self.kills} kills, "
                  f"{made} calls, {self.upstream.ledger.units} units produced", flush=True)

    def report(self):
        print(f"\n== {self.name}: {self.by_cause.total()} kills in {self.seconds:.0f} s ==")
        for cause, count in sorted(self.by_cause.items()):
            missed = f"  (not passed in time: {self.missed[cause]})" if self.missed[cause] else ""
            print(f"  {count:5} {cause}{missed}")
        if self.starts:
            starts = sorted(each for each in self.starts if each is not None)
            print(f"  ready after: median {starts[len(starts) // 2]:.2f} s, at most {starts[-1]:.2f} s")
        if self.crowd:
            ends = ", ".join(f"{count} {end}" for end, count in self.crowd.ends.most_common())
            print(f"  calls: {len(self.crowd.made)} ({ends})")
        found = self.findings
        if found:
            excess = found.charged - found.produced
            share = f" ({100 * excess / found.produced:.1f} %)" if found.produced else ""
            print(f"  tokens: upstream {found.produced}, charged {found.charged}, excess {excess}{share}")
            print(f"  events: {found.events}, estimated {found.estimated}, of calls that never left {found.unsent}")
            if self.loses_power:
                print(f"  lost: {self.lost_slots} slots of journals, {found.lost} calls without an event of their own")
            rules = ", ".join(f"{count} of ({rule})" for rule, count in sorted(found.violations.items()))
            print(f"  violations: {rules or 'none'}")
        for text in (self.problems + (found.examples if found else []))[:10]:
            print(f"    {text}")


def campaigns(options, chance):
    """The kills, shared out: by database, and each with its part of power losses."""
    engines = ["sqlite", "postgres"] if options.database == "both" else [options.database]
    losses = options.kills // 10 if options.power_loss is None else min(options.power_loss, options.kills)
    for index, engine in enumerate(engines):
        for loses_power, kills in ((False, options.kills - losses), (True, losses)):
            share = kills // len(engines) + (index < kills % len(engines))
            if share:
                yield Campaign(engine, share, loses_power, not options.no_kill_points, random.Random(chance.random()))


async def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/chaos-proxy", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000, help="how many kills, power losses included (default: 1000)")
    parser.add_argument("--power-loss", type=int, metavar="N", help="how many of them lose power too (default: a tenth)")
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--no-kill-points", action="store_true", help="for a build that has none: random moments instead")
    parser.add_argument("--seed", type=int, help="repeats the choices of an earlier run, though not its timing")
    options = parser.parse_args(arguments)
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed {seed}")
    done = []
    for campaign in campaigns(options, random.Random(seed)):
        print(f"{campaign.name}: {campaign.kills} kills", flush=True)
        await campaign.run()
        done.append(campaign)
    for campaign in done:
        campaign.report()
    violations = sum(campaign.violations for campaign in done)
    kills = sum(campaign.by_cause.total() for campaign in done)
    print(f"\n{kills} kills, {violations} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    run(main, sys.argv[1:])
