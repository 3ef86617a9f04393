"""What stands before the upstream: each contender knows how it is started and where it is asked."""

import os
import re
import subprocess

from processes import Failure, Server, free_port

PATH = "/v1/chat/completions"


def clean_environment(**settings):
    """Only what a program needs to run: the developer's own settings must not reach what is measured."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | settings


class Contender:
    """One that has been started. It can be asked for JSON at `json_url` and for streams at `stream_url`."""

    name = ""
    server = None
    token = "none"

    def __init__(self, upstream_port, folder):
        self.upstream_port = upstream_port
        self.folder = folder
        self.port = free_port()
        try:
            self.start()
        except BaseException:
            # Nobody else knows yet of a server that was started but never got ready.
            self.stop()
            raise

    def start(self):
        raise NotImplementedError

    @property
    def json_url(self):
        return f"http://127.0.0.1:{self.port}{PATH}"

    @property
    def stream_url(self):
        return self.json_url

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.server:
            self.server.stop()


class Direct(Contender):
    """Nothing stands before the upstream."""

    name = "direct"

    def start(self):
        self.port = self.upstream_port


class Nginx(Contender):
    name = "nginx"

    # The best that was found for it on two cores. Connections are kept on both sides, and buffering is off where streams have
    # to pass at once. Short answers go fastest when few workers share them, hence accept_mutex; streams when both workers
    # have as many, hence reuseport, which takes its socket out of the mutex.
    CONFIG = """
daemon off;
{processes}
worker_rlimit_nofile 16384;
error_log stderr error;
pid {folder}/nginx.pid;
events {{ worker_connections 8192; accept_mutex on; }}
http {{
    access_log off;
    tcp_nodelay on;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_read_timeout 600s;
    upstream model {{
        server 127.0.0.1:{upstream_port};
        keepalive 256;
        keepalive_requests 1000000000;
        keepalive_timeout 600s;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{ proxy_pass http://model; }}
    }}
    server {{
        listen 127.0.0.1:{stream_port} backlog=4096 reuseport;
        location / {{ proxy_pass http://model; proxy_buffering off; }}
    }}
}}
"""

    def start(self):
        self.stream_port = free_port()
        config = os.path.join(self.folder, "nginx.conf")
        with open(config, "w") as file:
            file.write(
                self.CONFIG.format(
                    folder=self.folder, upstream_port=self.upstream_port, port=self.port, stream_port=self.stream_port,
                    processes="worker_processes 2;",
                )
            )
        command = ["nginx", "-p", self.folder, "-e", "stderr", "-c", config]
        self.server = Server(self.name, command, self.folder, clean_environment())
        self.server.wait_until_ready(f"http://127.0.0.1:{self.port}/", seconds=10)

    @property
    def stream_url(self):
        return f"http://127.0.0.1:{self.stream_port}{PATH}"


class Ours(Contender):
    name = "openclaw-cloud"
    program = ""

    def start(self):
        base = f"http://127.0.0.1:{self.upstream_port}"
        environment = clean_environment(
            DATA_DIR=os.path.join(self.folder, f"data-{self.port}"),
            TOKEN_PROXY_PORT=str(self.port),
            HOST="127.0.0.1",
            KIMI_API_KEY="sk-bench",
            KIMI_BASE_URL=f"{base}/v1",
            KIMI_ANTHROPIC_BASE_URL=f"{base}/anthropic",
            KIMI_MODELS="k2p5=kimi-k2.6",
            LOG_LEVEL="warning",
            DATABASE_URL="",
        )
        # Without a plan the token has no limits of rate or concurrency.
        issue = [self.program, "admin", "token", "issue", "--units", "1000000000000"]
        issued = subprocess.run(
            issue, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        found = re.search(r"^ocp_\S+$", issued.stdout, re.MULTILINE)
        if issued.returncode != 0 or not found:
            raise Failure(f"No token was issued.\n{issued.stdout}{issued.stderr}")
        self.token = found[0]
        self.server = Server(self.name, [self.program, "token-proxy"], self.folder, environment)
        self.server.wait_until_ready(f"http://127.0.0.1:{self.port}/readyz", seconds=30)


class LiteLLM(Contender):
    name = "LiteLLM"
    token = "sk-bench"
    venv = ""

    CONFIG = """
model_list:
  - model_name: k2p5
    litellm_params:
      model: openai/kimi-k2.6
      api_base: http://127.0.0.1:{upstream_port}/v1
      api_key: sk-upstream
general_settings:
  master_key: {token}
"""

    def start(self):
        config = os.path.join(self.folder, "litellm.yaml")
        with open(config, "w") as file:
            file.write(self.CONFIG.format(upstream_port=self.upstream_port, token=self.token))
        environment = clean_environment(
            LITELLM_LOCAL_MODEL_COST_MAP="True", LITELLM_LOG="ERROR", LITELLM_MODE="PRODUCTION", NO_PROXY="127.0.0.1"
        )
        command = [f"{self.venv}/bin/litellm", "--config", config, "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--num_workers", "1", "--telemetry", "False"]
        self.server = Server(self.name, command, self.folder, environment)
        self.server.wait_until_ready(f"http://127.0.0.1:{self.port}/health/liveliness", seconds=120)
