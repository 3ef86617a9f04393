"""Times the site's pages beside nginx, with 10,000 customers in the database.

    scripts/with-postgres scripts/bench-site [--customers N] [--seconds N]
"""

import argparse
import gzip
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/ReplicaTrials"))

from fleet import await_port, free_ports  # noqa: E402
from travellers import Traveller  # noqa: E402

PROGRAM = os.environ["PROGRAM"]
#: Whose rows are multiplied, in an order in which each refers only to those before.
_TABLES = ("customers", "conversations", "messages", "boxes", "checkouts", "subscriptions", "quotas", "usage_events")
#: Usage events of each customer.
_EVENTS = 20
_PAGES = ("/chat", "/dashboard", "/account", "/login", "/status")


class Platform:
    def __init__(self, folder):
        self.folder, self.url = folder, os.environ["TEST_DATABASE_URL"]
        names = ("WEB_PORT", "TOKEN_PROXY_PORT", "AGENT_TOOLS_PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT", "OPS_PORT")
        ports = dict(zip(names, free_ports(len(names))))
        self.site_port = ports["WEB_PORT"]
        self.sandbox = f"http://127.0.0.1:{ports['SANDBOX_PORT']}"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        self.environment = {
            **kept, **{name: str(port) for name, port in ports.items()}, "DATA_DIR": f"{folder}/data", "LOG_LEVEL": "warning",
            "DATABASE_URL": self.url, "PUBLIC_URL": f"http://localhost:{self.site_port}", "TRUSTED_PROXIES": "127.0.0.1",
            "ENCRYPTION_KEY": "07" * 32}

    def start(self, service):
        log = open(f"{self.folder}/{service}.log", "wb")
        self.process = subprocess.Popen(
            [PROGRAM, service], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(400):
            try:
                if self.get("/healthz", {})[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        sys.exit(f"{service} didn't start:\n{Path(log.name).read_text()[-2000:]}")

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def memory(self):
        """Returns MiB."""
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[1]) / 1024

    def get(self, path, headers, connection=None):
        """Returns status, body and seconds."""
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.site_port, timeout=30)
        started = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        return answer.status, body, time.perf_counter() - started

    def sql(self, text):
        return subprocess.run(
            ["psql", "-X", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", text, self.url], capture_output=True,
            text=True, check=True).stdout.strip().splitlines()

    def multiply(self, count):
        """Gives the one customer's rows to so many others: each text and number that must be unique is made so."""
        for table in _TABLES:
            unique = set(self.sql(f"""
                SELECT a.attname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
                WHERE c.conrelid = '{table}'::regclass AND c.contype IN ('p', 'u', 'f')
                UNION SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                WHERE i.indrelid = '{table}'::regclass AND i.indisunique"""))
            columns = [line.split("\t") for line in self.sql(f"""
                SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position""")]

            def value(name, kind):
                if name not in unique or name in ("position", "period_start"):
                    return f"r.{name}"
                if kind == "bigint":
                    return f"r.{name} + g"
                if table == "usage_events" and name == "request_id":
                    return f"left(r.{name}, -8) || lpad(g::text, 6, '0') || lpad(e::text, 2, '0')"
                return f"CASE WHEN length(r.{name}) < 20 THEN r.{name} || '-' || g ELSE left(r.{name}, -6) || lpad(g::text, 6, '0') END"
            one = f"(SELECT * FROM {table} LIMIT 1)" if table == "usage_events" else table
            events = f", generate_series(1, {_EVENTS}) AS e" if table == "usage_events" else ""
            names = ", ".join(name for name, _ in columns)
            self.sql(f"""
                INSERT INTO {table} ({names}) SELECT {", ".join(value(*each) for each in columns)}
                FROM {one} AS r, generate_series(1, {count}) AS g{events}""")
        self.sql("ANALYZE")


class Nginx:
    """What the site is compared with: the same bytes from a file."""

    def __init__(self, folder, page):
        self.port = free_ports(1)[0]
        root = Path(folder, "static")
        root.mkdir()
        (root / "index.html").write_bytes(page)
        (root / "index.html.gz").write_bytes(gzip.compress(page))
        Path(folder, "nginx.conf").write_text(f"""
            daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
            events {{ worker_connections 4096; }}
            http {{ access_log off; open_file_cache max=10; keepalive_requests 1000000; types {{ text/html html; }}
                client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
                uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
                server {{ listen 127.0.0.1:{self.port}; root {root}; gzip_static on; }} }}""")
        os.chmod(folder, 0o755)
        program = "/usr/sbin/nginx" if os.path.exists("/usr/sbin/nginx") else "nginx"
        self.process = subprocess.Popen([program, "-p", folder, "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
        await_port(self.port)


def requests_a_second(port, seconds):
    out = subprocess.run(
        ["wrk", "-t1", "-c32", f"-d{seconds}s", "-H", "Accept-Encoding: gzip", f"http://127.0.0.1:{port}/"],
        capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        sys.exit(f"wrk was refused:\n{out}")
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", out)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=300, help="of each page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-site-") as folder:
        platform = Platform(folder)
        platform.start("serve")
        nginx = None
        try:
            traveller = Traveller(platform, 1)
            traveller.run()
            if traveller.fault:
                sys.exit(traveller.fault)
            cookies = traveller.browser.opener.handlers
            cookie = next(f"{each.name}={each.value}" for handler in cookies if hasattr(handler, "cookiejar")
                          for each in handler.cookiejar if "session" in each.name)
            platform.stop()
            platform.multiply(options.customers)
            # Alone, so that nobody starts the agents of all those.
            platform.start("web")
            print(f"{options.customers} customers, {platform.sql('SELECT count(*) FROM usage_events')[0]} calls in the books")
            _, page, _ = platform.get("/", {})
            nginx = Nginx(folder, page)
            rounds = [(requests_a_second(platform.site_port, options.seconds), requests_a_second(nginx.port, options.seconds))
                      for _ in range(3)]
            ours, theirs = (statistics.median(each) for each in zip(*rounds))
            print(f"landing page: {ours:.0f} a second, nginx with the same bytes {theirs:.0f}: {ours / theirs:.2f}")
            connection = http.client.HTTPConnection("127.0.0.1", platform.site_port, timeout=30)
            for path in _PAGES:
                times = []
                for number in range(options.requests):
                    # From as many addresses, as one may ask only so often.
                    status, _, seconds = platform.get(
                        path, {"Cookie": cookie, "X-Forwarded-For": f"10.0.{number // 250}.{number % 250}"}, connection)
                    if status != 200:
                        sys.exit(f"{path} was answered {status}")
                    times.append(1000 * seconds)
                times.sort()
                print(f"{path}: {times[len(times) // 2]:.1f} ms at the median, {times[len(times) * 99 // 100]:.1f} ms at the 99th percentile")
            print(f"memory of web: {platform.memory():.0f} MiB", flush=True)
        finally:
            platform.stop()
            if nginx:
                nginx.process.terminate()
                nginx.process.wait()


if __name__ == "__main__":
    main()
