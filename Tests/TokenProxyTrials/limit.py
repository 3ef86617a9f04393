"""Calls the token proxy 200 times at once at a limit that affords about a tenth of them, round after round.

    scripts/limit-proxy [--rounds N] [--database sqlite|postgres|both] [--seed N]

Not one unit over the limit may be used, and at most a hundredth of it may stay unused.
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass

from client import Answer, Connection, new_call
from lossy import LossyPostgres
from program import Deployment, ProgramFailed
from running import run
from upstream import Upstream

CALLS = 200
#: Tokens that clients cap their answers at. The upstream uses any number up to the cap, so half of it on average.
_CAPS = (2000, 6000)
#: Units. About 20 calls' worth; a hundredth of it is more than the smallest call must set aside (its body's bytes and 256
#: tokens of an answer), so that the last hundredth can't be used whatever the proxy does.
LIMIT = 160_000
_MOST_UNUSED = LIMIT // 100
#: Characters of a prompt.
_PROMPT = (13, 90)
#: Of the commits, in the trial that loses answers.
_LOST = 0.2
#: Seconds for a round, and for the books after it.
_ROUND_SECONDS = 180
_SETTLING_SECONDS = 20


@dataclass
class Round:
    """What one round came to; units, unless said otherwise."""

    name: str
    produced: int
    used: int
    answered: int
    refused: int
    retries: int
    seconds: float
    violations: list

    @property
    def over(self):
        return max(0, self.produced - LIMIT, self.used - LIMIT)

    @property
    def unused(self):
        return max(0, LIMIT - self.used)


class Caller:
    """One client: calls until it has an answer or is told that there is no point."""

    def __init__(self, port, token, chance, streams):
        self.port = port
        self.random = chance
        mark = f"#{chance.getrandbits(48):012x}"
        self.call = new_call(
            token, mark=mark, text="x" * (chance.randint(*_PROMPT) - len(mark)), cap=chance.randint(*_CAPS),
            streams=streams, anthropic=chance.random() < 0.3)
        self.outcome = None
        self.ends = Counter()

    async def run(self):
        connection = None
        while self.outcome is None:
            try:
                if connection is None or not connection.is_usable:
                    connection = await Connection.open(self.port)
                answer = Answer()
                await connection.send("POST", self.call.path, self.call.headers, self.call.body)
                await connection.receive(answer)
                pause = self._judge(answer)
            except (OSError, EOFError) as error:
                self.ends[f"broke off: {type(error).__name__}"] += 1
                connection, pause = None, 0.5
            if self.outcome is None:
                await asyncio.sleep(pause)
        if connection:
            connection.hang_up()

    def _judge(self, answer):
        """Returns the seconds to wait before the next attempt, should there be one."""
        self.ends[f"{answer.status} {answer.code}".strip()] += 1
        if answer.status == 200:
            self.outcome = "answered" if answer.is_complete else "half an answer"
        elif answer.code in ("monthly_limit_exceeded", "exceeds_remaining_tokens"):
            self.outcome = "refused"
        elif answer.status not in (429, 503) or answer.retry_after is None:
            self.outcome = f"{answer.status} {bytes(answer.body[:200])!r}"
        # As the vendors' clients do, not all at the same moment.
        return (answer.retry_after or 0) + self.random.uniform(0, 0.25)


class Trial:
    """Rounds on one database with a number of replicas."""

    def __init__(self, engine, replicas, lost, rounds, seed, first=0):
        """lost: the share of commits whose answers get lost. first: the number of rounds before; every other one streams."""
        self.engine, self.replicas, self.lost, self.rounds, self.first = engine, replicas, lost, rounds, first
        self.random = random.Random(seed)
        self.done = []
        self.ends = Counter()
        self.problems = []

    @property
    def name(self):
        lost = f", {self.lost:.0%} of the commits unanswered" if self.lost else ""
        return f"{self.engine}, {self.replicas} replica{'s' if self.replicas > 1 else ''}{lost}"

    async def run(self):
        upstream = await Upstream().start()
        deployment = Deployment(self.engine, upstream.port)
        lossy = None
        try:
            # The first token also sets up the database, which replicas should find.
            await deployment.issue_token(1)
            if self.lost:
                lossy = await LossyPostgres(deployment.database.url, self.random.random()).start()
                deployment.proxies_database_url = lossy.url
            proxies = [deployment.proxy() for _ in range(self.replicas)]
            for proxy in proxies:
                await proxy.start()
            if lossy:
                lossy.share = self.lost
            for number in range(self.rounds):
                self.done.append(await self._round(number, upstream, deployment, proxies))
                self._tell(number)
            for proxy in proxies:
                await proxy.stop()
            if lossy and not lossy.lost:
                self.problems.append(f"{self.name}: no answer was lost")
        except ProgramFailed as failure:
            self.problems.append(str(failure))
        finally:
            await deployment.close()
            await upstream.close()
            if lossy:
                await lossy.close()
        self.problems += [text for each in self.done for text in each.violations]
        self.problems += upstream.ledger.oddities

    async def _round(self, number, upstream, deployment, proxies):
        streams = (self.first + number) % 2 == 1
        token, customer = await deployment.issue_token(LIMIT)
        callers = [
            Caller(proxies[index % len(proxies)].port, token, random.Random(self.random.random()), streams)
            for index in range(CALLS)]
        violations = []
        started = time.monotonic()
        tasks = [asyncio.create_task(caller.run()) for caller in callers]
        _, pending = await asyncio.wait(tasks, timeout=_ROUND_SECONDS)
        seconds = time.monotonic() - started
        for task in pending:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if pending:
            violations.append(f"{len(pending)} calls got no end in {_ROUND_SECONDS} s")
        outcomes = Counter(caller.outcome for caller in callers)
        for caller in callers:
            self.ends.update(caller.ends)
        odd = [outcome for outcome in outcomes if outcome not in ("answered", "refused", None)]
        violations += [f"{outcomes[outcome]} calls ended with {outcome}" for outcome in odd]
        quota = await self._settled(deployment, customer, violations)
        produced = sum(entry.units for entry in upstream.ledger.take().values())
        name = f"{self.name}, round {number + 1}, {'streaming' if streams else 'plain'}"
        retries = sum(caller.ends.total() - 1 for caller in callers)
        done = Round(name, produced, quota.used, outcomes["answered"], outcomes["refused"], retries, seconds, violations)
        self._check(done)
        done.violations[:] = [f"{name}: {text}" for text in violations]
        return done

    async def _settled(self, deployment, customer, violations):
        """The customer's quota, once nothing of it is set aside."""
        deadline = time.monotonic() + _SETTLING_SECONDS
        while True:
            quota = next(each for each in deployment.database.quotas() if each.customer_id == customer)
            if quota.reserved == 0:
                return quota
            if time.monotonic() > deadline:
                violations.append(f"{quota.reserved} units still set aside after {_SETTLING_SECONDS} s")
                return quota
            await asyncio.sleep(0.1)

    def _check(self, done):
        if done.over:
            done.violations.append(f"{done.over} units over the limit: {done.produced} produced, {done.used} used")
        if done.unused > _MOST_UNUSED:
            done.violations.append(f"{done.unused} units unused, at most {_MOST_UNUSED} may be")
        if done.used != done.produced:
            done.violations.append(f"{done.produced} units produced, {done.used} charged")

    def _tell(self, number):
        done = self.done[-1]
        print(f"  {self.name}: {number + 1} of {self.rounds}: {done.answered} answered, {done.refused} refused, "
              f"{done.retries} retries, unused {100 * done.unused / LIMIT:.2f} %, {done.seconds:.1f} s"
              f"{', ' + str(len(done.violations)) + ' violations' if done.violations else ''}", flush=True)


