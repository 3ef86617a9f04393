"""Holds the product's books against the upstream's ledger."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from client import Call
from ledger import units


@dataclass
class Made:
    """A call that a client of the trial made, and what became of it there."""

    call: Call
    customer_id: str
    has_hung_up: bool = False
    is_complete: bool = False


@dataclass
class Findings:
    """What is wrong, and the sums. Units, unless said otherwise."""

    violations: Counter = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    produced: int = 0
    charged: int = 0
    #: Numbers of events.
    events: int = 0
    estimated: int = 0
    #: Estimated events of calls that never reached the upstream.
    unsent: int = 0
    #: Calls that the ledger knows and the books don't; only where a lost page cache may take them.
    lost: int = 0

    def violation(self, rule, text):
        self.violations[rule] += 1
        if len(self.examples) < 10:
            self.examples.append(f"({rule}) {text}")


def audit(ledger, made, database, *, after_power_loss=False):
    """Checks everything that must hold once nothing is under way.

    made: calls by their marks. after_power_loss: the youngest entries of a journal may be gone, so that sums count
    where single calls can't be found.
    """
    findings = Findings()
    events = database.events()
    by_id = {event.request_id: event for event in events}
    if len(by_id) != len(events):
        findings.violation("a", f"{len(events) - len(by_id)} request ids are charged more than once")
    findings.events = len(events)
    findings.estimated = sum(event.is_estimated for event in events)
    findings.produced = ledger.units
    findings.charged = sum(event.units for event in events)
    for text in ledger.oddities:
        findings.violation("upstream", text)
    for entry in ledger.entries.values():
        _check_entry(findings, entry, by_id.get(entry.request_id), made.get(entry.mark), after_power_loss)
    _check_unsent(findings, ledger, made, events, after_power_loss)
    _check_sums(findings, ledger, made, events, database.quotas())
    if after_power_loss:
        _check_losses(findings, ledger, made, events)
    if not database.is_settled():
        findings.violation("e", "units are still set aside, or leased")
    return findings


def _check_entry(findings, entry, event, made, after_power_loss):
    name = entry.request_id
    if made is None:
        findings.violation("upstream", f"{name}: no client made this call")
        return
    if entry.arrivals > 1:
        findings.violation("upstream", f"{name}: forwarded {entry.arrivals} times")
    if event is None:
        if after_power_loss:
            findings.lost += 1
        elif entry.units > 0:
            findings.violation("a", f"{name}: the upstream produced {entry.units}, nothing is charged")
        if made.is_complete and not after_power_loss:
            findings.violation("f", f"{name}: the client has the whole answer, nothing is charged")
        return
    told = f"{name}: charged {event.input}({event.cached})+{event.output}, produced {entry.input}({entry.cached})+{entry.output}"
    if event.customer_id != made.customer_id:
        findings.violation("customer", f"{name}: charged to {event.customer_id}, called by {made.customer_id}")
    if event.units < units(entry.input, event.cached, entry.output):
        findings.violation("a", told)
    exact = (entry.input, entry.cached, entry.output)
    if not event.is_estimated and not made.has_hung_up and (event.input, event.cached, event.output) != exact:
        findings.violation("b", told)
    if event.is_estimated and made.is_complete and not after_power_loss:
        findings.violation("g", f"{told}: an estimate, though the client has the whole answer")
    if event.is_estimated and event.units > made.call.bound:
        findings.violation("c", f"{told}, bound {made.call.bound}")


def _check_unsent(findings, ledger, made, events, after_power_loss):
    reached = {entry.mark for entry in ledger.entries.values()}
    unsent = [event for event in events if event.request_id not in ledger.entries]
    findings.unsent = len(unsent)
    if after_power_loss:
        # Write-offs for what was lost stand among them.
        return
    for event in unsent:
        if not event.is_estimated:
            findings.violation("d", f"{event.request_id}: {event.units} charged, the upstream never saw it")
    broken = sum(1 for mark, each in made.items() if mark not in reached and not each.is_complete)
    if len(unsent) > broken:
        findings.violation("d", f"{len(unsent)} events without a call upstream, but only {broken} calls broke off before it")


def _check_losses(findings, ledger, made, events):
    """Whatever a journal lost, the customer's leases that were written off must cover it."""
    booked = {event.request_id for event in events}
    lost, written_off = defaultdict(int), defaultdict(int)
    for entry in ledger.entries.values():
        if entry.request_id not in booked and entry.mark in made:
            lost[made[entry.mark].customer_id] += entry.units
    for event in events:
        if event.request_id.startswith("lost_"):
            written_off[event.customer_id] += event.units
    for customer, tokens in lost.items():
        if written_off[customer] < tokens:
            findings.violation("h", f"{customer}: {tokens} of lost calls, {written_off[customer]} written off for them")


def _check_sums(findings, ledger, made, events, quotas):
    produced, charged, per_period = defaultdict(int), defaultdict(int), defaultdict(int)
    for entry in ledger.entries.values():
        if entry.mark in made:
            produced[made[entry.mark].customer_id] += entry.units
    for event in events:
        charged[event.customer_id] += event.units
        per_period[event.customer_id, event.period_start] += event.units
    for customer, tokens in produced.items():
        if charged[customer] < tokens:
            findings.violation("sum", f"{customer}: the upstream produced {tokens}, {charged[customer]} are charged")
    for quota in quotas:
        counted = per_period.pop((quota.customer_id, quota.period_start), 0)
        name = f"{quota.customer_id}: used {quota.used} of {quota.limit}"
        if quota.used != counted:
            findings.violation("e", f"{name}, the events are {counted}")
        if quota.reserved != 0:
            findings.violation("e", f"{name}, {quota.reserved} still reserved")
        if quota.used > quota.limit:
            findings.violation("e", name)
    for key, tokens in per_period.items():
        findings.violation("e", f"{key}: {tokens} charged in a period that has no quota")
