"""Asks the API server as its administrator, whom KUBECONFIG names, and watches what becomes of the boxes."""

import asyncio
import base64
import json
import os
import ssl
import subprocess
import tempfile
import urllib.parse

from http1 import Connections, chunks, head, read_head

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
#: Selects everything that is the operator's.
OURS = "app.kubernetes.io/managed-by=openclaw-cloud"
BOX_LABEL = "openclaw.cloud/box"
SPECIFICATION = "openclaw.cloud/specification"

#: What a box is made of: kind, and the path up to its plural.
KINDS = {
    "Namespace": ("/api/v1", "namespaces"), "ServiceAccount": ("/api/v1", "serviceaccounts"),
    "Secret": ("/api/v1", "secrets"), "ConfigMap": ("/api/v1", "configmaps"),
    "PersistentVolumeClaim": ("/api/v1", "persistentvolumeclaims"), "ResourceQuota": ("/api/v1", "resourcequotas"),
    "LimitRange": ("/api/v1", "limitranges"), "NetworkPolicy": ("/apis/networking.k8s.io/v1", "networkpolicies"),
    "RoleBinding": ("/apis/rbac.authorization.k8s.io/v1", "rolebindings"), "Deployment": ("/apis/apps/v1", "deployments"),
    "Pod": ("/api/v1", "pods"),
}
#: Those that the operator itself writes into a box's namespace.
OWNED = [kind for kind in KINDS if kind not in ("Namespace", "Pod")]


def path(kind, namespace=None, name=None):
    group, plural = KINDS[kind]
    where = f"/namespaces/{namespace}" if namespace and kind != "Namespace" else ""
    return f"{group}{where}/{plural}" + (f"/{name}" if name else "")


def api_version(kind):
    return KINDS[kind][0].removeprefix("/apis/").removeprefix("/api/")


class Away(Exception):
    """The API server can't be reached."""