def report(trials):
    print(f"\n== {CALLS} calls at once, limit {LIMIT} units ==")
    for trial in trials:
        if not trial.done:
            continue
        unused = [100 * each.unused / LIMIT for each in trial.done]
        seconds = [each.seconds for each in trial.done]
        print(f"  {trial.name}: {len(trial.done)} rounds; over the limit: {sum(each.over for each in trial.done)} units; "
              f"unused: median {statistics.median(unused):.2f} %, worst {max(unused):.2f} %; "
              f"answered: {statistics.mean(each.answered for each in trial.done):.1f} a round; "
              f"a round takes: median {statistics.median(seconds):.1f} s, at most {max(seconds):.1f} s")
        print(f"    ends: {', '.join(f'{count} {end}' for end, count in trial.ends.most_common())}")
    problems = [text for trial in trials for text in trial.problems]
    for text in problems[:10]:
        print(f"    {text}")
    print(f"{sum(len(trial.done) for trial in trials)} rounds, {len(problems)} violations")
    return 1 if problems else 0


async def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/limit-proxy", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50, help="rounds in all (default: 50)")
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--seed", type=int, help="repeats the choices of an earlier run, though not its timing")
    options = parser.parse_args(arguments)
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed {seed}")
    chance = random.Random(seed)
    engines = ["sqlite", "postgres"] if options.database == "both" else [options.database]
    kinds = [(engine, replicas, 0) for engine in engines for replicas in (1, 3)]
    if "postgres" in engines:
        kinds.append(("postgres", 3, _LOST))
    trials = []
    for index, (engine, replicas, lost) in enumerate(kinds):
        rounds = options.rounds // len(kinds) + (index < options.rounds % len(kinds))
        if rounds:
            trials.append(Trial(engine, replicas, lost, rounds, chance.random(), sum(each.rounds for each in trials)))
            await trials[-1].run()
    return report(trials)


if __name__ == "__main__":
    run(main, sys.argv[1:])
