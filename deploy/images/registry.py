"""A registry's own protocol, as far as a push needs it
(https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push)."""

import base64
import json
import re
import urllib.error
import urllib.parse
import urllib.request


class RegistryError(Exception):
    """What the registry said."""


class Reference:
    """`HOST[:PORT]/PATH:TAG`"""

    def __init__(self, text):
        name, separator, tag = text.rpartition(":")
        host, slash, self.path = name.partition("/")
        if not separator or "/" in tag or not slash or not ("." in host or ":" in host or host == "localhost"):
            raise RegistryError(f"{text} isn't a registry's name, a path and a tag, such as ghcr.io/me/openclaw-cloud:1.4")
        self.name, self.host, self.tag = name, host, tag


class Registry:
    """One repository of a registry."""

    def __init__(self, reference, is_plain=False, user=None, password=None):
        self._root = f"{'http' if is_plain else 'https'}://{reference.host}"
        self._base = f"{self._root}/v2/{reference.path}"
        self._path = reference.path
        self._basic = base64.b64encode(f"{user}:{password}".encode()).decode() if user else None
        self._authorization = None

    def push_blob(self, digest, path):
        """Returns whether it had to be sent."""
        if self._ask("HEAD", f"{self._base}/blobs/{digest}", accepts=(200, 404)).status == 200:
            return False
        begun = self._ask("POST", f"{self._base}/blobs/uploads/", body=b"", accepts=(202,))
        url = urllib.parse.urljoin(self._root, begun.headers["Location"])
        url += ("&" if "?" in url else "?") + urllib.parse.urlencode({"digest": digest})
        with open(path, "rb") as file:
            self._ask("PUT", url, body=file, size=path.stat().st_size, kind="application/octet-stream", accepts=(201,))
        return True

    def push_manifest(self, tag, content, kind):
        self._ask("PUT", f"{self._base}/manifests/{tag}", body=content, kind=kind, accepts=(201,))

    def _ask(self, method, url, body=None, size=None, kind=None, accepts=(200,), is_second=False):
        headers = {}
        if kind:
            headers["Content-Type"] = kind
        if body is not None:
            headers["Content-Length"] = str(len(body) if size is None else size)
        # An upload may go elsewhere, to whom the password is nobody's business.
        if self._authorization and url.startswith(self._root + "/"):
            headers["Authorization"] = self._authorization
        request = urllib.request.Request(url, data=body, method=method, headers=headers)
        try:
            answer = urllib.request.urlopen(request, timeout=300)
        except urllib.error.HTTPError as error:
            answer = error
        except urllib.error.URLError as error:
            raise RegistryError(f"{url} can't be reached: {error.reason}") from error
        if answer.status == 401 and not is_second:
            self._authorization = self._authorize(answer.headers.get("WWW-Authenticate", ""))
            if hasattr(body, "seek"):
                body.seek(0)
            return self._ask(method, url, body, size, kind, accepts, is_second=True)
        if answer.status not in accepts:
            raise RegistryError(f"{method} {url} answers {answer.status}: {answer.read()[:300].decode(errors='replace')}")
        return answer

    def _authorize(self, challenge):
        """(https://distribution.github.io/distribution/spec/auth/token/)"""
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "basic" and self._basic:
            return f"Basic {self._basic}"
        if scheme.lower() != "bearer":
            raise RegistryError("the registry wants a name and a password: set REGISTRY_USER and REGISTRY_PASSWORD")
        asked = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        query = {"scope": f"repository:{self._path}:pull,push", **({"service": asked["service"]} if "service" in asked else {})}
        request = urllib.request.Request(f"{asked['realm']}?{urllib.parse.urlencode(query)}")
        if self._basic:
            request.add_header("Authorization", f"Basic {self._basic}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                found = json.load(answer)
        except urllib.error.URLError as error:
            raise RegistryError(f"the registry gives no token: {error}") from error
        return f"Bearer {found.get('token') or found['access_token']}"
