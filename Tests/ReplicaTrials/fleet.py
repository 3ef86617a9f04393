"""Two of every service behind nginx, on one PostgreSQL through a pooler, with Redis or without."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("PROGRAM") or str(ROOT / ".build/debug/openclaw-cloud")
#: Each service with the setting of its port, if it has one.
SERVICES = {
    "web": "WEB_PORT", "api": "API_PORT", "onboarding-agent": None, "billing-worker": None, "operator": None,
    "token-proxy": "TOKEN_PROXY_PORT", "agent-tools": "AGENT_TOOLS_PORT",
}
#: Seconds.
_READY = 90
_STOPPED = 60


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def await_port(port):
    """Waits until somebody listens there."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                sys.exit(f"nobody listens on port {port}")
            time.sleep(0.05)


class Replica:
    """One process of a service."""

    def __init__(self, fleet, service, number):
        self.fleet, self.service, self.number = fleet, service, number
        self.port, self.ops_port = free_ports(2)
        self.process = None

    @property
    def name(self):
        return f"{self.service}-{self.number}"

    def start(self):
        port = SERVICES[self.service]
        own = {"OPS_PORT": str(self.ops_port), **({port: str(self.port)} if port else {})}
        with open(f"{self.fleet.folder}/{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, self.service], env={**self.fleet.environment, **own}, cwd=self.fleet.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait(self):
        # The token proxy answers on its own port.
        port = self.port if self.service == "token-proxy" else self.ops_port
        deadline = time.monotonic() + _READY
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        log = Path(f"{self.fleet.folder}/{self.name}.log").read_text()
        sys.exit(f"{self.name} didn't get ready:\n{log[-3000:]}")

    def metrics(self):
        """What Prometheus is told; nothing of a process that isn't there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ops_port, timeout=10)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        except OSError:
            return ""

    def stop(self):
        self.process.terminate()
        self.process.wait(_STOPPED)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Fleet:
    def __init__(self, folder):
        self.folder = folder
        self.site_port, self.api_port, self.proxy_port, self.tools_port, sandbox, mail = free_ports(6)
        self.sandbox = f"http://127.0.0.1:{sandbox}"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        pooler = os.environ["TEST_POOLER_URL"].replace("{user}", "openclaw")
        self.direct = os.environ["TEST_DATABASE_URL"]
        self.environment = {
            **kept, "DATABASE_URL": pooler, "DATABASE_DIRECT_URL": self.direct, "REDIS_URL": os.environ["TEST_REDIS_URL"],
            "ENCRYPTION_KEY": "07" * 32, "DATA_DIR": f"{folder}/data", "LOG_LEVEL": "info",
            "PUBLIC_URL": f"http://localhost:{self.site_port}", "TRUSTED_PROXIES": "127.0.0.1",
            "SANDBOX_PORT": str(sandbox), "SANDBOX_SMTP_PORT": str(mail),
            "AGENT_TOKEN_PROXY_URL": f"http://127.0.0.1:{self.proxy_port}/v1",
            "AGENT_TOOLS_URL": f"http://127.0.0.1:{self.tools_port}/mcp",
        }
        self.replicas = [Replica(self, service, number) for service in SERVICES for number in (1, 2)]
        self.others = []

    def of(self, service):
        return [each for each in self.replicas if each.service == service]

    def start(self):
        # The sandbox sends its webhooks to the API's port.
        sandbox = {**self.environment, "API_PORT": str(self.api_port)}
        with open(f"{self.folder}/sandbox.log", "ab") as log:
            self.others.append(subprocess.Popen(
                [PROGRAM, "sandbox"], env=sandbox, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        for each in self.replicas:
            each.start()
        for each in self.replicas:
            each.wait()
        self._start_nginx()

    def _start_nginx(self):
        def upstream(service):
            # Without max_fails=0 nginx passes a server over for 10 seconds after it was restarted, and soon has none left.
            servers = "".join(f" server 127.0.0.1:{each.port} max_fails=0;" for each in self.of(service))
            return f"upstream {service} {{{servers} }}"

        def server(port, service):
            return f"""server {{
                listen 127.0.0.1:{port};
                location / {{ proxy_pass http://{service}; }}
            }}"""
        configuration = f"""
            daemon off; pid {self.folder}/nginx.pid; error_log {self.folder}/nginx.log;
            events {{ worker_connections 4096; }}
            http {{
                access_log off; proxy_buffering off; proxy_http_version 1.1; proxy_read_timeout 1h;
                proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                # Bodies stay in memory: the workers may not write into this folder.
                client_body_buffer_size 2m;
                client_body_temp_path {self.folder}/nginx-body; proxy_temp_path {self.folder}/nginx-proxy;
                fastcgi_temp_path {self.folder}/nginx-f; uwsgi_temp_path {self.folder}/nginx-u;
                scgi_temp_path {self.folder}/nginx-s;
                {" ".join(upstream(each) for each in ("web", "api", "token-proxy", "agent-tools"))}
                server {{
                    listen 127.0.0.1:{self.site_port};
                    location / {{ proxy_pass http://web; }}
                    location /v1/ {{ proxy_pass http://api; }}
                    location /webhooks/ {{ proxy_pass http://api; }}
                    location = /openapi.json {{ proxy_pass http://api; }}
                }}
                {server(self.api_port, "api")} {server(self.proxy_port, "token-proxy")} {server(self.tools_port, "agent-tools")}
            }}"""
        Path(f"{self.folder}/nginx.conf").write_text(configuration)
        program = "/usr/sbin/nginx" if os.path.exists("/usr/sbin/nginx") else "nginx"
        with open(f"{self.folder}/nginx.out", "ab") as log:
            self.others.append(subprocess.Popen(
                [program, "-p", self.folder, "-c", f"{self.folder}/nginx.conf"], stdout=log, stderr=log))
        await_port(self.site_port)

    def stop(self):
        running = [each for each in self.replicas if each.process and each.process.poll() is None]
        for each in running:
            each.process.terminate()
        for each in running:
            try:
                each.process.wait(_STOPPED)
            except subprocess.TimeoutExpired:
                each.kill()
        for each in self.others:
            each.terminate()
            each.wait()

    def demo(self):
        """Walks the journey in the terminal. Returns whether it came to its end."""
        command = [
            PROGRAM, "demo", "--site", f"http://localhost:{self.site_port}", "--api", f"http://localhost:{self.site_port}",
            "--sandbox", self.sandbox]
        return subprocess.run(command, cwd=self.folder, env=self.environment).returncode == 0

    def rows(self, sql):
        """Of the database itself, past the pooler; each as its columns' texts."""
        out = subprocess.run(
            ["psql", "-X", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", sql, self.direct], capture_output=True,
            text=True, check=True).stdout
        return [line.split("\t") for line in out.splitlines()]


@contextlib.contextmanager
def running_fleet():
    """A fleet that is ready, and ends with the block."""
    with tempfile.TemporaryDirectory(prefix="replicas-") as folder:
        fleet = Fleet(folder)
        try:
            fleet.start()
            yield fleet
        finally:
            fleet.stop()
