"""Reads the API server's audit log: what the operator asked for, and whether it kept within a box's namespace."""

import json
import os
import re

import access
import asked

_RULES = [rule for each in access.documents() if each["kind"] == "ClusterRole" for rule in each["rules"]]
#: What the operator may list and watch over all namespaces, if it names what is its own.
WATCHED = {resource for rule in _RULES if "watch" in rule["verbs"] for resource in rule["resources"]}
LEASE = "openclaw-cloud-operator"
SELECTOR = "app.kubernetes.io/managed-by=openclaw-cloud"
_NAMESPACE = re.compile(r"customer-[0-9a-hjkmnp-tv-z]{26}")


class AuditLog:
    """From now on; `None` where the cluster has none."""

    def __init__(self, user, path=None):
        self._user = user
        self._path = path or os.environ["TEST_CLUSTER_AUDIT_LOG"]
        self.mark()

    @staticmethod
    def exists():
        return bool(os.environ.get("TEST_CLUSTER_AUDIT_LOG"))

    def mark(self):
        """Forgets what was before."""
        self._offset = os.path.getsize(self._path)

    def asked(self):
        """Everything that the operator asked for since the mark, and has been answered."""
        with open(self._path, "rb") as file:
            file.seek(self._offset)
            lines = file.read().split(b"\n")
        name = self._user.encode()
        # A line that is being written is read the next time.
        return [asked.of_audit(event) for event in (json.loads(line) for line in lines[:-1] if name in line)
                if event["user"]["username"] == self._user]


def fault(request, platform="platform"):
    """What is wrong with a request of the operator; `None` if nothing is."""
    if request.resource == "leases":
        # A Lease that is being created has no name in its URL; the audit log may know it all the same.
        is_ours = request.namespace == platform and request.name in (LEASE, None)
        return None if is_ours and (request.name or request.verb == "create") else "a lease that isn't the operator's"
    if request.verb in ("list", "watch") and request.namespace is None:
        if request.resource == "secrets":
            return "lists or watches secrets over all namespaces"
        if request.resource not in WATCHED:
            return f"lists or watches {request.resource}"
        return None if request.selector == SELECTOR else f"lists or watches all {request.resource}, not only its own"
    if not request.resource:
        return "asks for what is no object"
    if not _NAMESPACE.fullmatch(request.namespace or ""):
        return f"names no box's namespace ({request.namespace})"
    if request.resource == "secrets" and request.verb in ("list", "watch", "delete", "deletecollection"):
        return f"{request.verb} of secrets"
    return None


def faults(requests, platform="platform"):
    """Pairs of what is wrong and the request."""
    return [(text, request) for request in requests if (text := fault(request, platform))]


def others(requests, namespace):
    """Those requests that name the namespace of another box."""
    return [request for request in requests if request.resource != "leases" and request.namespace is not None
            and request.namespace != namespace]
