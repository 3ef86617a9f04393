"""Tries what the operator's service account may do: all that `cluster render --access` lists, and nothing else.

    scripts/rbac-operator [--only RESOURCE] [--skip-needed]

First it asks the API server about every verb of every resource that there is: in all namespaces, in the platform's own, in a
customer's that the operator has let itself into, in one that it hasn't, and in kube-system. Then it takes each listed verb away in turn,
lets an operator lead a box through its life, and sees that it is refused and says so: a verb whose loss nobody notices isn't
needed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
import uuid
from collections import Counter

import access
from access import CUSTOMER, EVERYWHERE, HOME, RBAC, ROLES, binding, listed, rules
from cluster import Away, Cluster, Identity
from fleet import ROOT, Fleet, ProgramFailed
from interceptor import Interceptor
from lifetime import PHASES, Lifetime
from operators import Operator

sys.path.append(str(ROOT / "Tests" / "TokenProxyTrials"))

from running import run  # noqa: E402

_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
#: What isn't in discovery: verbs that are none of HTTP's.
_MORE = [
    ("", "users", "impersonate"), ("", "groups", "impersonate"), ("", "serviceaccounts", "impersonate"),
    ("rbac.authorization.k8s.io", "clusterroles", "escalate"), ("rbac.authorization.k8s.io", "clusterroles", "bind"),
    ("rbac.authorization.k8s.io", "roles", "escalate"), ("rbac.authorization.k8s.io", "roles", "bind"),
    ("policy", "podsecuritypolicies", "use"), ("certificates.k8s.io", "signers", "approve"),
    ("certificates.k8s.io", "signers", "sign"), ("*", "*", "*"),
]
#: A service account without a role: what it may do, Kubernetes itself allows to all of them.
_ANYONE = "system:serviceaccount:default:anyone"
LEASE = "openclaw-cloud-operator"
#: So that a box is saved before it is deleted; the program itself never asks the store for anything.
_BACKUPS = {
    "BACKUP_S3_ENDPOINT": "http://127.0.0.1:9", "BACKUP_S3_BUCKET": "trial", "BACKUP_S3_ACCESS_KEY_ID": "trial",
    "BACKUP_S3_SECRET_ACCESS_KEY": "trial", "PLATFORM_IMAGE": "sandbox-agent:1"}


# What is allowed

class Access:
    def __init__(self, cluster, user):
        self._cluster = cluster
        self._user = user
        self.asked = 0

    async def allows(self, group, resource, verb, namespace="", name=""):
        resource, _, subresource = resource.partition("/")
        attributes = {"group": group, "resource": resource, "subresource": subresource, "verb": verb, "namespace": namespace,
                      "name": name}
        groups = ["system:serviceaccounts", f"system:serviceaccounts:{self._user.split(':')[2]}", "system:authenticated"]
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {
            "user": self._user, "groups": groups, "resourceAttributes": attributes}}
        self.asked += 1
        _, answer = await self._cluster.request(
            "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
        return answer["status"]["allowed"]

    async def resources(self):
        """(group, resource) of everything that the API server has, subresources too."""
        _, core = await self._cluster.request("GET", "/api/v1")
        found = {("", each["name"]) for each in core["resources"]}
        _, groups = await self._cluster.request("GET", "/apis")
        for group in groups["groups"]:
            for version in group["versions"]:
                status, answer = await self._cluster.request("GET", f"/apis/{version['groupVersion']}")
                if status == 200:
                    found |= {(group["name"], each["name"]) for each in answer["resources"]}
        return sorted(found)


#: Of customers: the operator has let itself into the first one's namespace.
_BOUND, _UNBOUND = "customer-00000000000000000000000001", "customer-00000000000000000000000002"


async def try_access(cluster, identity):
    """Returns texts of what is refused though listed, and allowed though not."""
    for namespace in (_BOUND, _UNBOUND):
        await cluster.create("Namespace", None, namespace, {}, {})
    try:
        bound = await cluster.request_as(
            identity.token, "POST", f"/apis/{RBAC}/v1/namespaces/{_BOUND}/rolebindings",
            binding(_BOUND, identity.namespace))
        faults = [] if bound[0] in (201, 409) else [f"the operator can't let itself into a customer's namespace: {bound}"]
        asked, more = await _ask_about_all(cluster, identity)
        return asked, faults + more + await _really_ask(cluster, identity)
    finally:
        for namespace in (_BOUND, _UNBOUND):
            await cluster.delete("Namespace", None, namespace)


async def _ask_about_all(cluster, identity):
    reviews, anyone, faults = Access(cluster, identity.user), Access(cluster, _ANYONE), []
    roles = {"": listed(EVERYWHERE), identity.namespace: listed(HOME), _BOUND: listed(CUSTOMER), _UNBOUND: [],
             "kube-system": []}
    for namespace, rights in roles.items():
        for group, resource, verb, names in rights:
            for name in names or ("",):
                if not await reviews.allows(group, resource, verb, namespace, name):
                    faults.append(f"refused though listed: {verb} {resource} {name} in {namespace or 'all namespaces'}")
    questions = [(group, resource, verb) for group, resource in await reviews.resources() for verb in _VERBS] + _MORE
    for question in questions:
        # Names of one's own are asked for above, and others here.
        if (*question, ()) in roles[""]:
            continue
        for namespace, rights in roles.items():
            if (*question, ()) in rights:
                continue
            for name in ("", "another"):
                if (await reviews.allows(*question, namespace, name)
                        and not await anyone.allows(*question, namespace, name)):
                    faults.append(f"allowed though not listed: {question[2]} {question[1]} {name} in "
                                  f"{namespace or 'all namespaces'}")
    return reviews.asked, faults


async def _really_ask(cluster, identity):
    """Not only by asking what would be: some requests that must be refused, as the service account itself."""
    faults = []
    admin = binding(_UNBOUND, identity.namespace)
    admin["roleRef"]["name"] = "cluster-admin"
    bindings = f"/apis/{RBAC}/v1/namespaces/{_UNBOUND}/rolebindings"
    status, _ = await cluster.request_as(identity.token, "POST", bindings, admin)
    if status != 403:
        faults.append(f"binding cluster-admin as the operator answers {status}, not 403")
    for method, target in (
        ("GET", "/api/v1/secrets"), ("GET", "/api/v1/namespaces/kube-system/secrets"), ("GET", "/api/v1/nodes"),
        ("GET", "/api/v1/namespaces/kube-system/secrets/any"), ("GET", f"/api/v1/namespaces/{_UNBOUND}/secrets/agent"),
        ("POST", "/apis/apps/v1/namespaces/kube-system/deployments"), ("GET", "/api/v1/namespaces/platform/secrets/any"),
        ("GET", "/api/v1/namespaces/kube-system/pods/any/log"), ("POST", "/api/v1/namespaces/default/pods"),
        ("POST", "/api/v1/namespaces/default/pods/any/exec?command=sh"), ("DELETE", "/api/v1/namespaces/default/pods/any"),
        ("DELETE", "/api/v1/namespaces/default/secrets/any"), ("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles"),
        ("GET", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"),
        ("POST", f"/api/v1/namespaces/{identity.namespace}/serviceaccounts/operator/token"), ("GET", "/metrics"),
        ("GET", "/logs/"),
    ):
        status, _ = await cluster.request_as(identity.token, method, target, {} if method == "POST" else None)
        if status != 403:
            faults.append(f"{method} {target} as the operator answers {status}, not 403")
    return faults


# What is needed

class Stand:
    """An operator's identity of the trial's own, whose rules can be changed."""

    def __init__(self, cluster, folder):
        self._cluster = cluster
        self.name = f"rbac-trial-{uuid.uuid4().hex[:8]}"
        self._folder = folder
        #: Where it is seen what the role for customers' namespaces allows by now.
        self._probe = f"{self.name}-probe"

    async def __aenter__(self):
        made = []
        for each in access.documents():
            if each["kind"] == "PriorityClass" or each["kind"].startswith("Validating"):
                continue
            if each["kind"] == "Namespace":
                each["metadata"] = {"name": self.name}
            elif (each["kind"], each["metadata"]["name"]) == CUSTOMER:
                # That one is the program's own to name.
                continue
            elif each["kind"].startswith("ClusterRole"):
                each["metadata"]["name"] = self.name
            else:
                each["metadata"]["namespace"] = self.name
            for subject in each.get("subjects", ()):
                subject["namespace"] = self.name
            if each.get("roleRef", {}).get("kind") == "ClusterRole":
                each["roleRef"]["name"] = self.name
            made.append(each)
        made += [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self._probe}},
                 binding(self._probe, self.name)]
        access.apply(made)
        self.identity = await Identity(self._cluster, self._folder, self.name).log_in()
        self._access = Access(self._cluster, self.identity.user)
        return self

    async def __aexit__(self, *_):
        for kind, name in (("clusterrolebinding", self.name), ("clusterrole", self.name), ("namespace", self.name),
                           ("namespace", self._probe)):
            access.delete(kind, name)
        access.apply()

    async def allow(self, without=None):
        """Gives it all rights, but for (group, resource, verb)."""
        targets = {
            EVERYWHERE: f"/apis/{RBAC}/v1/clusterroles/{self.name}",
            CUSTOMER: f"/apis/{RBAC}/v1/clusterroles/{CUSTOMER[1]}",
            HOME: f"/apis/{RBAC}/v1/namespaces/{self.name}/roles/operator"}
        for role, target in targets.items():
            kept = [{**rule, "apiGroups": [group], "resources": [resource], "verbs": verbs}
                    for rule in rules(role) for group in rule["apiGroups"] for resource in rule["resources"]
                    if (verbs := [verb for verb in rule["verbs"] if (group, resource, verb) != without])]
            status, answer = await self._cluster.request(
                "PATCH", target, {"rules": kept}, "application/merge-patch+json")
            if status != 200:
                raise ProgramFailed(f"the role can't be changed: {answer}")
        # The authorizer hears of it by a watch.
        for role in ROLES:
            for group, resource, verb, names in listed(role):
                if without in (None, (group, resource, verb)):
                    await self._until_heard(role, group, resource, verb, names, without is None)

    async def _until_heard(self, role, group, resource, verb, names, is_allowed):
        place = {EVERYWHERE: "", CUSTOMER: self._probe, HOME: self.name}[role]
        while await self._access.allows(group, resource, verb, place, *names[:1]) != is_allowed:
            await asyncio.sleep(0.02)

    async def remove_lease(self):
        """So that the next operator needn't wait for it to run out."""
        lease = f"/apis/coordination.k8s.io/v1/namespaces/{self.name}/leases/{LEASE}"
        await self._cluster.request("DELETE", lease)


