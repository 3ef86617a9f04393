"""Measures the operator beside kubectl: from a job to a ready agent, a fleet made from nothing, and a resync of it.

    scripts/bench-operator             everything: 300 boxes, 15 pairs, in about four minutes
    scripts/bench-operator --quick     a look: 30 boxes, 5 pairs
    scripts/bench-operator --check     exits with 1 if a time isn't what is wanted of the product

If the operator wrote what nobody wanted, alarmed the host, or left a box's bounds, it exits with 1 in any case. It wants a
cluster that nothing else uses, starts scripts/test-cluster's unless one is up, and deletes what it made.
"""

import argparse
import asyncio
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import access
import audit
from cluster import OURS, Cluster, Identity
from fleet import PROGRAM, ROOT, Fleet, ProgramFailed
from operators import Operator

sys.path.append(str(ROOT / "Benchmarks" / "harness"))
sys.path.append(str(ROOT / "Tests" / "TokenProxyTrials"))

from report import Figure, print_thresholds  # noqa: E402
from running import run  # noqa: E402

#: Seconds until something has to be so.
_PATIENCE = 400
#: The boxes of the pairs are alike.
_TIER = "starter"


def progress(text):
    print(text, file=sys.stderr, flush=True)


async def wait(what, is_so, pause=0.05):
    """Returns the seconds it took."""
    started = time.monotonic()
    while not is_so():
        if time.monotonic() - started > _PATIENCE:
            raise ProgramFailed(f"not so within {_PATIENCE} s: {what}")
        await asyncio.sleep(pause)
    return time.monotonic() - started


