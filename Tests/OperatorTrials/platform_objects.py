"""The platform's own objects, as `openclaw-cloud cluster render` prints them: what has to hold of them."""

import json
import os
import subprocess
import tempfile

import celpy
import pod_security
import yaml
from access import documents
from fleet import PROGRAM

_DIGEST = "sha256:" + "ab" * 32
IMAGE = f"registry.example/openclaw-cloud@{_DIGEST}"
#: Every one of them would be a leak.
_SECRETS = {
    "DATABASE_URL": "postgres://openclaw:f00dcafe@postgres:5432/openclaw", "ENCRYPTION_KEY": "5eed" * 16,
    "PREVIOUS_ENCRYPTION_KEYS": "01d0" * 16, "KIMI_API_KEY": "sk-kimi-leak", "FALLBACK_API_KEY": "sk-fallback-leak",
    "STRIPE_SECRET_KEY": "sk_live_leak", "STRIPE_WEBHOOK_SECRETS": "whsec_leak12345", "TELEGRAM_BOT_TOKEN": "7:telegram-leak",
    "SMTP_URL": "smtps://user:mail-leak@mail.example", "BACKUP_S3_SECRET_ACCESS_KEY": "s3-leak",
}
_SETTINGS = {
    "PUBLIC_URL": "https://agents.example", "MAIL_FROM": "Agents <hello@agents.example>", "ALERT_MAIL_TO": "host@agents.example",
    "FALLBACK_BASE_URL": "https://fallback.example:8443/v1", "FALLBACK_ANTHROPIC_BASE_URL": "https://fallback.example:8443",
    "FALLBACK_MODELS": "k2p5=k", "BACKUP_S3_ENDPOINT": "https://s3.example", "BACKUP_S3_BUCKET": "backups",
    "BACKUP_S3_ACCESS_KEY_ID": "key", "PLATFORM_IMAGE": IMAGE,
}
SERVICES = ("web", "api", "onboarding-agent", "billing-worker", "operator", "token-proxy", "agent-tools")


def render(*options, **settings):
    with tempfile.TemporaryDirectory() as empty:
        return subprocess.run(
            [PROGRAM, "cluster", "render", *options], check=True, stdout=subprocess.PIPE, text=True, cwd=empty,
            env={"PATH": os.environ["PATH"], **settings}).stdout


def cases():
    """(words, options, settings)."""
    for overlay in ("staging", "production"):
        yield f"platform, {overlay}", ["--overlay", overlay], {}
        yield f"platform, {overlay}, every setting", ["--overlay", overlay], {**_SETTINGS, **_SECRETS}
    yield "platform, database elsewhere", ["--postgres-image", "none", "--issuer", "none"], {**_SETTINGS, **_SECRETS}


def pods(objects):
    """(name, template) of all that makes pods."""
    for each in objects:
        spec = each.get("spec", {})
        if each["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if "template" in spec:
            yield f"{each['kind']} {each['metadata']['name']}", spec["template"]


def faults(objects, text):
    """Texts of what isn't as it should be, beside the schemas."""
    found = [f"{name} leaks" for name, value in _SECRETS.items() if value in text or value.split(":")[-1] in text]
    for name, template in pods(objects):
        spec = template["spec"]
        found += [f"{name}: {fault}" for fault in pod_security.violations(template)]
        for container in spec["containers"]:
            if not container["securityContext"]["readOnlyRootFilesystem"]:
                found.append(f"{name}: its root file system can be written")
            if "@sha256:" not in container["image"]:
                found.append(f"{name}: {container['image']} names no digest")
        if spec["automountServiceAccountToken"] != (name == "Deployment operator"):
            found.append(f"{name}: a token of the cluster is mounted, or lacks")
    found += _held_secrets(objects) + _undrainable(objects)
    names = {template["metadata"]["labels"]["app.kubernetes.io/name"] for _, template in pods(objects)}
    policies = {each["metadata"]["name"] for each in objects if each["kind"] == "NetworkPolicy"}
    found += [f"{name} runs without a NetworkPolicy of its own" for name in names - policies]
    found += [f"{name} isn't rendered" for name in set(SERVICES) - names]
    return found


def _held_secrets(objects):
    """Who holds a key that is none of their business."""
    owners = {"KIMI_API_KEY": {"token-proxy"}, "SMTP_URL": {"onboarding-agent"},
              "BACKUP_S3_SECRET_ACCESS_KEY": {"operator", "web", "api", "onboarding-agent"},
              "ENCRYPTION_KEY": set(SERVICES) - {"token-proxy"}, "POSTGRES_PASSWORD": {"postgres"}}
    found = []
    for name, template in pods(objects):
        keys = {each["name"] for container in template["spec"]["containers"] for each in container.get("env", ())
                if "secretKeyRef" in each.get("valueFrom", {})}
        app = template["metadata"]["labels"]["app.kubernetes.io/name"]
        for key, allowed in owners.items():
            if (key in keys) != (app in allowed):
                found.append(f"{name} {'holds' if key in keys else 'lacks'} {key}")
    return found


def _undrainable(objects):
    """A budget on a single pod keeps a node from being drained for ever."""
    replicas = {each["metadata"]["name"]: each["spec"].get("replicas") for each in objects
                if each["kind"] in ("Deployment", "StatefulSet")}
    least = {each["metadata"]["name"]: each["spec"]["minReplicas"] for each in objects
             if each["kind"] == "HorizontalPodAutoscaler"}
    return [f"{each['metadata']['name']}: a budget on a single pod" for each in objects
            if each["kind"] == "PodDisruptionBudget"
            and (replicas[each["metadata"]["name"]] or least.get(each["metadata"]["name"], 1)) < 2]


# The admission policy, by an evaluator of its language

_OPERATOR = "system:serviceaccount:platform:operator"


def _binding(role="openclaw-cloud-customer", subject="operator", namespace="platform"):
    return {"metadata": {"name": "operator"}, "roleRef": {"kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": subject, "namespace": namespace}]}


