"""Runs the cases against the contenders and collects what each run came to."""

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

from processes import Failure


@dataclass(frozen=True)
class Case:
    key: str
    title: str
    connections: int
    is_stream: bool = False
    delay: int = 0

    def command(self, load, contender, seconds):
        kind, url = ("streams", contender.stream_url) if self.is_stream else ("json", contender.json_url)
        command = [load, kind, "--url", url, "--token", contender.token]
        command += ["--connections", str(self.connections), "--seconds", str(seconds)]
        return command + (["--chunks", "20", "--delay", str(self.delay)] if self.is_stream else [])


JSON1 = Case("json1", "JSON of 1 KB, 1 connection", 1)
JSON16 = Case("json16", "JSON of 1 KB, 16 connections", 16)
JSON64 = Case("json64", "JSON of 1 KB, 64 connections", 64)
STREAMS16 = Case("streams16", "streams of 20 chunks, 16 connections", 16, is_stream=True)
STREAMS64 = Case("streams64", "streams of 20 chunks, 64 connections", 64, is_stream=True)
PACED64 = Case("paced64", "streams of 20 chunks 10 ms apart, 64 connections", 64, is_stream=True, delay=10)
CASES = [JSON1, JSON16, JSON64, STREAMS16, STREAMS64, PACED64]
HELD = [200, 2000]


def progress(text):
    print(text, file=sys.stderr, flush=True)


@dataclass
class Results:
    """Every run's figures by (case, contender), in the order of the rounds; kB per held stream by (streams, contender)."""

    runs: dict = field(default_factory=dict)
    held: dict = field(default_factory=dict)

    def median(self, case, contender, figure):
        """None if there is no such figure."""
        values = [run[figure] for run in self.runs.get((case.key, contender), []) if figure in run]
        return statistics.median(values) if values else None

    def by_round(self, case, contender, other, figure, compare):
        """The median over the rounds of two contenders' figures compared; None if there are none. What disturbs the machine
        for longer than a round disturbs both, and falls out."""
        pairs = zip(self.runs.get((case.key, contender), []), self.runs.get((case.key, other), []))
        values = [compare(first[figure], second[figure]) for first, second in pairs]
        return statistics.median(values) if values else None

    def held_median(self, streams, contender):
        values = self.held.get((streams, contender))
        return statistics.median(values) if values else None


class Bench:
    def __init__(self, load, results):
        self.load = load
        self.results = results

    def measure(self, case, contender, seconds, label=""):
        server = contender.server
        before = server.cpu_seconds() if server else 0
        run = self._run(case, contender, seconds)
        if server:
            # What it does right after its answers, such as writing the books, belongs to them.
            time.sleep(0.1)
            run["cpu_us"] = (server.cpu_seconds() - before) * 1e6 / run["count"]
        self.results.runs.setdefault((case.key, contender.name), []).append(run)
        cpu = f"{run['cpu_us']:8.1f} µs CPU" if "cpu_us" in run else ""
        rate, median = run["per_second"], run["p50_ms"]
        progress(f"{label:12} {case.key:10} {contender.name:15} {rate:9.0f}/s {median:9.3f} ms {cpu}")

    def warm_up(self, contender, seconds=0.5):
        for case in (JSON16, STREAMS16):
            self._run(case, contender, seconds)

    def _run(self, case, contender, seconds):
        command = case.command(self.load, contender, seconds)
        process = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds + 60)
        what = f"{contender.name}, {case.title}"
        if process.returncode != 0:
            raise Failure(f"{what}: {process.stderr.strip()}")
        run = json.loads(process.stdout)
        if run["errors"] or not run["count"]:
            log = f"\nThe end of its log:\n{contender.server.log_end()}" if contender.server else ""
            first = run.get("first_error", "nothing was answered")
            raise Failure(f"{what}: {run['errors']} errors, the first: {first}{log}")
        return run

    def hold(self, contender, streams):
        """kB of resident memory per open stream. The contender should be fresh: memory once used rarely goes back to the
        system, and would be missing in the next difference."""
        self._run(JSON1, contender, 0.2)
        before = contender.server.resident_kilobytes()
        command = [self.load, "hold", "--url", contender.stream_url, "--token", contender.token, "--streams", str(streams)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                if process.stdout.readline().strip() == f"held {streams}":
                    time.sleep(0.5)
                    kilobytes = (contender.server.resident_kilobytes() - before) / streams
                _, complaint = process.communicate(timeout=60)
            finally:
                process.kill()
        if process.returncode != 0:
            raise Failure(f"{contender.name}, {streams} streams held open: {complaint.strip()}")
        self.results.held.setdefault((streams, contender.name), []).append(kilobytes)
        progress(f"{'memory':12} {streams:4} held  {contender.name:15} {kilobytes:9.1f} kB per stream")
