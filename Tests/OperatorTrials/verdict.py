"""Says whether a cluster is what a fleet's rows want: nothing less, nothing more, and no pod restarted without need."""

from collections import Counter

from cluster import BOX_LABEL, OURS, OWNED, SPECIFICATION
from fleet import IMAGE
from objects import additions, missing, parse, secret_faults, storage


class Verdict:
    """Collects violations by the rule that they break."""

    def __init__(self):
        self.broken = Counter()
        self.examples = []

    def add(self, rule, text):
        self.broken[rule] += 1
        # One rule's examples shouldn't hide another's.
        if self.broken[rule] <= 3:
            self.examples.append(f"{rule}: {text}")

    @property
    def count(self):
        return self.broken.total()


class Inspection:
    def __init__(self, cluster, fleet, witness, record, verdict):
        self._cluster = cluster
        self._record = record
        self._fleet = fleet
        self._witness = witness
        self._verdict = verdict
        #: What the cluster itself adds, by kind and name: as seen on a box that nobody has touched.
        self._usual = None

    async def run(self, untouched, deleted_namespaces):
        """untouched: a running box; deleted_namespaces: how often an administrator deleted it, by box."""
        boxes = self._fleet.boxes("desired <> 'draft'")
        namespaces = {each["metadata"]["name"]: each for each in await self._cluster.list("Namespace", selector=OURS)}
        await self._learn(untouched)
        for box in boxes:
            if not box.is_as_wanted:
                self._tell(box, "the row isn't as wanted", f"{box.desired}, but {box.status} at {box.observed_generation} "
                           f"of {box.generation}: {box.detail}")
            elif box.desired == "running":
                await self._inspect_running(box, namespaces.get(box.namespace))
            elif box.desired == "suspended":
                await self._inspect_suspended(box, namespaces.get(box.namespace), deleted_namespaces[box.id])
            elif self._owner(namespaces.get(box.namespace)) == box.id:
                self._tell(box, "a deleted box's namespace is there", "")
            self._count(box, deleted_namespaces[box.id])
        alive = {box.id for box in boxes if box.desired != "deleted"}
        for name, namespace in namespaces.items():
            if self._owner(namespace) not in alive:
                self._verdict.add("a namespace without a box", name)

    def _tell(self, box, rule, text, last=30):
        story = "".join(f"\n        {line}" for line in self._witness.story(box, self._record, last))
        self._verdict.add(rule, f"{box.id} {text}{story if self._verdict.broken[rule] < 2 else ''}")

    @staticmethod
    def _owner(namespace):
        return ((namespace or {}).get("metadata", {}).get("labels") or {}).get(BOX_LABEL)

    async def _objects(self, box):
        """By kind and name; those that are the operator's by their label."""
        found = {}
        for kind in OWNED:
            for each in await self._cluster.list(kind, box.namespace, OURS):
                found[kind, each["metadata"]["name"]] = each
        return found

    async def _learn(self, untouched):
        rendered, live = parse(self._fleet.render(untouched)), await self._objects(untouched)
        live["Namespace", untouched.namespace] = await self._cluster.get("Namespace", None, untouched.namespace)
        self._usual = {self._place(untouched, key): additions(live[key], rendered[key], untouched)
                       for key in rendered if key in live}

    @staticmethod
    def _place(box, key):
        return (key[0], key[1].replace(box.namespace, "<namespace>"))

    async def _inspect_running(self, box, namespace):
        if namespace is None or namespace["metadata"].get("deletionTimestamp"):
            self._tell(box, "a running box has no namespace", "")
            return
        rendered, live = parse(self._fleet.render(box, AGENT_IMAGE=box.image or IMAGE)), await self._objects(box)
        live["Namespace", box.namespace] = namespace
        claim = ("PersistentVolumeClaim", "agent-state")
        kept = storage(live[claim]) if claim in live and storage(live[claim]) > storage(rendered[claim]) else None
        for key in live.keys() - rendered.keys():
            self._tell(box, "an object that isn't rendered", f"{key}")
        for key, wanted in rendered.items():
            if key not in live:
                self._tell(box, "a rendered object isn't there", f"{key}")
                continue
            texts = missing(live[key], wanted, kept)
            if texts:
                self._tell(box, f"a {key[0]} differs from what is rendered", "; ".join(texts[:4]))
            added = additions(live[key], wanted, box)
            odd = {path: value for path, value in added.items() if self._usual[self._place(box, key)].get(path) != value}
            if odd:
                self._tell(box, f"a {key[0]} has additions", f"{odd}")
        tokens = self._fleet.active_tokens(box)
        if ("Secret", "agent") in live:
            for text in secret_faults(live["Secret", "agent"], self._fleet.token_of(box), tokens):
                self._tell(box, "a Secret is wrong", text)
        await self._inspect_pods(box, live.get(("Deployment", "agent")))

    async def _inspect_pods(self, box, deployment):
        pods = await self._cluster.list("Pod", box.namespace)
        if len(pods) != 1:
            self._tell(box, "not exactly one pod", f"{len(pods)}")
            return
        pod, = pods
        conditions = {each["type"]: each["status"] for each in pod.get("status", {}).get("conditions", [])}
        if conditions.get("Ready") != "True":
            self._tell(box, "the pod isn't ready", f"{conditions}")
        made_for = (pod["metadata"].get("annotations") or {}).get(SPECIFICATION)
        wanted = (deployment or {}).get("spec", {}).get("template", {}).get("metadata", {}).get("annotations", {})
        if made_for is None or made_for != wanted.get(SPECIFICATION):
            self._tell(box, "the pod is of another specification", f"{made_for}, not {wanted.get(SPECIFICATION)}")

    async def _inspect_suspended(self, box, namespace, deleted_namespaces):
        pods = await self._cluster.list("Pod", box.namespace)
        if pods:
            self._tell(box, "a suspended box has pods", f"{len(pods)}")
        if self._fleet.active_tokens(box):
            self._tell(box, "a suspended box has a valid proxy token", "")
        # Suspended before it ever ran, or ran again after its namespace was deleted by hand, it has nothing to keep.
        if len(self._witness.volumes[box.id]) > deleted_namespaces and namespace is not None:
            if await self._cluster.get("PersistentVolumeClaim", box.namespace, "agent-state") is None:
                self._tell(box, "a suspended box has lost its data", "")

    def _count(self, box, deleted_namespaces):
        pods, warranted = len(self._witness.pods[box.id]), self._witness.warranted(box)
        if pods > warranted:
            self._tell(box, "pods were made without need", f"{pods} pods, at most {warranted} warranted", 100)
        volumes = len(self._witness.volumes[box.id])
        if volumes > 1 + deleted_namespaces:
            self._tell(box, "a volume was replaced", f"{volumes} volumes, {deleted_namespaces} namespaces deleted by hand")
