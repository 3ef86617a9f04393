"""Holds the objects of boxes and of the platform itself against Kubernetes' own schemas, old and new, and against its Pod
Security Standard.

    scripts/validate-manifests

Boxes of all three plans, with open and strict egress, and with every setting that puts something more into a manifest. Each
object has to be valid, without a field that isn't known, by the schemas of Kubernetes 1.20 and of the newest release that
PyPI's kubernetes-validate has; pods' templates have to keep within "restricted". Where KUBECONFIG leads to a cluster, its API
server is asked, too: boxes' objects aren't made there, the platform's are, twice, and are deleted again. The admission policy
that keeps the operator to customers' namespaces is evaluated by an evaluator of its language.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import kubernetes_validate
import platform_objects
import pod_security
import yaml
from fleet import TIERS, Fleet, ProgramFailed
from jsonschema import Draft4Validator
from objects import parse
from referencing import Registry
from referencing.jsonschema import DRAFT4

#: Settings of the program that go into manifests.
_MODES = {
    "open egress": {"AGENT_EGRESS": "open"}, "strict egress": {"AGENT_EGRESS": "strict"},
    "every setting": {
        "AGENT_EGRESS": "open", "AGENT_BLOCKED_RANGES": "10.42.0.0/16,2001:db8::/32,203.0.113.7/32",
        "AGENT_STORAGE_CLASS": "standard", "AGENT_PRIORITY_CLASS": "openclaw-cloud-agent", "AGENT_RUNTIME_CLASS": "gvisor",
        "AGENT_TOKEN_PROXY_URL": "https://[2001:db8::7]:8443/v1", "PLATFORM_NAMESPACE": "cloud",
        "BACKUP_S3_ENDPOINT": "https://s3.example", "BACKUP_S3_BUCKET": "backups", "BACKUP_S3_ACCESS_KEY_ID": "key",
        "BACKUP_S3_SECRET_ACCESS_KEY": "secret", "PLATFORM_IMAGE": "openclaw-cloud:1"},
}
#: The kinds that every box has, and how many of each; and what a store for backups adds.
_EXPECTED = Counter({"Namespace": 1, "ServiceAccount": 1, "ResourceQuota": 1, "LimitRange": 1, "NetworkPolicy": 3, "Secret": 1,
                     "ConfigMap": 1, "PersistentVolumeClaim": 1, "Deployment": 1, "RoleBinding": 1})
_BACKUP = Counter({"NetworkPolicy": 1, "Job": 2})


class OldSchemas:
    """Kubernetes 1.20's, from the release of kubernetes-validate of its time, whose own code is too old to run."""

    version = "1.20"

    def __init__(self, folder):
        self._folder = Path(folder) / "kubernetes_validate" / "kubernetes-json-schema" / "v1.20.0-local-strict"
        definitions = json.loads((self._folder / "_definitions.json").read_text())
        self._registry = Registry().with_resource("_definitions.json", DRAFT4.create_resource(definitions))

    def faults(self, body):
        version = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", body["apiVersion"])
        schema = json.loads((self._folder / f"{body['kind'].lower()}-{version}.json").read_text())
        errors = Draft4Validator(schema, registry=self._registry).iter_errors(body)
        return [f"/{'/'.join(map(str, each.path))}: {each.message[:200]}" for each in errors]


class NewSchemas:
    version = kubernetes_validate.latest_version()

    def faults(self, body):
        try:
            kubernetes_validate.validate(body, self.version, strict=True)
            return []
        except kubernetes_validate.ValidationError as error:
            return [f"/{'/'.join(map(str, error.path))}: {error.message[:200]}"]


def schemas_catch_faults(schemas):
    """Returns texts of planted faults that the schemas don't see: a check that checks nothing would pass everything."""
    good = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {
        "selector": {"matchLabels": {"a": "b"}}, "template": {"spec": {"containers": [{"name": "a"}]}}}}
    texts = [f"a good Deployment is refused: {text}" for text in schemas.faults(good)]
    for field, value in (("replica", 1), ("replicas", "one"), ("selector", None)):
        bad = {**good, "spec": {**good["spec"], field: value}}
        if value is None:
            del bad["spec"][field]
        if not schemas.faults(bad):
            texts.append(f"a Deployment with {field} = {value} passes")
    return texts


