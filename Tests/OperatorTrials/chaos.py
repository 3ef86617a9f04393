"""Lets everything go wrong around the operator for a while, and then holds the cluster against the rows.

    scripts/chaos-operator [--minutes N | --seconds N] [--database sqlite|postgres] [--seed N]

About twenty boxes. Some are never touched and some only in ways that cost no restart: neither may ever get a second pod.
To the others happens whatever an administrator and a customer can do. Meanwhile operators are killed at named points and
at random moments, frozen, and doubled; requests fail, watches end, API servers are killed. Then all of it ends, the operator
has 90 seconds, and every box must be exactly what its row wants.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import time

import access
import audit
from cluster import OURS, Away, Cluster, Identity
from fleet import ROOT, Fleet, ProgramFailed
from interceptor import Interceptor
from pool import Pool
from turmoil import Turmoil
from verdict import Inspection, Verdict
from witness import Witness

sys.path.append(str(ROOT / "Tests" / "TokenProxyTrials"))

from running import run  # noqa: E402

_BOXES = {"untouched": 4, "harmless": 5, "wild": 12}
#: Seconds for all boxes to run before anything happens, and to be as they should be once nothing happens any more.
_START_SECONDS = 90
_CALM_SECONDS = 90


class Campaign:
    def __init__(self, engine, seconds, seed, without=()):
        self._without = without
        self._seconds = seconds
        self._seed = seed
        self.verdict = Verdict()
        self._fleet = Fleet(engine)
        self._cluster = Cluster()
        self.calm_after = None

    async def run(self):
        access.apply()
        identity = await Identity(self._cluster, self._fleet.folder).log_in()
        log = audit.AuditLog(identity.user) if audit.AuditLog.exists() else None
        self.interceptor = Interceptor(self._cluster, identity, self._seed)
        self.pool = Pool(self._fleet, self.interceptor)
        self.witness = Witness(self._cluster)
        self.witness.started = self._started = time.monotonic()
        self.witness.start()
        progress = asyncio.create_task(self._show_progress())
        try:
            groups = await self._populate()
            await self.turmoil_of(groups)
            await self._inspect(groups, log)
        finally:
            progress.cancel()
            self.witness.close()
            await self.pool.close()
            self.interceptor.close()
            await self._remove_all()
            self._cluster.close()

    async def _populate(self):
        """Returns the groups of those that aren't wild."""
        self.turmoil = None
        boxes = self._fleet.add(sum(_BOXES.values()))
        for box in boxes:
            self.witness.warrant(box, "made", 1)
        await self.pool.keep("a")
        if not await self._becomes_calm(_START_SECONDS):
            raise ProgramFailed(f"the fleet didn't run:\n{self.pool.operators['a'].log_tail()}")
        names = [name for name, count in _BOXES.items() for _ in range(count)]
        return {box.id: name for box, name in zip(boxes, names) if name != "wild"}

    async def turmoil_of(self, groups):
        self.turmoil = Turmoil(
            self._cluster, self._fleet, self.pool, self.interceptor, self.witness, groups, self._seed,
            self._without)
        self.turmoil.start(self._seconds)
        try:
            await asyncio.sleep(self._seconds)
        finally:
            await self.turmoil.stop()
        if "b" in self.pool.names:
            await self.pool.drop("b", gently=True)
        await self.pool.keep("a")

    async def _becomes_calm(self, limit):
        """Waits until the queue has been empty for two seconds, and each row is as it is wanted."""
        started = time.monotonic()
        since, asked = None, None
        while time.monotonic() - started < limit:
            # What the product does every five minutes, so that nobody has to wait for it here.
            if self.turmoil and (asked is None or time.monotonic() - asked > 30):
                asked = time.monotonic()
                self._fleet.resync()
            waiting = self._fleet.jobs() + self._fleet.jobs("operator.resync")
            if waiting or not all(each.is_as_wanted for each in self._fleet.boxes("desired <> 'draft'")):
                since = None
            else:
                since = since or time.monotonic()
                if time.monotonic() - since > 2:
                    self.calm_after = since - started
                    return True
            await asyncio.sleep(0.1)
        return False

    async def _inspect(self, groups, log):
        if not await self._becomes_calm(_CALM_SECONDS):
            jobs = self._fleet.rows.read(
                "SELECT kind, state, attempt, run_at, reason FROM jobs WHERE kind LIKE 'operator.rec%' "
                "AND state IN ('queued', 'running')")
            self.verdict.add(f"not calm after {_CALM_SECONDS} s", f"{len(jobs)} jobs, the first: {jobs[:3]}")
        inspection = Inspection(self._cluster, self._fleet, self.witness, self.interceptor.record, self.verdict)
        untouched = self._fleet.box(next(box for box, group in groups.items() if group == "untouched"))
        await inspection.run(untouched, self.turmoil.deleted_namespaces)
        for box, group in groups.items():
            pods = len(self.witness.pods[box])
            if pods != 1:
                story = "\n        ".join(self.witness.story(self._fleet.box(box), self.interceptor.record))
                self.verdict.add(f"a box that was {group} got new pods", f"{box}: {pods} pods\n        {story}")
        for point, times in self.turmoil.missed.items():
            if times >= 3 and not self.turmoil.done[f"killed {point}"]:
                self.verdict.add("a point was never passed", f"{point}, {times} attempts")
        for text in self.pool.faults:
            self.verdict.add("an operator ended by itself", text)
        for text in self.turmoil.faults:
            self.verdict.add("the trial stumbled", text)
        for source, requests in (("interceptor", self.interceptor.record), ("audit log", log.asked() if log else [])):
            for text, request in audit.faults(requests):
                self.verdict.add(f"out of bounds ({source})", f"{text}: {request.verb} {request.target}")

    async def _remove_all(self):
        """By the administrator, who doesn't leave anything to the operator any more."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                namespaces = await self._cluster.list("Namespace", selector=OURS)
                if not namespaces:
                    break
                for each in namespaces:
                    if not each["metadata"].get("deletionTimestamp"):
                        await self._cluster.delete("Namespace", None, each["metadata"]["name"])
            except Away:
                pass
            await asyncio.sleep(1)

    async def _show_progress(self):
        while True:
            await asyncio.sleep(10)
            boxes = self._fleet.boxes("desired <> 'deleted'")
            done = self.turmoil.done.total() if self.turmoil else 0
            print(f"  {time.monotonic() - self._started:5.0f} s  {len(boxes)} boxes, {sum(b.is_as_wanted for b in boxes)} as "
                  f"wanted, {done} deeds, {self.pool.starts} starts, {len(self.interceptor.record)} requests", flush=True)

    def report(self):
        for title, counts in (
            ("what was done", self.turmoil.done), ("points not passed in time", self.turmoil.missed),
            ("how operators ended", self.pool.ends), ("what they complained of", self.pool.complaints()),
        ):
            print(f"== {title} ==")
            for name, count in sorted(counts.items()):
                print(f"  {count:5} {name}")
        failed = self._fleet.rows.read(
            "SELECT kind, state, count(*) FROM jobs WHERE kind LIKE 'operator.%' OR kind LIKE 'notifications.%' "
            "GROUP BY kind, state ORDER BY kind, state")
        print("== jobs ==")
        for kind, state, count in failed:
            print(f"  {count:5} {kind} {state}")
        faults = [each for each in self.interceptor.record if each.fault]
        pods = sum(len(each) for each in self.witness.pods.values())
        print(f"== violations ==\n  {len(self.interceptor.record)} requests ({len(faults)} of them disturbed), {pods} pods, "
              f"calm after {'-' if self.calm_after is None else format(self.calm_after, '.1f')} s")
        for rule, count in sorted(self.verdict.broken.items()):
            print(f"  {count:5} {rule}")
        for text in self.verdict.examples:
            print(f"    {text}")

    def keep(self, folder):
        """Logs and the record of requests, for whoever looks into a violation."""
        os.makedirs(folder, exist_ok=True)
        for name, operator in self.pool.operators.items():
            shutil.copy(operator.log, os.path.join(folder, f"{name}.log"))
        with open(os.path.join(folder, "requests.jsonl"), "w") as file:
            for each in self.interceptor.record:
                file.write(json.dumps(vars(each) | {"at": round(each.at - self._started, 3)}) + "\n")

    def close(self):
        self._fleet.close()


async def main(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/chaos-operator", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30, help="of turmoil (default: 30)")
    parser.add_argument("--seconds", type=float, help="the same in seconds")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, help="repeats the choices of an earlier run, though not its timing")
    parser.add_argument("--program", help="another build of openclaw-cloud than .build/debug/openclaw-cloud")
    parser.add_argument(
        "--without", metavar="TEXT", action="append", default=[],
        help="leaves out what an administrator does if its description has this text, such as podSelector; may be repeated")
    parser.add_argument("--keep", metavar="FOLDER", help="where to leave the operators' logs and the record of requests")
    options = parser.parse_args(arguments)
    seconds = options.minutes * 60 if options.seconds is None else options.seconds
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    campaign = Campaign(options.database, seconds, seed, options.without)
    try:
        await campaign.run()
        campaign.report()
        if options.keep:
            campaign.keep(options.keep)
    finally:
        campaign.close()
    kills = sum(count for name, count in campaign.pool.ends.items() if name.startswith("killed"))
    print(f"\n{seconds:.0f} s, {campaign.turmoil.done.total()} deeds, {kills} kills, {campaign.verdict.count} violations "
          f"(seed {seed})")
    return 1 if campaign.verdict.count else 0


if __name__ == "__main__":
    try:
        run(main, sys.argv[1:])
    except ProgramFailed as failure:
        print(f"chaos-operator: {failure}", file=sys.stderr)
        sys.exit(2)
