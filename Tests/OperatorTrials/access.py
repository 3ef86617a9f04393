"""The operator's identity and rights, as `openclaw-cloud cluster render --access` prints them."""

import functools
import json
import os
import re
import subprocess
import tempfile

import yaml
from fleet import PROGRAM


@functools.cache
def text():
    """For the cluster that KUBECONFIG leads to; for the newest one where there is none."""
    options = ["--kubernetes", _release()] if os.environ.get("KUBECONFIG") else []
    with tempfile.TemporaryDirectory() as empty:
        # Nothing of this machine's settings may go into it.
        return subprocess.run(
            [PROGRAM, "cluster", "render", "--access", *options], check=True, stdout=subprocess.PIPE, text=True, cwd=empty,
            env={"PATH": os.environ["PATH"]}).stdout


def _release():
    found = json.loads(subprocess.run(
        ["kubectl", "version", "-o", "json"], check=True, stdout=subprocess.PIPE, text=True).stdout)["serverVersion"]
    return f"{found['major']}.{re.match('[0-9]+', found['minor'])[0]}"


def documents():
    return [each for each in yaml.safe_load_all(text()) if each]


def apply(objects=None):
    """All of it, or other objects."""
    content = text() if objects is None else yaml.safe_dump_all(objects)
    subprocess.run(["kubectl", "apply", "--server-side", "--force-conflicts", "-f", "-"], input=content, text=True, check=True,
                   stdout=subprocess.DEVNULL)


def delete(kind, name):
    subprocess.run(["kubectl", "delete", kind, name, "--wait=false", "--ignore-not-found"], stdout=subprocess.DEVNULL)


RBAC = "rbac.authorization.k8s.io"
#: The roles: everywhere, in customers' namespaces, in the platform's own.
EVERYWHERE, CUSTOMER, HOME = (
    ("ClusterRole", "openclaw-cloud-operator"), ("ClusterRole", "openclaw-cloud-customer"), ("Role", "operator"))
ROLES = (EVERYWHERE, CUSTOMER, HOME)


def rules(role):
    return next(each["rules"] for each in documents() if (each["kind"], each["metadata"]["name"]) == role)


def listed(role):
    """(group, resource, verb, names) of a role's rules."""
    return [(group, resource, verb, tuple(rule.get("resourceNames", ())))
            for rule in rules(role) for group in rule["apiGroups"] for resource in rule["resources"] for verb in rule["verbs"]]


def binding(namespace, subject_namespace):
    """What the operator lets itself into a customer's namespace by."""
    return {"apiVersion": f"{RBAC}/v1", "kind": "RoleBinding", "metadata": {"name": "operator", "namespace": namespace},
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": CUSTOMER[1]},
            "subjects": [{"kind": "ServiceAccount", "name": "operator", "namespace": subject_namespace}]}
