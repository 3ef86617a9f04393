"""Prints the medians, what was wanted, the conditions, and the ratios in one line."""

import operator
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

from measure import CASES, HELD, JSON1, JSON16, JSON64, PACED64, STREAMS16, STREAMS64

NAMES = ["direct", "nginx", "openclaw-cloud", "LiteLLM"]
OURS = "openclaw-cloud"


def print_table(results):
    columns = ["per second", "of nginx", "CPU µs", "p50 ms", "p99 ms", "first byte ms"]
    print(f"{'medians':17}" + "".join(f"{column:>15}" for column in columns))
    for case in CASES:
        names = [name for name in NAMES if (case.key, name) in results.runs]
        if not names:
            continue
        print(case.title)
        for name in names:
            rate = results.median(case, name, "per_second")
            cells = [
                f"{rate:,.0f}",
                _cell(_ratio_to_nginx(results, case, name) if name == OURS else None, 3),
                _cell(results.median(case, name, "cpu_us"), 1),
                _cell(results.median(case, name, "p50_ms"), 3),
                _cell(results.median(case, name, "p99_ms"), 3),
                _cell(results.median(case, name, "first_byte_p50_ms"), 3),
            ]
            print(f"  {name:15}" + "".join(f"{cell:>15}" for cell in cells))
    print("memory of open streams, kB per stream")
    for name in NAMES:
        held = [(streams, results.held_median(streams, name)) for streams in HELD]
        cells = [f"{streams:,} held: {value:,.1f}" for streams, value in held if value is not None]
        if cells:
            print(f"  {name:15}" + "".join(f"{cell:>22}" for cell in cells))


def _ratio_to_nginx(results, case, name):
    return results.by_round(case, name, "nginx", "per_second", operator.truediv)


def _cell(value, digits):
    return "" if value is None else f"{value:,.{digits}f}"


@dataclass
class Figure:
    """One of the figures the product is held to; none if its contenders weren't measured."""

    title: str
    value: float | None
    wanted: float
    at_least: bool
    form: str
    # The same in the line of ratios.
    brief: str

    @property
    def holds(self):
        return self.value is None or (self.value >= self.wanted if self.at_least else self.value <= self.wanted)


def figures(results):
    json16, json64, *streams = (
        _ratio_to_nginx(results, case, OURS) for case in (JSON16, JSON64, STREAMS16, STREAMS64, PACED64)
    )
    lowest = min((ratio for ratio in streams if ratio is not None), default=None)
    added = results.by_round(JSON1, OURS, "direct", "p50_ms", operator.sub)
    # LiteLLM has rounds of its own, so only the medians can be compared.
    ours16, litellm16 = (results.median(JSON16, name, "per_second") for name in (OURS, "LiteLLM"))
    to_litellm = ours16 / litellm16 if ours16 and litellm16 else None
    cpu = results.median(JSON16, OURS, "cpu_us")
    memory = results.held_median(2000, OURS)
    return [
        Figure("requests/s of nginx's, 16 connections", json16, 0.60, True, "{:.2f}", "json16 {} of nginx"),
        Figure("requests/s of nginx's, 64 connections", json64, 0.60, True, "{:.2f}", "json64 {}"),
        Figure("streams/s of nginx's, lowest of the three cases", lowest, 0.85, True, "{:.2f}", "streams {}"),
        Figure("CPU per request, 16 connections, µs", cpu, 32, False, "{:.1f}", "{} µs/request"),
        Figure("added to the median, 1 connection, ms", added, 0.10, False, "{:.3f}", "+{} ms at one connection"),
        Figure("memory per open stream of 2,000, kB", memory, 25, False, "{:.1f}", "{} kB/stream"),
        Figure("requests/s of LiteLLM's, 16 connections", to_litellm, 200, True, "{:.0f}", "{}x LiteLLM"),
    ]


def print_thresholds(all_figures):
    print(f"{'wanted of openclaw-cloud':50}{'at':>9}{'is':>14}")
    for figure in all_figures:
        sign = "≥" if figure.at_least else "≤"
        value, mark = ("not measured", " ") if figure.value is None else (
            figure.form.format(figure.value), "✓" if figure.holds else "✗"
        )
        print(f"  {figure.title:48}{sign + ' ' + figure.form.format(figure.wanted):>9}{value:>14} {mark}")


def print_ratios(all_figures):
    measured = [each.brief.format(each.form.format(each.value)) for each in all_figures if each.value is not None]
    print("ratios: " + (", ".join(measured) or "none, without openclaw-cloud and another contender"))


def print_conditions(root, cores, load_before, rounds, seconds, litellm_version, program):
    def first_line(*command):
        """Of what the command says on either output; nginx tells its version on the one for errors."""
        try:
            process = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        except OSError:
            return "unknown"
        lines = process.stdout.splitlines()
        return lines[0].strip() if process.returncode == 0 and lines else "unknown"

    cpu = "unknown CPU"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    load_after = os.getloadavg()[0]
    print(f"conditions: {cpu}, {len(cores)} of {os.cpu_count()} cores shared by all parts, Linux {platform.release()}")
    print(f"  load average {load_before:.2f} before and {load_after:.2f} after; {rounds} × {seconds:g} s each, interleaved")
    print(
        f"  openclaw-cloud {program or first_line('git', 'describe', '--always', '--dirty')}, "
        f"{first_line('nginx', '-v').removeprefix('nginx version: ')}, LiteLLM {litellm_version}, "
        f"Python {platform.python_version()}, {first_line('swift', '--version')}"
    )
