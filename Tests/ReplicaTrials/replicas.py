"""Two of every service behind nginx: the journey, words from one process to another's stream, rolling restarts, a kill.

    scripts/test-replicas [--full]
"""

import argparse
import re
import statistics
import subprocess
import sys
import threading
import time

from fleet import ROOT, SERVICES, running_fleet
from visitors import Listener, Load, Visitor

#: Milliseconds from a message's row to another process' stream, at the median, on a quiet machine.
_LIMITS = {"with Redis": 50, "with LISTEN and NOTIFY": 100}
#: How much faster news is than looking, on any machine.
_FASTER = 3
#: Seconds in which all that was said is answered and shown.
_SETTLED = 20
#: Seconds in which a dead poller must be replaced: as promised in the long version, generously in the short one.
_TAKEOVER, _TAKEOVER_SHORT = 10, 30
#: Of all processes together.
_CONNECTIONS = 100


class Trial:
    def __init__(self, fleet, is_full):
        self.fleet, self.is_full = fleet, is_full
        self.origin = f"http://localhost:{fleet.site_port}"
        self.faults = []
        self.most_connections = 0
        self.is_over = False

    def fail(self, text):
        print(f"  FAULT: {text}", flush=True)
        self.faults.append(text)

    def say(self, text):
        print(f"  {text}", flush=True)

    def watch_connections(self):
        while not self.is_over:
            try:
                count = int(self.fleet.rows(
                    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                )[0][0])
                self.most_connections = max(self.most_connections, count)
            except Exception:
                pass
            time.sleep(1)

    # --- Words from one process to another's stream

    def written(self, visitor):
        """The messages of a visitor's conversation: position, role, milliseconds since 1970."""
        session = visitor.cookie.split("=")[1]
        return self.fleet.rows(f"""
            SELECT m.position, m.role, m.created_at FROM messages m JOIN conversations c ON c.id = m.conversation_id
            JOIN sessions s ON s.customer_id = c.customer_id
            WHERE s.token_hash = encode(sha256(convert_to('{session}', 'UTF8')), 'hex') ORDER BY m.position""")

    def settle(self, listener):
        """Waits until the last word is the agent's and all are in the stream. Returns the messages."""
        deadline = time.monotonic() + _SETTLED
        while True:
            rows = self.written(listener.visitor)
            is_answered = bool(rows) and rows[-1][1] != "visitor"
            if is_answered and all(int(position) in listener.arrivals for position, _, _ in rows):
                return rows
            if time.monotonic() > deadline:
                return rows
            time.sleep(0.05)

    def words(self, what, count):
        """Returns the median of milliseconds from a message's row to another process' stream."""
        speaking, listening = self.fleet.of("web")
        delays, lost = [], 0
        for _ in range(3):
            visitor = Visitor(speaking.port, self.origin)
            status = visitor.say("I need help with my e-mails")
            if status >= 400:
                self.fail(f"{what}: the chat answered {status}")
                return float("inf")
            listener = Listener(visitor, listening.port)
            listener.start()
            listener.is_open.wait(10)
            since = len(self.settle(listener))
            for number in range(count):
                visitor.say(f"and number {number}")
                # As fast as a person may.
                time.sleep(0.25)
            for position, role, at in self.settle(listener)[since:]:
                arrival = listener.arrivals.get(int(position))
                if arrival is None:
                    lost += 1
                elif role != "visitor":
                    delays.append(arrival - int(at))
            listener.is_over = True
        if lost or not delays:
            self.fail(f"{what}: {lost} messages never arrived in the other process' stream, {len(delays)} did")
        median = statistics.median(delays) if delays else float("inf")
        self.say(f"{what}: words in another process' stream after {median:.0f} ms at the median, "
                 f"{max(delays, default=0):.0f} ms at most, of {len(delays)}")
        return median

    def compare(self, medians):
        """Whoever is told is faster than who looks every second, in the same run. The long version holds the promised figures."""
        polled = medians.pop("by looking alone")
        for what, median in medians.items():
            if median * _FASTER > polled:
                self.fail(f"{what}: {median:.0f} ms aren't {_FASTER} times less than the {polled:.0f} ms by looking alone")
            if self.is_full and median > _LIMITS[what]:
                self.fail(f"{what}: the median is above {_LIMITS[what]} ms")

    # --- Rolling restarts

    def rolling(self, services):
        loads = [Load(self.fleet.site_port, self.origin, 10) for _ in range(4 if self.is_full else 2)]
        watcher = Visitor(self.fleet.site_port, self.origin)
        watcher.say("I need help with my e-mails")
        listener = Listener(watcher, self.fleet.site_port)
        for each in [*loads, listener]:
            each.start()
        listener.is_open.wait(10)
        started = time.monotonic()
        for service in services:
            for replica in self.fleet.of(service):
                watcher.say(f"while {replica.name} restarts")
                replica.stop()
                replica.start()
                replica.wait()
        self.settle(listener)
        for each in loads:
            each.is_over = True
        for each in loads:
            each.join(40)
        listener.is_over = True
        seconds = time.monotonic() - started
        count = sum(each.count for each in loads)
        faults = [fault for each in loads for fault in each.faults]
        self.say(f"rolling restart of {', '.join(services)} in {seconds:.0f} s: {len(faults)} of {count} requests failed")
        for fault in faults[:5]:
            self.fail(fault)
        positions = sorted(listener.arrivals)
        missing = set(range(1, max(positions, default=0) + 1)) - set(positions)
        if missing or listener.repeated or not positions:
            self.fail(f"a stream missed {sorted(missing)} and repeated {listener.repeated}")
        else:
            self.say(f"a stream that lasted through it showed {len(positions)} messages, none missed, none twice")

    # --- A kill

    def takeover(self):
        limit = _TAKEOVER if self.is_full else _TAKEOVER_SHORT
        polling = self.pollers()
        deadline = time.monotonic() + limit
        # Right after a restart the one before has given its lease back, and the next looks for it every second.
        while not polling and time.monotonic() < deadline:
            time.sleep(0.1)
            polling = self.pollers()
        if len(polling) != 1:
            return self.fail(f"{len(polling)} processes poll Telegram")
        victim = polling[0]
        victim.kill()
        started = time.monotonic()
        while not self.pollers() and time.monotonic() - started < 2 * limit:
            time.sleep(0.1)
        seconds = time.monotonic() - started
        self.say(f"kill -9 of the one that polls Telegram: replaced after {seconds:.1f} s")
        if seconds > limit:
            self.fail("that is too late")
        victim.start()
        victim.wait()

    def pollers(self):
        """The processes that say of themselves that they poll Telegram."""
        return [each for each in self.fleet.of("onboarding-agent")
                if re.search(r'^leader\{[^}]*lease="telegram-poller"[^}]*\} 1$', each.metrics(), re.M)]

    # --- Figures

    def figures(self):
        """What Prometheus is told: in its format, and with every name that an alert asks for."""
        texts = {}
        for replica in self.fleet.replicas:
            texts[replica.name] = replica.metrics()
        for name, text in texts.items():
            checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
            if checked.returncode != 0:
                self.fail(f"promtool on {name}: {checked.stderr.strip()[:300]}")
        rules = (ROOT / "deploy/prometheus/alerts.yml").read_text()
        wanted = set(re.findall(r"\b((?:http|job|jobs|stripe|boxes|leader|token_proxy)[a-z_]*)\b(?=[{)\[ ])", rules))
        told = {word for text in texts.values() for word in re.findall(r"^# TYPE (\w+)", text, re.M)}
        missing = {each for each in wanted - told if each.removesuffix("_bucket") not in told} - {"job", "jobs_oldest"}
        if missing:
            self.fail(f"alerts ask for figures that nobody tells: {sorted(missing)}")
        self.say(f"promtool accepts the figures of {len(texts)} processes; the alerts' {len(wanted)} names are all among them")

    # --- The books

    def books(self):
        failed = self.fleet.rows("SELECT kind, count(*), min(reason) FROM jobs WHERE state = 'failed' GROUP BY kind")
        for row in failed:
            self.fail(f"jobs failed: {row}")
        twice = self.fleet.rows("""
            SELECT job_id FROM job_transitions WHERE state = 'complete' GROUP BY job_id HAVING count(*) > 1""")
        if twice:
            self.fail(f"{len(twice)} jobs ended twice")
        complete = self.fleet.rows("SELECT count(*) FROM jobs WHERE state = 'complete'")[0][0]
        self.say(f"{complete} jobs complete, {len(failed)} kinds failed, {len(twice)} twice")
        self.say(f"connections to PostgreSQL: {self.most_connections} at most, of {len(self.fleet.replicas)} processes")
        if self.most_connections > _CONNECTIONS:
            self.fail(f"more than {_CONNECTIONS} connections")

    def run(self):
        threading.Thread(target=self.watch_connections, daemon=True).start()
        if not self.fleet.demo():
            self.fail("the journey didn't come to its end")
        count = 20 if self.is_full else 6
        medians = {"with Redis": self.words("with Redis", count)}
        # From here on without Redis: what is restarted doesn't know it any more.
        self.fleet.environment["REDIS_URL"] = ""
        self.rolling(list(SERVICES) if self.is_full else ["web", "onboarding-agent"])
        medians["with LISTEN and NOTIFY"] = self.words("with LISTEN and NOTIFY", count)
        self.takeover()
        if self.is_full and not self.fleet.demo():
            self.fail("the journey didn't come to its end after all that")
        self.figures()
        # Past the pooler there is no way to hear of anything.
        self.fleet.environment["DATABASE_DIRECT_URL"] = ""
        for each in self.fleet.of("web"):
            each.stop()
            each.start()
            each.wait()
        medians["by looking alone"] = self.words("by looking alone", count)
        self.compare(medians)
        self.books()
        self.is_over = True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="every service restarted, and more of everything")
    options = parser.parse_args()
    started = time.monotonic()
    with running_fleet() as fleet:
        print(f"{len(fleet.replicas)} processes of {len(SERVICES)} services after {time.monotonic() - started:.1f} s")
        trial = Trial(fleet, options.full)
        trial.run()
    if trial.faults:
        sys.exit(f"{len(trial.faults)} faults")
    print("no faults")


if __name__ == "__main__":
    main()
