"""Holds a box's objects in the cluster against those that the program says it applies, and against an untouched box's."""

import base64
import hashlib
import re

import yaml

CONTENT_HASH = "openclaw.cloud/content-hash"
#: What the cluster keeps in any object.
_KEPT = {"metadata": {"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink",
                      "deletionTimestamp", "deletionGracePeriodSeconds"}}
#: Two objects never have the same here.
_VARYING = re.compile(
    r"/metadata/annotations/deployment\.kubernetes\.io/revision|/spec/volumeName|/secrets(/.*)?|"
    r"/metadata/annotations/(pv|volume)\.(beta\.)?kubernetes\.io/.*")
#: As `admin box render` shows them; SHA-256 differs, too.
_SECRET = re.compile(r"/data/.*|/metadata/annotations/openclaw\.cloud/content-hash")
#: Where a volume's size stands.
_STORAGE = {"PersistentVolumeClaim": "/spec/resources/requests/storage", "ResourceQuota": "/spec/hard/requests.storage",
            "LimitRange": "/spec/limits/1/max/storage"}


def parse(text):
    """The objects of `admin box render`, by kind and name."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {(each["kind"], each["metadata"]["name"]): each for each in yaml.load_all(text, loader)}


def flat(value, path=""):
    """Leaves by their paths, such as `/spec/ports/0/port`; empty objects and lists are leaves."""
    if isinstance(value, dict) and value:
        leaves = {}
        for name, inner in value.items():
            leaves.update(flat(inner, f"{path}/{name}"))
        return leaves
    if isinstance(value, list) and value:
        leaves = {}
        for index, inner in enumerate(value):
            leaves.update(flat(inner, f"{path}/{index}"))
        return leaves
    return {path: value}


def _leaves(live):
    kept = {name: value for name, value in live.items() if name != "status"}
    kept["metadata"] = {name: value for name, value in live["metadata"].items() if name not in _KEPT["metadata"]}
    return {path: value for path, value in flat(kept).items() if not _VARYING.fullmatch(path)}


def storage(claim):
    """GiB that a claim asks for."""
    return int(claim["spec"]["resources"]["requests"]["storage"].removesuffix("Gi"))


def missing(live, rendered, kept=None):
    """Texts of what is rendered and isn't so in the live object.

    kept: GiB of a volume that is larger than the plan's, because volumes never shrink; quotas then follow it."""
    found, wanted = _leaves(live), flat(rendered)
    texts = []
    for path, value in wanted.items():
        if rendered["kind"] == "Secret" and _SECRET.fullmatch(path):
            continue
        if kept and rendered["kind"] in _STORAGE:
            if path == f"/metadata/annotations/{CONTENT_HASH}":
                continue
            if path == _STORAGE[rendered["kind"]]:
                value = f"{kept}Gi"
        if found.get(path) != value and not (value in ({}, []) and path not in found):
            texts.append(f"{path} is {_short(found.get(path))}, not {_short(value)}")
    return texts


def additions(live, rendered, box):
    """Leaves of the live object that aren't rendered, in words that are the same for every box."""
    wanted = flat(rendered)
    names = {box.id: "<box>", box.customer_id: "<customer>", box.namespace: "<namespace>"}
    found = {}
    for path, value in _leaves(live).items():
        if path in wanted:
            continue
        text = str(value)
        for name, placeholder in names.items():
            text = text.replace(name, placeholder)
        found[path] = text
    return found


def _short(value):
    text = str(value)
    return text if len(text) < 60 else text[:57] + "…"


def secret_faults(secret, bot_token, active):
    """What is wrong with a box's Secret; active: the hashes of its valid proxy tokens."""
    data = {name: base64.b64decode(value) for name, value in (secret.get("data") or {}).items()}
    texts = []
    if set(data) != {"OPENCLAW_PROXY_TOKEN", "OPENCLAW_GATEWAY_TOKEN", "TELEGRAM_BOT_TOKEN", "SETTINGS"}:
        texts.append(f"the Secret holds {sorted(data)}")
    if data.get("TELEGRAM_BOT_TOKEN") != bot_token.encode():
        texts.append("the Secret holds another bot token")
    if [hashlib.sha256(data.get("OPENCLAW_PROXY_TOKEN", b"")).hexdigest()] != active:
        texts.append("the Secret's proxy token isn't the valid one")
    return texts
