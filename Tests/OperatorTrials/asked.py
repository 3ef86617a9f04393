"""What is asked of the API: requests and lines of the audit log in the same words."""

import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

_PATH = re.compile(
    r"/(?:api|apis/(?P<group>[^/]+))/[^/]+(?:/namespaces/(?P<namespace>[^/]+))?/(?P<resource>[a-z]+)"
    r"(?:/(?P<name>[^/]+))?(?:/(?P<subresource>[^/]+))?")
_VERBS = {"POST": "create", "PUT": "replace", "PATCH": "patch", "DELETE": "delete"}
_SINGULAR = {"networkpolicies": "networkpolicy"}
WRITES = ("create", "replace", "apply", "patch", "delete", "update", "deletecollection")


@dataclass
class Asked:
    """One request and how it ended."""

    #: get, list, watch, create, apply, patch, replace or delete; the audit log calls apply patch, and replace update.
    verb: str
    resource: str
    #: Of a box or another one; `None` for all, and for objects that live in none. A namespace is its own.
    namespace: str | None
    name: str | None
    selector: str | None
    target: str
    #: When it came, in seconds; and how long it took.
    at: float = 0
    seconds: float = 0
    #: `None` if no answer was passed on.
    status: int | None = None
    #: What was done to it on its way.
    fault: str | None = None
    #: Which operator's it was.
    door: str = ""

    @property
    def is_write(self):
        return self.verb in WRITES

    @property
    def point(self):
        """Such as `create-namespace` or `scale-down`; where trials kill an operator."""
        if self.resource == "deployments" and self.verb == "patch":
            return "scale-down"
        return f"{self.verb}-{_SINGULAR.get(self.resource, self.resource.removesuffix('s'))}"


def of_request(method, target, content_type="", body=b""):
    url = urlsplit(target)
    query = parse_qs(url.query)
    found = _PATH.fullmatch(url.path)
    resource = found["resource"] if found else url.path
    namespace, name = (found["namespace"], found["name"]) if found else (None, None)
    if method == "GET":
        verb = "watch" if query.get("watch") == ["true"] else "get" if name or not found else "list"
    else:
        verb = "apply" if "apply-patch" in content_type else _VERBS.get(method, method.lower())
    if resource == "namespaces":
        if verb == "create":
            name = json.loads(body)["metadata"]["name"]
        namespace = name
    return Asked(verb, resource, namespace, name, query.get("labelSelector", [None])[0], target)


def of_audit(event):
    """A line of the audit log."""
    reference = event.get("objectRef") or {}
    resource, name = reference.get("resource", ""), reference.get("name")
    namespace = name if resource == "namespaces" else reference.get("namespace")
    query = parse_qs(urlsplit(event["requestURI"]).query)
    return Asked(
        event["verb"], resource, namespace, name, query.get("labelSelector", [None])[0], event["requestURI"],
        status=(event.get("responseStatus") or {}).get("code"))