def ask_server(text, namespace):
    """What the API server says of manifests; namespace: theirs."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        subprocess.run(["kubectl", "create", "namespace", namespace], check=True, stdout=subprocess.DEVNULL)
        try:
            done = subprocess.run(
                ["kubectl", "apply", "--server-side", "--dry-run=server", "--force-conflicts", "-f", file.name],
                capture_output=True, text=True)
        finally:
            subprocess.run(
                ["kubectl", "delete", "namespace", namespace, "--wait=false"], check=True, stdout=subprocess.DEVNULL)
    return [] if done.returncode == 0 else [line for line in done.stderr.splitlines() if line]


def platform_faults(all_schemas):
    """Returns how many objects of the platform were looked at, and texts of faults."""
    count, found = 0, []
    for where, options, settings in platform_objects.cases():
        for schemas in all_schemas:
            text = platform_objects.render(
                "--image", platform_objects.IMAGE, "--kubernetes", schemas.version, *options, **settings)
            objects = list(yaml.safe_load_all(text))
            count += len(objects)
            for body in objects:
                found += [f"{where}, {body['kind']} {body['metadata']['name']}, {schemas.version}: {fault}"
                          for fault in schemas.faults(body)]
            found += [f"{where}: {fault}" for fault in platform_objects.faults(objects, text)]
        print(f"{where}: {len(objects)} objects", flush=True)
    judged, wrong = platform_objects.admission_faults()
    print(f"admission policy: {judged} requests judged, {len(wrong)} wrongly", flush=True)
    found += [f"admission policy: {text}" for text in wrong]
    if os.environ.get("KUBECONFIG"):
        applied, refused = platform_objects.apply_twice()
        print(f"the API server took {applied} objects of the platform, twice", flush=True)
        found += refused
    return count, found


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/validate-manifests", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schemas-1.20", dest="old", required=True, metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--program", help="another build of openclaw-cloud than .build/debug/openclaw-cloud")
    options = parser.parse_args(arguments)
    all_schemas = [OldSchemas(options.old), NewSchemas()]
    faults = [f"the check itself: {text}" for text in pod_security.self_test()]
    faults += [f"the check itself: {each.version}: {text}" for each in all_schemas for text in schemas_catch_faults(each)]
    objects, platform = platform_faults(all_schemas)
    faults += platform
    asked = 0
    fleet = Fleet()
    try:
        for tier in TIERS:
            for mode, settings in _MODES.items():
                box, = fleet.add(1, tier=tier, desired="draft", enqueued=False)
                text = fleet.render(box, transfers=True, **settings)
                rendered = parse(text)
                objects += len(rendered)
                where = f"{tier}, {mode}"
                expected = _EXPECTED + (_BACKUP if "PLATFORM_IMAGE" in settings else Counter())
                if Counter(kind for kind, _ in rendered) != expected:
                    faults.append(f"{where}: the objects are {sorted(rendered)}")
                for (kind, name), body in rendered.items():
                    faults += [f"{where}, {kind} {name}, {schemas.version}: {fault}"
                               for schemas in all_schemas for fault in schemas.faults(body)]
                    if kind in ("Deployment", "Job"):
                        faults += [f"{where}, {kind} {name}: {fault}"
                                   for fault in pod_security.violations(body["spec"]["template"])]
                if os.environ.get("KUBECONFIG"):
                    asked += 1
                    faults += [f"{where}, API server: {fault}" for fault in ask_server(text, box.namespace)]
                print(f"{where}: {len(rendered)} objects", flush=True)
    finally:
        fleet.close()
    for text in faults:
        print(text)
    server = f"{asked} boxes shown to the API server" if asked else "no API server asked, as KUBECONFIG isn't set"
    print(f"{objects} objects against {' and '.join(each.version for each in all_schemas)}, "
          f"{len(pod_security.CONTROLS)} controls, {server}, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ProgramFailed as failure:
        print(f"validate-manifests: {failure}", file=sys.stderr)
        sys.exit(2)