def _uses(request, resource, verb):
    """Whether a request wants that right; an apply wants to patch, and to create where there is nothing yet."""
    verbs = {"replace": ("update",), "apply": ("patch", "create")}.get(request.verb, (request.verb,))
    if verb == "bind":
        return request.resource == "rolebindings" and request.is_write
    return request.resource == resource and verb in verbs


async def try_without(cluster, stand, fleet, group, resource, verb):
    """Lets a box live until the lack is felt; returns the phase, or `None` if it never was, whether the log tells it, what was
    asked, and the phases that didn't come to their end."""
    await stand.allow(without=(group, resource, verb))
    interceptor = Interceptor(cluster, stand.identity)
    operator = Operator(
        fleet, await interceptor.open(f"{verb}-{resource}"), f"{verb}-{resource}", PLATFORM_NAMESPACE=stand.name)

    def is_told():
        # Of an apply of what isn't there yet, Kubernetes 1.20 says that it is forbidden, and not why.
        words = (f'cannot {verb} resource "{resource}"', f"403 Forbidden: {resource}")
        text = operator.log_text().replace("\\", "")
        if verb == "bind":
            return "attempting to grant RBAC permissions not currently held" in text
        return words[0] in text or verb == "create" and words[1] in text

    def is_felt():
        return is_told() or any(each.status == 403 and _uses(each, resource, verb) for each in interceptor.record)

    lifetime = Lifetime(cluster, fleet, operator, is_felt)
    try:
        await operator.spawn()
        phase = await lifetime.run()
        # What is refused may be asked for again a few times before it is told.
        deadline = time.monotonic() + 10
        while phase is not None and not is_told() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        return phase, is_told(), interceptor.record, lifetime.unfinished
    finally:
        await operator.end()
        interceptor.close()
        await stand.remove_lease()
        await lifetime.clear()