class Cluster:
    def __init__(self):
        view = ["kubectl", "config", "view", "--raw", "--minify", "--flatten", "-o", "json"]
        if not os.environ.get("KUBECONFIG"):
            raise SystemExit('KUBECONFIG isn\'t set; eval "$(scripts/test-cluster up)" starts a cluster and sets it')
        config = json.loads(subprocess.run(view, check=True, stdout=subprocess.PIPE, text=True).stdout)
        cluster, user = config["clusters"][0]["cluster"], config["users"][0].get("user", {})
        self.server = cluster["server"]
        self.authority = base64.b64decode(cluster.get("certificate-authority-data", "")).decode()
        self.context = self.trusting()
        if "client-certificate-data" in user:
            with tempfile.NamedTemporaryFile(suffix=".pem") as file:
                for part in ("client-certificate-data", "client-key-data"):
                    file.write(base64.b64decode(user[part]) + b"\n")
                file.flush()
                self.context.load_cert_chain(file.name)
        self._authorization = [("Authorization", f"Bearer {user['token']}")] if "token" in user else []
        url = urllib.parse.urlsplit(self.server)
        self.address = (url.hostname, url.port or 443)
        self._connections = Connections(*self.address, self.context)

    def trusting(self):
        """A TLS context that trusts the API server and shows no certificate."""
        return ssl.create_default_context(cadata=self.authority or None)

    def _head(self, method, target, *more):
        return head(f"{method} {target} HTTP/1.1", [
            ("Host", self.address[0]), ("Accept", "application/json"), ("User-Agent", "operator-trials"),
            *self._authorization, *more])

    async def request(self, method, target, body=None, content_type="application/json"):
        """Returns (status, answer). Throws `Away`."""
        return await self._request(self._connections, method, target, body, content_type)

    async def request_as(self, token, method, target, body=None):
        """As whoever the token stands for. Throws `Away`."""
        connections = Connections(*self.address, self.trusting())
        try:
            return await self._request(
                connections, method, target, body, "application/json", ("Authorization", f"Bearer {token}"))
        finally:
            connections.close()

    async def _request(self, connections, method, target, body, content_type, *more):
        content = b"" if body is None else json.dumps(body).encode()
        more = [("Content-Type", content_type), ("Content-Length", len(content)), *more]
        try:
            answer = await asyncio.wait_for(
                connections.exchange(self._head(method, target, *more) + content), 30)
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            raise Away(repr(error)) from error
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.status, json.loads(answer.body) if is_json else None

    async def get(self, kind, namespace, name):
        """Returns `None` if there is none."""
        status, answer = await self.request("GET", path(kind, namespace, name))
        return answer if status == 200 else None

    async def list(self, kind, namespace=None, selector=None):
        query = "?" + urllib.parse.urlencode({"labelSelector": selector}) if selector else ""
        status, answer = await self.request("GET", path(kind, namespace) + query)
        if status != 200:
            raise Away(f"listing {kind} answered {status}")
        items = answer["items"] or []
        for item in items:
            # Those of a list come without.
            item |= {"kind": kind, "apiVersion": api_version(kind)}
        return items

    async def patch(self, kind, namespace, name, changes, content_type=MERGE, manager="someone"):
        """As an administrator would by hand."""
        return await self.request("PATCH", path(kind, namespace, name) + f"?fieldManager={manager}", changes, content_type)

    async def create(self, kind, namespace, name, metadata, body):
        """Returns the status."""
        whole = {"apiVersion": api_version(kind), "kind": kind, "metadata": {"name": name, **metadata}, **body}
        return (await self.request("POST", path(kind, namespace), whole))[0]

    async def delete(self, kind, namespace, name, propagation="Background"):
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        status, _ = await self.request("DELETE", path(kind, namespace, name), options)
        return status

    async def is_ready(self):
        try:
            return (await self.request("GET", "/readyz"))[0] == 200
        except Away:
            return False

    async def watch(self, kind, selector, take):
        """Calls `take(event, object)` for each change, and `take("LIST", objects)` at the start and after each gap. Endless."""
        query = {"labelSelector": selector}
        while True:
            try:
                status, listed = await self.request("GET", f"{path(kind)}?{urllib.parse.urlencode(query)}")
                if status != 200:
                    raise EOFError(f"listing answered {status}")
                take("LIST", listed["items"] or [])
                await self._stream(kind, dict(
                    query, watch=1, timeoutSeconds=600, allowWatchBookmarks="true",
                    resourceVersion=listed["metadata"]["resourceVersion"]), take)
            except (Away, OSError, EOFError):
                await asyncio.sleep(0.1)

    async def _stream(self, kind, query, take):
        reader, writer = await self._connections.open()
        try:
            writer.write(self._head("GET", f"{path(kind)}?{urllib.parse.urlencode(query)}"))
            answer = await read_head(reader)
            if answer is None or answer.status != 200:
                return
            rest = b""
            async for chunk in chunks(reader):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    event = json.loads(line)
                    if event["type"] == "ERROR":
                        return
                    if event["type"] != "BOOKMARK":
                        take(event["type"], event["object"])
        finally:
            writer.close()

    def close(self):
        self._connections.close()


class Identity:
    """The operator's service account, as `openclaw-cloud cluster render --access` makes it."""

    def __init__(self, cluster, folder, namespace="platform", name="operator"):
        self.cluster = cluster
        self.namespace = namespace
        self.user = f"system:serviceaccount:{namespace}:{name}"
        self._name = name
        self._folder = folder
        self.token = None

    async def log_in(self):
        """Fetches a token of the service account (TokenRequest), which must be there."""
        target = f"/api/v1/namespaces/{self.namespace}/serviceaccounts/{self._name}/token"
        wish = {
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 24 * 3600}}
        status, answer = await self.cluster.request("POST", target, wish)
        if status not in (200, 201):
            raise SystemExit(f"no token for {self.user}: {status} {answer.get('message')}")
        self.token = answer["status"]["token"]
        return self

    def kubeconfig(self, name="direct", server=None):
        """Writes a kubeconfig of the service account, or of nobody for another server, which knows whom it stands for."""
        cluster, user = {"server": server or self.cluster.server}, {}
        if server is None:
            user["token"] = self.token
            if self.cluster.authority:
                cluster["certificate-authority-data"] = base64.b64encode(self.cluster.authority.encode()).decode()
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": "trial",
            "clusters": [{"name": "trial", "cluster": cluster}], "users": [{"name": "trial", "user": user}],
            "contexts": [{"name": "trial", "context": {"cluster": "trial", "user": "trial"}}]}
        file = os.path.join(self._folder, f"{name}.kubeconfig")
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
            # JSON is YAML.
            json.dump(config, output)
        return file
