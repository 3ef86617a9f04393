"""Kills, freezes and empties anything at random while people walk the journey, and holds the books afterwards.

    scripts/chaos-replicas [--minutes N] [--seed N]
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from fleet import PROGRAM, running_fleet
from travellers import Caller, Traveller
from visitors import Listener, Visitor

#: Seconds in which everything that was begun must have come to its end after the last deed.
_SETTLED = 180
#: Seconds that a process is frozen, as if the network between it and all others were cut.
_FROZEN = (2, 6)
#: Units of the token that is called until it is used up, a minute.
_UNITS = 60_000
#: Journeys that are under way at a time, and in all: each leaves an agent, and a machine that does too much answers nobody.
_AT_ONCE, _JOURNEYS = 4, 40


class Chaos:
    def __init__(self, fleet, minutes, seed):
        self.fleet, self.minutes = fleet, minutes
        self.random = random.Random(seed)
        self.faults, self.deeds, self.recoveries = [], {}, {}
        self.travellers = []
        self.is_over = False
        self.restarts = 0
        #: Held by whoever ends and starts a process.
        self.lock = threading.Lock()

    def keep(self):
        """Starts again what has ended by itself, as systemd and Kubernetes do: a process that loses its lease ends."""
        while not self.is_over:
            with self.lock:
                for each in self.fleet.replicas:
                    if each.process.poll() is not None:
                        self.restarts += 1
                        each.start()
            time.sleep(1)

    def fail(self, text):
        print(f"  FAULT: {text}", flush=True)
        self.faults.append(text)

    # --- Deeds

    def _kill(self):
        victim = self.random.choice(self.fleet.replicas)
        with self.lock:
            victim.kill()
            time.sleep(self.random.uniform(0, 1))
            victim.start()
        return victim.wait

    def _freeze(self, pids):
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(self.random.uniform(*_FROZEN))
        for pid in pids:
            os.kill(pid, signal.SIGCONT)

    def _freeze_replica(self):
        victim = self.random.choice(self.fleet.replicas)
        self._freeze([victim.process.pid])
        return victim.wait

    def _freeze_pooler(self):
        self._freeze([self.pooler])
        return self._site_answers

    def _kill_redis(self):
        # It is started again at once, and has nothing stored.
        os.kill(int(Path(os.environ["TEST_REDIS_PIDFILE"]).read_text()), signal.SIGKILL)
        return self._site_answers

    def _crash_postgres(self):
        # PostgreSQL ends all its sessions and recovers from its log when one of them dies.
        pids = self.fleet.rows("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
        if pids:
            try:
                os.kill(int(self.random.choice(pids)[0]), signal.SIGKILL)
            except ProcessLookupError:
                pass
        return self._site_answers

    def _site_answers(self):
        visitor = Visitor(self.fleet.site_port, self.fleet.environment["PUBLIC_URL"])
        while visitor.say("I need help with my garden") >= 400:
            time.sleep(0.1)

    def storm(self):
        deeds = [
            ("kill -9 of a process", self._kill, 6), ("a process frozen", self._freeze_replica, 3),
            ("the pooler frozen", self._freeze_pooler, 1), ("Redis killed and emptied", self._kill_redis, 2),
            ("PostgreSQL crashed", self._crash_postgres, 1)]
        end = time.monotonic() + 60 * self.minutes
        while time.monotonic() < end:
            name, deed, _ = self.random.choices(deeds, [each[2] for each in deeds])[0]
            self.deeds[name] = self.deeds.get(name, 0) + 1
            recovered = deed()
            started = time.monotonic()
            while True:
                try:
                    recovered()
                    break
                except Exception as error:
                    if time.monotonic() - started > 60:
                        self.fail(f"{name}: not back after 60 s: {error}")
                        break
                    time.sleep(0.1)
            self.recoveries.setdefault(name, []).append(time.monotonic() - started)
            time.sleep(self.random.uniform(0.5, 2))

    # --- The load

    def _send_travellers(self):
        begun = time.monotonic()
        while time.monotonic() - begun < 60 * self.minutes and len(self.travellers) < _JOURNEYS:
            if sum(not each.has_ended for each in self.travellers) < _AT_ONCE:
                traveller = Traveller(self.fleet, len(self.travellers) + 1)
                self.travellers.append(traveller)
                traveller.start()
            time.sleep(max(5, 60 * self.minutes / _JOURNEYS))

    def run(self):
        # What is committed must outlive a crash: the tests' server is set to be fast.
        self.fleet.rows("ALTER DATABASE postgres SET synchronous_commit = on")
        self.pooler = int(subprocess.run(
            ["pgrep", "-f", os.environ["TEST_POOLER_URL"].split("host=")[1].split("&")[0] + "/pgbouncer.ini"],
            capture_output=True, text=True, check=True).stdout.split()[-1])
        token = subprocess.run(
            [PROGRAM, "admin", "token", "issue", "--units", str(int(_UNITS * max(1, self.minutes)))],
            cwd=self.fleet.folder, env=self.fleet.environment, capture_output=True, text=True, check=True).stdout.strip()
        callers = [Caller(self.fleet, token) for _ in range(4)]
        watchers = []
        for _ in range(3):
            visitor = Visitor(self.fleet.site_port, self.fleet.environment["PUBLIC_URL"])
            visitor.say("I need help with my e-mails")
            watchers.append(Listener(visitor, self.fleet.site_port))
        for each in [*callers, *watchers]:
            each.start()
        threading.Thread(target=self.keep, daemon=True).start()
        sender = threading.Thread(target=self._send_travellers, daemon=True)
        sender.start()
        self.storm()
        sender.join()
        self._settle(callers)
        self.is_over = True
        for each in watchers:
            each.is_over = True
        self.report(callers)
        self.books(callers, token, watchers)

    def _settle(self, callers):
        deadline = time.monotonic() + _SETTLED
        while time.monotonic() < deadline and not all(each.has_ended for each in self.travellers):
            time.sleep(0.5)
        for each in callers:
            each.is_over = True
        for each in callers:
            each.join(max(0, deadline - time.monotonic()))
        while time.monotonic() < deadline:
            waiting = self.fleet.rows("""
                SELECT (SELECT count(*) FROM jobs WHERE state IN ('queued', 'running') AND run_at <= extract(epoch FROM now()) * 1000),
                    (SELECT coalesce(sum(reserved), 0) FROM quotas) + (SELECT count(*) FROM leases)""")[0]
            if waiting == ["0", "0"]:
                return
            time.sleep(0.5)

    # --- The books

    def report(self, callers):
        for name, count in sorted(self.deeds.items()):
            times = sorted(self.recoveries[name])
            print(f"  {count:3} × {name}: back after {times[len(times) // 2]:.1f} s at the median, {times[-1]:.1f} s at most")
        print(f"  {self.restarts:3} processes ended by themselves and were started again")
        longest = max((each.longest for each in self.travellers), default=0)
        ended = sum(each.has_ended and not each.fault for each in self.travellers)
        print(f"  {ended} of {len(self.travellers)} journeys ended with the agent's answer; the longest wait for a step: {longest:.0f} s")
        answered, failed = sum(each.answered for each in callers), sum(each.failed for each in callers)
        print(f"  {answered} calls of the token proxy answered, {failed} not, {sum(each.refused for each in callers)} refused", flush=True)

    def books(self, callers, token, watchers):
        rows = self.fleet.rows
        for each in self.travellers:
            if not each.has_ended:
                self.fail(f"journey {each.number}: still waiting until {each.step}")
            elif each.fault:
                self.fail(each.fault)
        for what, sql in {
            "jobs failed": "SELECT kind, reason FROM jobs WHERE state = 'failed'",
            "jobs that ended twice": "SELECT job_id FROM job_transitions WHERE state = 'complete' GROUP BY job_id HAVING count(*) > 1",
            "Stripe's events not handled": "SELECT id, type FROM stripe_events WHERE handled_at IS NULL",
            "customers with two agents": "SELECT customer_id FROM boxes GROUP BY customer_id HAVING count(*) > 1",
            "agents paid for twice": """
                SELECT box_id FROM subscriptions WHERE status IN ('active', 'trialing') GROUP BY box_id HAVING count(*) > 1""",
            "messages said twice": """
                SELECT conversation_id, client_key FROM messages WHERE client_key IS NOT NULL
                GROUP BY conversation_id, client_key HAVING count(*) > 1""",
            "conversations that end unanswered": """
                SELECT conversation_id FROM messages AS m WHERE role = 'visitor' AND NOT EXISTS
                    (SELECT 1 FROM messages AS n WHERE n.conversation_id = m.conversation_id AND n.position > m.position)""",
            "quotas that are passed": "SELECT customer_id, used, token_limit FROM quotas WHERE used > token_limit",
            "quotas with something still reserved": "SELECT customer_id, reserved FROM quotas WHERE reserved <> 0",
        }.items():
            found = rows(sql)
            if found:
                self.fail(f"{len(found)} {what}: {found[:3]}")
        ended = [each for each in self.travellers if each.has_ended and not each.fault]
        paid = int(rows("SELECT count(*) FROM subscriptions WHERE status = 'active'")[0][0])
        if paid < len(ended):
            self.fail(f"{len(ended)} journeys ended, and {paid} subscriptions are active")
        used = int(rows(f"""
            SELECT coalesce(sum(used), 0) FROM quotas q JOIN proxy_tokens t ON t.customer_id = q.customer_id
            WHERE t.token_hash = encode(sha256(convert_to('{token}', 'UTF8')), 'hex')""")[0][0])
        told = sum(each.units for each in callers)
        if used < told:
            self.fail(f"callers were told of {told} units, and {used} are in the books")
        print(f"  callers were told of {told} units; the books have {used}")
        for each in watchers:
            if each.repeated:
                self.fail(f"a stream showed {each.repeated} twice")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.minutes:g} minutes", flush=True)
    with running_fleet() as fleet:
        chaos = Chaos(fleet, options.minutes, options.seed)
        chaos.run()
        if chaos.faults and os.environ.get("KEEP_LOGS"):
            subprocess.run(["cp", "-r", fleet.folder, os.environ["KEEP_LOGS"]], check=True)
    if chaos.faults:
        sys.exit(f"{len(chaos.faults)} faults")
    print("no faults")


if __name__ == "__main__":
    main()