async def try_lives(cluster, is_taken_away):
    """Returns texts of verbs that are lacking, of those that aren't needed, and of lacks that aren't told.

    is_taken_away: of a resource, whether to see that its verbs are needed.
    """
    faults = []
    fleet = Fleet(**_BACKUPS)
    try:
        async with Stand(cluster, fleet.folder) as stand:
            _, _, record, unfinished = await try_without(cluster, stand, fleet, "", "", "")
            faults += [f"unfinished though all rights are there: {phase}" for phase in unfinished]
            # What is over a quota that was widened a moment ago is refused, too, and asked for again.
            done = {(each.verb, each.target) for each in record if each.status in (200, 201)}
            refused = [f"{each.verb} {each.resource}" for each in record
                       if each.status == 403 and (each.verb, each.target) not in done]
            faults += [f"refused though all rights are there: {text}" for text in refused]
            print(f"a whole life with all rights: {len(record)} requests, {len(refused)} refused", flush=True)
            rights = [each for role in ROLES for each in listed(role) if is_taken_away(each[1])]
            for number, (group, resource, verb, _) in enumerate(rights, 1):
                phase, is_told, record, _ = await try_without(cluster, stand, fleet, group, resource, verb)
                uses = sum(_uses(each, resource, verb) for each in record)
                if phase is None:
                    faults.append(f"not needed: {verb} {resource}")
                elif not is_told:
                    faults.append(f"its lack isn't told in the log: {verb} {resource}")
                print(f"{number:3}/{len(rights)} without {verb + ' ' + resource:34} "
                      f"{'felt in: ' + phase if phase else 'NOT FELT'}{'' if is_told or not phase else ', NOT TOLD'} "
                      f"({uses} requests of it)", flush=True)
    finally:
        fleet.close()
    return faults


