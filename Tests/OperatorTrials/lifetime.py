"""A box's whole life, in phases that together have an operator use all of its rights."""

import asyncio
import time

from cluster import BOX_LABEL, OURS, OWNED, Away
from vandal import CUSTOMER_LABEL, MANAGED

#: Seconds until a phase has had its effect; what is refused has none.
_PATIENCE = 25
_HASH = "openclaw.cloud/content-hash"
_SETTINGS = "openclaw.cloud/settings"


class Lifetime:
    """is_over: says that no more needs to happen."""

    def __init__(self, cluster, fleet, operator, is_over):
        self._cluster = cluster
        self._fleet = fleet
        self._operator = operator
        self._is_over = is_over
        self._box = None
        self._phase = ""
        #: The phases that were given up, in vain.
        self.unfinished = []

    async def run(self):
        """Returns the phase in which `is_over` came true; `None` if it never did."""
        self._box, = self._fleet.add(1, tier="starter", desired="draft", enqueued=False)
        for name, phase in PHASES:
            self._phase = name
            await phase(self)
            if self._is_over():
                return name
        return None

    async def clear(self):
        """Forgets the box in the rows and has the administrator remove its namespace."""
        if self._box is None:
            return
        identifier = f"id = '{self._box.id}'"
        self._fleet.rows.write(
            f"UPDATE boxes SET desired = 'deleted', status = 'deleted' WHERE {identifier}",
            f"DELETE FROM jobs WHERE customer_id = '{self._box.customer_id}'",
            "UPDATE jobs SET run_at = 0, state = 'complete', lease_holder = NULL WHERE state = 'running'")
        await self._cluster.delete("Namespace", None, self._box.namespace)

    async def _until(self, is_so):
        """Waits; gives up quietly, because then a later phase or nobody says why."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and not self._is_over():
            try:
                if await is_so():
                    return
            except Away:
                pass
            await asyncio.sleep(0.05)
        if not self._is_over():
            self.unfinished.append(self._phase)

    async def _wanted(self, **changes):
        self._fleet.want(self._box, **changes)

        async def is_so():
            return self._fleet.box(self._box.id).is_as_wanted
        await self._until(is_so)

    async def _objects(self):
        """(kind, object) of all that is the operator's."""
        found = [("Namespace", await self._cluster.get("Namespace", None, self._box.namespace))]
        for kind in OWNED:
            found += [(kind, each) for each in await self._cluster.list(kind, self._box.namespace, OURS)]
        return [(kind, each) for kind, each in found if each]

    # The phases

    async def start(self):
        async def is_so():
            # It may end by itself, having no right to its lease.
            return "leading now" in self._operator.log_text() or not self._operator.is_running
        await self._until(is_so)
        await asyncio.sleep(0.5)

    async def provision(self):
        await self._wanted(desired="running")

    async def renaming(self):
        """New settings reach the pod that is there."""
        await self._wanted(agent_name="Bea")

        async def is_so():
            pods = await self._cluster.list("Pod", self._box.namespace)
            return any(_SETTINGS in (each["metadata"].get("annotations") or {}) for each in pods)
        await self._until(is_so)

    async def _repair(self, changes, is_right):
        """changes: by the kind."""
        for kind, each in await self._objects():
            name = each["metadata"]["name"]
            await self._cluster.patch(kind, self._box.namespace, name, changes(kind))
            # Nothing tells of a changed Secret.
            self._fleet.reconcile(self._box)

            async def is_so():
                now = await self._cluster.get(kind, self._box.namespace, name)
                return now is not None and is_right(now["metadata"])
            await self._until(is_so)
            if self._is_over():
                return

    async def repair_of_changes(self):
        await self._repair(
            lambda kind: {"metadata": {"annotations": {_HASH: "odd"}}},
            lambda metadata: metadata["annotations"].get(_HASH) != "odd")

    async def repair_of_additions(self):
        def label(kind):
            return "pod-security.kubernetes.io/enforce-version" if kind == "Namespace" else "odd"
        await self._repair(
            lambda kind: {"metadata": {"labels": {label(kind): "latest"}}},
            lambda metadata: "latest" not in metadata["labels"].values())

    async def repair_of_the_unseen(self):
        """A Deployment that isn't selected by its label any more, and that what is wanted can't be merged into."""
        strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
        await self._cluster.patch("Deployment", self._box.namespace, "agent", {
            "metadata": {"labels": {"app.kubernetes.io/managed-by": None}}, "spec": {"strategy": strategy}})
        self._fleet.reconcile(self._box)

        async def is_so():
            now = await self._cluster.get("Deployment", self._box.namespace, "agent")
            return now is not None and now["spec"]["strategy"] == {"type": "Recreate"}
        await self._until(is_so)

    async def repair_of_deletions(self):
        for kind, each in await self._objects():
            # Without its volume or its namespace an agent has lost its data: nobody's idea of a repair.
            if kind in ("Namespace", "PersistentVolumeClaim", "Deployment"):
                continue
            name, uid = each["metadata"]["name"], each["metadata"]["uid"]
            await self._cluster.delete(kind, self._box.namespace, name)
            self._fleet.reconcile(self._box)

            async def is_so():
                now = await self._cluster.get(kind, self._box.namespace, name)
                return now is not None and now["metadata"]["uid"] != uid
            await self._until(is_so)
            if self._is_over():
                return

    async def prune(self):
        """As if an earlier release had left one of each kind, but for a volume, which nobody must remove."""
        for kind in await self._add_one_of_each_kind():
            self._fleet.reconcile(self._box)

            async def is_so():
                return await self._cluster.get(kind, self._box.namespace, "earlier") is None
            await self._until(is_so)
            if self._is_over():
                return

    async def _add_one_of_each_kind(self):
        """Returns the kinds."""
        labels = {MANAGED: OURS.split("=")[1], BOX_LABEL: self._box.id, CUSTOMER_LABEL: self._box.customer_id}
        pod = {"metadata": {"labels": {"earlier": "1"}}, "spec": {"containers": [{"name": "a", "image": "sandbox-agent:1"}]}}
        bodies = {
            "ServiceAccount": {}, "ConfigMap": {}, "ResourceQuota": {"spec": {"hard": {"services": "9"}}},
            "LimitRange": {"spec": {"limits": []}}, "NetworkPolicy": {"spec": {"podSelector": {}}},
            "Deployment": {"spec": {"replicas": 0, "selector": {"matchLabels": {"earlier": "1"}}, "template": pod}}}
        for kind, body in bodies.items():
            await self._cluster.create(kind, self._box.namespace, "earlier", {"labels": labels}, body)
        return list(bodies)

    async def adoption(self):
        """The namespace is there, but the watch doesn't show it."""
        await self._cluster.patch("Namespace", None, self._box.namespace, {"metadata": {"labels": {MANAGED: None}}})
        self._fleet.reconcile(self._box)

        async def is_so():
            now = await self._cluster.get("Namespace", None, self._box.namespace)
            return now is not None and MANAGED in now["metadata"]["labels"]
        await self._until(is_so)

    async def suspension(self):
        await self._wanted(desired="suspended")

    async def resumption(self):
        await self._wanted(desired="running")

    async def resizing(self):
        await self._wanted(tier="team")

    async def deletion(self):
        await self._wanted(desired="deleted")


PHASES = [
    ("start", Lifetime.start), ("provision", Lifetime.provision), ("renaming", Lifetime.renaming),
    ("repair of changes", Lifetime.repair_of_changes),
    ("repair of additions", Lifetime.repair_of_additions), ("repair of the unseen", Lifetime.repair_of_the_unseen),
    ("repair of deletions", Lifetime.repair_of_deletions),
    ("prune", Lifetime.prune), ("adoption", Lifetime.adoption), ("suspension", Lifetime.suspension),
    ("resumption", Lifetime.resumption), ("resizing", Lifetime.resizing), ("deletion", Lifetime.deletion),
]