def _namespace(name, level="restricted"):
    return {"metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": level}}}


_REQUESTS = [
    (True, "CREATE", "namespaces", "customer-1", _namespace("customer-1")),
    (False, "CREATE", "namespaces", "customer-1", {"metadata": {"name": "customer-1"}}),
    (False, "UPDATE", "namespaces", "customer-1", _namespace("customer-1", "privileged")),
    (False, "CREATE", "namespaces", "platform-2", _namespace("platform-2")),
    (False, "UPDATE", "namespaces", "kube-system", _namespace("kube-system")),
    (True, "DELETE", "namespaces", "customer-1", None), (False, "DELETE", "namespaces", "kube-system", None),
    (True, "CREATE", "secrets", "customer-1", {"metadata": {"name": "agent"}}),
    (False, "CREATE", "secrets", "kube-system", {"metadata": {"name": "agent"}}),
    (False, "UPDATE", "deployments", "platform", {"metadata": {"name": "web"}}),
    (True, "UPDATE", "leases", "platform", {"metadata": {"name": "openclaw-cloud-operator"}}),
    (False, "UPDATE", "leases", "kube-system", {"metadata": {"name": "openclaw-cloud-operator"}}),
    (True, "CREATE", "rolebindings", "customer-1", _binding()), (False, "CREATE", "rolebindings", "kube-system", _binding()),
    (False, "CREATE", "rolebindings", "customer-1", _binding(role="cluster-admin")),
    (False, "CREATE", "rolebindings", "customer-1", _binding(subject="default")),
    (False, "UPDATE", "rolebindings", "customer-1", _binding(namespace="customer-1")),
]


def admission_faults():
    """Returns how many requests were judged, and texts of those that were judged wrongly."""
    policy, = (each for each in documents_of_newest() if each["kind"] == "ValidatingAdmissionPolicy")
    environment = celpy.Environment()
    condition, = policy["spec"]["matchConditions"]
    programs = [environment.program(environment.compile(each["expression"]))
                for each in [condition, *policy["spec"]["validations"]]]
    found = []
    for is_right, operation, resource, namespace, body in _REQUESTS:
        variables = {"request": {"operation": operation, "namespace": namespace, "userInfo": {"username": _OPERATOR},
                                 "resource": {"resource": resource}}, "object": body,
                     "oldObject": body or {"metadata": {"name": namespace}}}
        activation = {name: celpy.json_to_cel(value) for name, value in variables.items()}
        matches, *verdicts = (bool(program.evaluate(activation)) for program in programs)
        if not matches or all(verdicts) != is_right:
            found.append(f"{operation} {resource} in {namespace} {json.dumps(body)} is "
                         f"{'allowed' if all(verdicts) else 'refused'}")
    return len(_REQUESTS), found


def documents_of_newest():
    return [each for each in yaml.safe_load_all(render("--access")) if each]


# On the API server

def apply_twice():
    """Applies the platform to the cluster twice; returns how many objects there are, and texts of faults."""
    release = next((each for each in documents() if each["kind"].startswith("Validating")), None)
    options = [] if release else ["--kubernetes", "1.20"]
    text = render("--image", IMAGE, *options, **_SETTINGS, **_SECRETS)
    apply = ["kubectl", "apply", "--server-side", "--force-conflicts", "-f", "-"]
    found = []
    versions = []
    try:
        for _ in range(2):
            done = subprocess.run(apply, input=text, text=True, capture_output=True)
            if done.returncode:
                return 0, [f"the API server refuses: {line}" for line in done.stderr.splitlines() if line]
            listed = json.loads(subprocess.run(
                ["kubectl", "get", "-o", "json", "-f", "-"], input=text, text=True, check=True, stdout=subprocess.PIPE).stdout)
            versions.append({(each["kind"], each["metadata"]["name"]): each["metadata"].get("generation")
                             for each in listed["items"]})
        found += [f"{key} changes when it is applied again" for key in versions[0] if versions[0][key] != versions[1][key]]
        return len(versions[0]), found
    finally:
        kinds = "deployments,statefulsets,services,cronjobs,ingresses,networkpolicies,hpa,pdb,configmaps,pvc"
        subprocess.run(["kubectl", "delete", kinds, "--all", "-n", "platform", "--wait=false"], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