async def main(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/rbac-operator", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="The phases of a box's life: " + ", ".join(name for name, _ in PHASES) + ".")
    parser.add_argument("--only", metavar="RESOURCE", help="take only this resource's verbs away, such as secrets")
    parser.add_argument("--skip-needed", action="store_true", help="see what is allowed, and that it is enough")
    parser.add_argument("--program", help="another build of openclaw-cloud than .build/debug/openclaw-cloud")
    options = parser.parse_args(arguments)
    cluster = Cluster()
    access.apply()
    try:
        with tempfile.TemporaryDirectory() as folder:
            asked, faults = await try_access(cluster, await Identity(cluster, folder).log_in())
        print(f"{asked} questions about what is allowed, {len(faults)} wrong answers", flush=True)
        faults += await try_lives(
            cluster, lambda resource: not options.skip_needed and options.only in (None, resource))
    except Away as error:
        raise ProgramFailed(f"the API server is away: {error}") from error
    finally:
        cluster.close()
    for text in faults:
        print(f"  {text}")
    kinds = Counter(text.split(":")[0] for text in faults)
    print(f"{sum(len(listed(role)) for role in ROLES)} rights, " + (
        ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "no violations"))
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        run(main, sys.argv[1:])
    except ProgramFailed as failure:
        print(f"rbac-operator: {failure}", file=sys.stderr)
        sys.exit(2)
