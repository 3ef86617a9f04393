"""All that goes on at the same time: administrators, customers, failing networks, killed operators and API servers."""

import asyncio
import os
import random
from collections import Counter

from cluster import MERGE, Away
from fleet import ROOT, TIERS
from interceptor import Faults, Trap
from vandal import COSTLY, DELETE_NAMESPACE, HARMLESS, Edit, do

#: Where operators are killed, and what makes one come past there.
POINTS = {
    "create-namespace": "add", "apply-serviceaccount": "add", "apply-resourcequota": "tier", "apply-secret": "add",
    "apply-configmap": "purpose", "apply-persistentvolumeclaim": "tier", "apply-deployment": "restart",
    "apply-networkpolicy": "edit", "replace-networkpolicy": "edit", "scale-down": "suspend", "delete-deployment": "delete",
    "delete-namespace": "delete", "get-secret": "reconcile", "list-deployment": "start", "replace-lease": "start",
}
#: Seconds in which a point should be passed.
_POINT_SECONDS = 12
#: Fleets stay about as large.
_MOST, _LEAST = 24, 17


class Turmoil:
    def __init__(self, cluster, fleet, pool, interceptor, witness, groups, seed, without=()):
        """without: texts; what an administrator does isn't done if its description has one of them."""
        self._cluster, self._fleet, self._pool = cluster, fleet, pool
        self._interceptor, self._witness = interceptor, witness
        #: By the box's id: untouched or harmless; all others are wild.
        self._groups = groups
        self._seed = random.Random(seed)
        self._harmless, self._costly = (
            [deed for deed in deeds if not any(text in str(deed) for text in without)] for deeds in (HARMLESS, COSTLY))
        #: What was done.
        self.done = Counter()
        self.missed = Counter()
        #: By the box's id.
        self.deleted_namespaces = Counter()
        self.faults = []
        self._tasks = []
        self._server_is_up = asyncio.Event()
        self._server_is_up.set()

    def start(self, seconds):
        owns_cluster = os.environ.get("TEST_CLUSTER_KIND") in ("fake", "node")
        loops = [self._vandals, self._customers, self._watches, self._network, self._kills, self._pairs]
        if owns_cluster:
            loops.append(self._servers)
        self._seconds = seconds
        self._tasks = [asyncio.create_task(self._loop(each, random.Random(self._seed.random()))) for each in loops]

    async def stop(self):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._interceptor.faults = Faults()
        self._interceptor.traps.clear()
        for operator in self._pool.operators.values():
            operator.thaw()
        if not self._server_is_up.is_set():
            await self._run("start-apiserver")
            self._server_is_up.set()

    async def _loop(self, body, chance):
        while True:
            try:
                await body(chance)
            except Away:
                await asyncio.sleep(0.2)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # the trial's own fault, or an operator that didn't stop in peace
                self.faults.append(f"{body.__name__}: {error!r}")
                await asyncio.sleep(1)

    # Administrators

    def _wild(self, where="desired <> 'deleted'"):
        return [each for each in self._fleet.boxes(where) if each.id not in self._groups]

    async def _vandals(self, chance):
        await asyncio.sleep(chance.uniform(0.1, 0.9))
        if chance.random() < 0.3:
            harmless = [box for box, group in self._groups.items() if group == "harmless"]
            await self._vandalise(self._fleet.box(chance.choice(harmless)), chance.choice(self._harmless))
            return
        box = chance.choice(self._wild())
        deed = chance.choice(self._costly if chance.random() < 0.6 else self._harmless)
        await self._vandalise(box, DELETE_NAMESPACE if chance.random() < 0.02 else deed)

    async def _vandalise(self, box, deed):
        # Before it is done: the answer may be lost. An earlier box of the customer may still be in the namespace.
        for each in self._fleet.boxes(f"customer_id = '{box.customer_id}'"):
            self._witness.warrant(each, deed, deed.pods)
        if deed is DELETE_NAMESPACE:
            self.deleted_namespaces[box.id] += 1
        if await do(self._cluster, box, deed):
            self.done[f"admin: {type(deed).__name__.lower()}{' of a namespace' if deed is DELETE_NAMESPACE else ''}"] += 1

    # Customers

    async def _customers(self, chance):
        await asyncio.sleep(chance.uniform(0.3, 2))
        box = chance.choice(self._wild())
        wishes = ["purpose", "tier", "restart", "suspend"] if box.desired == "running" else ["resume", "resume", "tier"]
        count = self._fleet.count("desired <> 'deleted'")
        if count < _MOST and chance.random() < 0.1:
            wishes = ["add"]
        elif count > _LEAST and chance.random() < 0.07:
            wishes = ["delete"]
        self._wish(chance.choice(wishes), box, chance)

    def _wish(self, wish, box, chance):
        self.done[f"customer: {wish}"] += 1
        changes = {
            "purpose": {"purpose": f"Garden {chance.randrange(1 << 30)}."}, "restart": {"restart_marker": +1},
            "tier": {"tier": chance.choice([each for each in TIERS if each != box.tier])},
            "suspend": {"desired": "suspended"}, "resume": {"desired": "running"}, "delete": {"desired": "deleted"},
        }
        if wish == "add":
            self.add(1)
        elif wish == "reconcile":
            self._fleet.reconcile(box)
        else:
            pods = wish not in ("suspend", "delete")
            self._witness.warrant(box, wish, 1 if pods else 0)
            self._fleet.want(box, **changes[wish])
            if wish == "delete" and chance.random() < 0.5:
                # The customer changes their mind, and the next box waits until the namespace is free.
                self.add(1, customer_id=box.customer_id)

    def add(self, count, **more):
        boxes = self._fleet.add(count, **more)
        for box in boxes:
            self._witness.warrant(box, "made", 1)
        return boxes

    # The network

    async def _watches(self, chance):
        await asyncio.sleep(chance.uniform(3, 15))
        if chance.random() < 0.5:
            self._interceptor.cut_watches()
            self.done["watches cut"] += 1
        else:
            self._interceptor.expire_watches()
            self.done["watches expired"] += 1

    async def _network(self, chance):
        await asyncio.sleep(chance.uniform(5, 20))
        shares = [chance.uniform(0, 0.12) if chance.random() < 0.7 else 0 for _ in range(5)]
        self._interceptor.faults = Faults(*shares)
        self.done["times of failing requests"] += 1
        await asyncio.sleep(chance.uniform(3, 8))
        self._interceptor.faults = Faults()

    # Kills

    async def _kills(self, chance):
        await self._server_is_up.wait()
        kind = chance.random()
        if kind < 0.65:
            await self._kill_at(chance.choice(list(POINTS)), chance.choice(["before", "after"]), chance)
        elif kind < 0.93:
            self._pool.kill(chance.choice(self._pool.names), "killed at a random moment")
            await self._bury(chance)
            await asyncio.sleep(chance.uniform(0, 4))
        else:
            await self._freeze(chance)
        await asyncio.sleep(chance.uniform(0.5, 4))

    async def _kill_at(self, point, when, chance):
        trap = Trap(when, point)
        self._interceptor.traps.append(trap)
        deed, running = POINTS[point], self._wild("desired = 'running' AND status = 'running'")
        if deed == "start":
            self._pool.kill(chance.choice(self._pool.names), "killed at a random moment")
        elif deed == "edit" and running:
            await self._vandalise(chance.choice(running), Edit(
                "NetworkPolicy", "default-deny", {"metadata": {"labels": {"odd": "1"}}}))
        elif deed == "add" and self._fleet.count("desired <> 'deleted'") >= _MOST:
            self._wish("delete", chance.choice(self._wild()), chance)
            self.add(1)
        elif running:
            self._wish(deed, chance.choice(running), chance)
        name = f"{when}:{point}"
        try:
            await asyncio.wait_for(trap.sprung.wait(), _POINT_SECONDS)
            self.done[f"killed {name}"] += 1
            await self._bury(chance)
        except asyncio.TimeoutError:
            self.missed[name] += 1
            if trap in self._interceptor.traps:
                self._interceptor.traps.remove(trap)

    async def _bury(self, chance):
        """Mostly gives the dead one's lease back, so that the next one needn't wait for it to run out, and more happens."""
        if len(self._pool.names) == 1 and chance.random() < 0.8:
            lease = "/apis/coordination.k8s.io/v1/namespaces/platform/leases/openclaw-cloud-operator"
            await self._cluster.request("PATCH", lease, {"spec": {"holderIdentity": ""}}, MERGE)

    async def _freeze(self, chance):
        """Longer than its lease and its jobs are valid, so that another one may be at work when it goes on."""
        operator = self._pool.operators[chance.choice(self._pool.names)]
        if not operator.is_running:
            return
        self.done["frozen for a while"] += 1
        operator.freeze()
        try:
            await asyncio.sleep(chance.uniform(8, 16))
        finally:
            operator.thaw()

    async def _pairs(self, chance):
        """Two operators at once, now and then."""
        await asyncio.sleep(chance.uniform(15, 45))
        await self._pool.keep("b")
        self.done["two operators at once"] += 1
        await asyncio.sleep(chance.uniform(10, 25))
        leaves, stays = chance.choice([("a", "b"), ("b", "a")])
        await self._pool.drop(leaves, gently=chance.random() < 0.5)
        await asyncio.sleep(chance.uniform(0, 5))
        if stays == "b":
            await self._pool.keep("a")
            await self._pool.drop("b", gently=False)

    # API servers

    async def _servers(self, chance):
        await asyncio.sleep(min(chance.uniform(100, 240), self._seconds * 0.6))
        self._witness.note_restart()
        self._server_is_up.clear()
        self.done["API server restarted"] += 1
        await self._run("stop-apiserver")
        await asyncio.sleep(chance.uniform(0, 8))
        await self._run("start-apiserver")
        self._witness.note_restart()
        self._server_is_up.set()

    @staticmethod
    async def _run(command):
        process = await asyncio.create_subprocess_exec(
            str(ROOT / "scripts" / "test-cluster"), command, stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE)
        _, output = await process.communicate()
        if process.returncode != 0:
            raise SystemExit(f"scripts/test-cluster {command}: {output.decode(errors='replace')}")