class Stage:
    """A fleet of its own and its operator at work, straight at the API server."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.fleet = Fleet(LOG_LEVEL="notice")
        self.operator = None

    async def __aenter__(self):
        try:
            self.identity = await Identity(self.cluster, self.fleet.folder).log_in()
            self.log = audit.AuditLog(self.identity.user) if audit.AuditLog.exists() else None
            # Its log tells that it leads.
            self.operator = Operator(self.fleet, self.identity.kubeconfig(), LOG_LEVEL="info")
            await self.operator.start()
            await self.operator.wait_leading()
            # What it does by itself at its start is done.
            await wait("the first resync", lambda: self.fleet.jobs("operator.resync", states="('complete')") > 0)
            return self
        except BaseException as error:
            await self.__aexit__(type(error))
            raise

    async def __aexit__(self, kind=None, *_):
        try:
            if self.operator and kind is None:
                # Its lease is free then, and the next one needn't wait.
                await self.operator.stop()
        finally:
            if self.operator:
                await self.operator.end()
            await self._remove_namespaces()
            self.fleet.close()

    async def _remove_namespaces(self):
        """Whatever is left, by the administrator."""
        for namespace in await self.cluster.list("Namespace", selector=OURS):
            await self.cluster.delete("Namespace", None, namespace["metadata"]["name"])

    def is_quiet(self):
        return self.fleet.jobs("operator.resync") == 0 and self.fleet.jobs() == 0

    async def delete_all(self):
        """Has the operator remove its boxes, and then whatever kubectl made; returns the seconds of the former."""
        started = time.monotonic()
        for box in self.fleet.boxes("desired = 'running'"):
            self.fleet.want(box, desired="deleted")
        await wait(
            "all boxes are deleted", lambda: self.fleet.count("desired = 'deleted' AND status <> 'deleted'") == 0, 0.2)
        seconds = time.monotonic() - started
        await self._remove_namespaces()
        while await self.cluster.list("Namespace", selector=OURS):
            await asyncio.sleep(0.5)
        return seconds


# Pairs

async def ours(stage):
    started = time.monotonic()
    box, = stage.fleet.add(1, tier=_TIER)
    await wait("the box runs", lambda: stage.fleet.box(box.id).is_as_wanted, 0.005)
    return time.monotonic() - started


async def kubectls(stage, folder):
    # Wanted as a draft, the operator leaves it alone.
    box, = stage.fleet.add(1, tier=_TIER, desired="draft", enqueued=False)
    manifest = Path(folder) / f"{box.id}.yaml"
    manifest.write_text(stage.fleet.render(box))
    started = time.monotonic()
    for command in (
        ["apply", "--server-side", "-f", str(manifest)],
        ["wait", "--for=condition=Available", "deployment/agent", "-n", box.namespace, "--timeout=120s"],
    ):
        process = await asyncio.create_subprocess_exec(
            "kubectl", *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        output, _ = await process.communicate()
        if process.returncode != 0:
            raise ProgramFailed(f"kubectl {command[0]}: {output.decode(errors='replace')}")
    return time.monotonic() - started


async def measure_pairs(cluster, count):
    """Two lists of seconds."""
    results = ([], [])
    async with Stage(cluster) as stage:
        with tempfile.TemporaryDirectory() as folder:
            # The first of each is warmer for the second one, and not counted.
            await ours(stage)
            await kubectls(stage, folder)
            for number in range(count):
                # The queue is looked at twice a second; not always at the same distance from the last look.
                await asyncio.sleep(random.uniform(0.5, 1))
                for index in ((0, 1) if number % 2 else (1, 0)):
                    results[index].append(await (kubectls(stage, folder) if index else ours(stage)))
                progress(f"pair {number + 1}/{count}: operator {results[0][-1]:.2f} s, kubectl {results[1][-1]:.2f} s")
        progress("deleting them")
        await stage.delete_all()
    return results


# The fleet

@dataclass
class FleetFigures:
    boxes: int
    provision: float
    provision_requests: Counter
    provision_cpu: float
    alarms: int
    resync: float
    resync_requests: Counter
    resync_cpu: float
    rss: float
    peak: float
    delete: float
    faults: list
    #: Requests made for one box that name another one's namespace.
    strays: list


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def counted(requests):
    return Counter(f"{each.verb} {each.resource}" for each in requests if each.resource != "leases" and each.verb != "watch")


def writes(counts):
    return sum(count for name, count in counts.items() if name.split()[0] not in ("get", "list"))


async def measure_fleet(cluster, count):
    async with Stage(cluster) as stage:
        fleet, operator, log = stage.fleet, stage.operator, stage.log
        requests = lambda: log.asked() if log else []  # noqa: E731
        if log:
            log.mark()
        cpu = cpu_seconds(operator.process)
        fleet.add(count)
        started = time.monotonic()
        shown = started
        while (running := fleet.count("status = 'running' AND observed_generation = generation")) < count:
            if time.monotonic() - started > _PATIENCE:
                raise ProgramFailed(f"only {running} of {count} boxes run after {_PATIENCE} s:\n{operator.log_tail()}")
            if time.monotonic() - shown > 5:
                shown = time.monotonic()
                progress(f"{shown - started:5.0f} s  {running} of {count} boxes run")
            await asyncio.sleep(0.1)
        provision = time.monotonic() - started
        progress(f"{count} boxes run after {provision:.1f} s")
        await wait("the queue is quiet", stage.is_quiet)
        made = requests()
        provision_cpu = cpu_seconds(operator.process) - cpu
        alarms = fleet.jobs("notifications.alert-host", states="('queued', 'running', 'complete', 'failed')")

        await _keep_clear_of_the_periodic_resync(stage)
        if log:
            log.mark()
        cpu = cpu_seconds(operator.process)
        started = time.monotonic()
        fleet.resync()
        await wait("the resync is done", stage.is_quiet, 0.02)
        resync = time.monotonic() - started
        resynced, resync_cpu = requests(), cpu_seconds(operator.process) - cpu
        progress(f"all of them resynced in {resync:.1f} s")
        rss, peak = operator.memory()
        strays, alone = await _one_alone(stage) if log else ([], [])
        progress("deleting them")
        delete = await stage.delete_all()
        return FleetFigures(
            count, provision, counted(made), provision_cpu, alarms, resync, counted(resynced), resync_cpu, rss, peak, delete,
            audit.faults(made + resynced + alone), strays)


async def _one_alone(stage):
    """Leads a single box through its life while the others are there, and returns the requests that name one of them."""
    box = stage.fleet.boxes("desired = 'running'")[0]
    stage.log.mark()
    for changes in ({"restart_marker": +1}, {"tier": "team"}, {"desired": "suspended"}, {"desired": "running"},
                    {"desired": "deleted"}):
        stage.fleet.want(box, **changes)
        await wait("the one box is as wanted", lambda: stage.fleet.box(box.id).is_as_wanted)
    made = stage.log.asked()
    progress(f"one box alone: {len([each for each in made if each.namespace == box.namespace])} requests")
    return audit.others(made, box.namespace), made


async def _keep_clear_of_the_periodic_resync(stage):
    """The one that is measured shall be the only one."""
    read = "SELECT next_run_at FROM periodic_jobs WHERE kind = 'operator.resync'"
    while (left := stage.fleet.rows.read(read)[0][0] / 1000 - time.time()) < 30:
        progress(f"waiting for the periodic resync in {max(left, 0):.0f} s")
        await asyncio.sleep(max(left, 0) + 2)
    await wait("the queue is quiet", stage.is_quiet)


# What is printed

def print_table(pairs, fleet):
    mine, theirs = pairs
    print(f"{'medians of ' + str(len(mine)) + ' pairs, seconds':42}{'median':>10}{'least':>10}{'most':>10}")
    for name, values in (("operator, from a job to a running row", mine), ("kubectl apply and wait, the same objects", theirs)):
        print(f"  {name:40}{statistics.median(values):10.2f}{min(values):10.2f}{max(values):10.2f}")
    print(f"{str(fleet.boxes) + ' boxes':42}{'seconds':>10}{'requests':>10}{'per box':>10}{'writes':>10}{'CPU s':>10}")
    for name, seconds, counts, cpu in (
        ("from rows to running", fleet.provision, fleet.provision_requests, fleet.provision_cpu),
        ("one resync of all", fleet.resync, fleet.resync_requests, fleet.resync_cpu),
    ):
        total = counts.total()
        cells = [f"{total}", f"{total / fleet.boxes:.1f}", f"{writes(counts)}"] if counts else [""] * 3
        print(f"  {name:40}{seconds:10.1f}" + "".join(f"{cell:>10}" for cell in cells) + f"{cpu:10.1f}")
    print(f"  {'removed again':40}{fleet.delete:10.1f}")
    print(f"  operator's memory, MB: resident {fleet.rss:.0f}, at most {fleet.peak:.0f}")
    print(f"  alarms to the host meanwhile: {fleet.alarms}")
    for title, counts in (("making them", fleet.provision_requests), ("the resync", fleet.resync_requests)):
        texts = [f"{count} {name}" for name, count in counts.most_common()]
        print(f"  requests of {title}: {', '.join(texts) or 'no audit log'}")
    for text, request in fleet.faults[:10]:
        print(f"  audit: {text}: {request.verb} {request.target}")
    for request in fleet.strays[:10]:
        print(f"  audit: made for another box: {request.verb} {request.target}")


def figures(pairs, fleet):
    mine, theirs = (statistics.median(values) for values in pairs)
    measured = bool(fleet.provision_requests)
    return [
        Figure("job to running, more than kubectl's, s", mine - theirs, 1.5, False, "{:.2f}", "{} s to kubectl"),
        Figure(f"{fleet.boxes} boxes from rows to running, s", fleet.provision, 90, False, "{:.1f}", "fleet in {} s"),
        Figure(f"resync of {fleet.boxes} boxes, s", fleet.resync, 10, False, "{:.1f}", "resync in {} s"),
        Figure("writes of that resync", float(writes(fleet.resync_requests)) if measured else None, 0, False, "{:.0f}",
               "{} writes"),
        Figure("false alarms to the host", float(fleet.alarms), 0, False, "{:.0f}", "{} false alarms"),
        Figure("requests out of a box's bounds", float(len(fleet.faults)) if measured else None, 0, False, "{:.0f}",
               "{} out of bounds"),
        Figure("requests for one box that name another", float(len(fleet.strays)) if measured else None, 0, False, "{:.0f}",
               "{} astray"),
    ]


def print_conditions(load_before):
    version = subprocess.run(["kubectl", "version", "-o", "json"], capture_output=True, text=True).stdout
    words = [line.split('"')[3] for line in version.splitlines() if '"gitVersion"' in line]
    cpu = next((line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"conditions: {cpu}, {os.cpu_count()} cores shared by all parts, Linux {platform.release()}, "
          f"load average {load_before:.2f} before and {os.getloadavg()[0]:.2f} after")
    print(f"  {PROGRAM}; kubectl and API server {', '.join(words)}; {os.environ.get('TEST_CLUSTER_KIND', 'unknown')} node")


async def main(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/bench-operator", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--boxes", type=int, help="of the fleet; default 300")
    parser.add_argument("--pairs", type=int, help="of operator and kubectl; default 15")
    parser.add_argument("--quick", action="store_true", help="30 boxes and 5 pairs")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a time isn't what is wanted, too")
    parser.add_argument("--program", help="another build of openclaw-cloud than .build-release/release/openclaw-cloud")
    options = parser.parse_args(arguments)
    boxes, pairs = options.boxes or (30 if options.quick else 300), options.pairs or (5 if options.quick else 15)
    load_before = os.getloadavg()[0]
    if load_before > 0.5 * os.cpu_count():
        progress(f"The load average is {load_before:.2f}: something else runs here, and the figures will suffer.")
    cluster = Cluster()
    started = time.monotonic()
    access.apply()
    try:
        measured = await measure_pairs(cluster, pairs)
        fleet = await measure_fleet(cluster, boxes)
    finally:
        cluster.close()
    progress(f"measured in {time.monotonic() - started:.0f} s\n")
    all_figures = figures(measured, fleet)
    print_table(measured, fleet)
    print()
    print_thresholds(all_figures)
    print()
    print_conditions(load_before)
    mine, theirs = (statistics.median(values) for values in measured)
    print(f"ratios: {mine / theirs:.2f} of kubectl's time, " + ", ".join(
        each.brief.format(each.form.format(each.value)) for each in all_figures if each.value is not None))
    return 0 if all(each.holds for each in all_figures if options.check or each.wanted == 0) else 1


if __name__ == "__main__":
    try:
        run(main, sys.argv[1:])
    except ProgramFailed as failure:
        print(f"bench-operator: {failure}", file=sys.stderr)
        sys.exit(2)
