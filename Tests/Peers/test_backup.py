"""`openclaw-cloud backup` against an S3 that others wrote (moto), with URLs that AWS's own client has presigned.

PROGRAM: the program's path, .build/debug/openclaw-cloud unless told otherwise.
"""

import contextlib
import http.server
import os
import subprocess
import threading
import time

import boto3
import botocore.config
import moto.server
import pytest

PROGRAM = os.environ.get("PROGRAM", ".build/debug/openclaw-cloud")
UNAVAILABLE, FILE, REFUSED, NO_URL = 69, 74, 77, 78
CONTENT = os.urandom(3 << 20) + b"end"


@pytest.fixture(scope="module")
def bucket():
    server = moto.server.ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", aws_access_key_id="peer",
        aws_secret_access_key="secret",
        config=botocore.config.Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    client.create_bucket(Bucket="backups")
    yield client
    server.stop()


def presigned(client, method, key):
    return client.generate_presigned_url(method, Params={"Bucket": "backups", "Key": key}, ExpiresIn=3600)


def run(verb, path, url, *options):
    environment = {"PATH": os.environ["PATH"], **({"BACKUP_URL": url} if url is not None else {})}
    return subprocess.run([PROGRAM, "backup", verb, "--file", str(path), *options], env=environment,
                          capture_output=True, text=True, timeout=60)


def test_a_file_goes_there_and_comes_back(bucket, tmp_path):
    (tmp_path / "state").write_bytes(CONTENT)
    key = "cst_01/box_02/bak_ção 03.tar.gz"
    sent = run("upload", tmp_path / "state", presigned(bucket, "put_object", key), "--report", str(tmp_path / "report"))
    assert sent.returncode == 0, sent.stderr
    assert (tmp_path / "report").read_text() == str(len(CONTENT))
    assert bucket.get_object(Bucket="backups", Key=key)["Body"].read() == CONTENT

    fetched = run("download", tmp_path / "copy", presigned(bucket, "get_object", key))
    assert fetched.returncode == 0, fetched.stderr
    assert (tmp_path / "copy").read_bytes() == CONTENT
    assert sorted(os.listdir(tmp_path)) == ["copy", "report", "state"]


def test_an_empty_file_is_a_file(bucket, tmp_path):
    (tmp_path / "state").write_bytes(b"")
    assert run("upload", tmp_path / "state", presigned(bucket, "put_object", "empty")).returncode == 0
    assert bucket.head_object(Bucket="backups", Key="empty")["ContentLength"] == 0
    assert run("download", tmp_path / "copy", presigned(bucket, "get_object", "empty")).returncode == 0
    assert (tmp_path / "copy").read_bytes() == b""


def test_what_is_not_there_is_refused_at_once(bucket, tmp_path):
    url = presigned(bucket, "get_object", "missing")
    result = run("download", tmp_path / "copy", url, "--report", str(tmp_path / "report"))
    assert result.returncode == REFUSED
    assert "404 NoSuchKey" in result.stderr and "404 NoSuchKey" in (tmp_path / "report").read_text()
    assert not (tmp_path / "copy").exists()
    (tmp_path / "state").write_bytes(b"x")
    url = presigned(bucket, "put_object", "x").replace("/backups/", "/elsewhere/")
    assert run("upload", tmp_path / "state", url).returncode == REFUSED


@contextlib.contextmanager
def store(answers):
    """A store that gives these answers, one after the other: a status, or None to hang up. Yields (URL, what it took)."""
    taken = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self):
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.answer()

        def do_GET(self):
            taken.append(b"")
            self.answer()

        def answer(self):
            status = answers.pop(0)
            self.close_connection = True
            if status is None:
                return
            body = CONTENT if status == 200 else b"<Error><Code>SlowDown</Code><RequestId>secret</RequestId></Error>"
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:1000] if self.path.startswith("/short") and len(taken) == 1 else body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", taken
    server.shutdown()
    server.server_close()


def test_a_fault_of_the_store_is_outlasted(tmp_path):
    (tmp_path / "state").write_bytes(CONTENT)
    with store([503, None, 200]) as (url, taken):
        start = time.monotonic()
        result = run("upload", tmp_path / "state", f"{url}/x?X-Amz-Signature=hidden")
        assert result.returncode == 0, result.stderr
        assert taken == [CONTENT] * 3
        assert time.monotonic() - start > 2.5, "it waits between its attempts"


def test_a_store_that_stays_away_is_given_up(tmp_path):
    (tmp_path / "state").write_bytes(b"x")
    with store([500] * 9) as (url, taken):
        result = run("upload", tmp_path / "state", f"{url}/x?X-Amz-Signature=hidden", "--report", str(tmp_path / "report"))
        assert result.returncode == UNAVAILABLE and len(taken) == 4
        assert "500 SlowDown" in result.stderr
        for text in [result.stdout, result.stderr, (tmp_path / "report").read_text()]:
            assert "hidden" not in text and "secret" not in text


def test_half_an_object_is_none(tmp_path):
    with store([200, 200]) as (url, taken):
        result = run("download", tmp_path / "copy", f"{url}/short")
        assert result.returncode == 0, result.stderr
        assert (tmp_path / "copy").read_bytes() == CONTENT and len(taken) == 2


def test_what_is_wrong_here_is_told_by_the_exit_code(tmp_path):
    assert run("upload", tmp_path / "none", "http://127.0.0.1:1/x").returncode == FILE
    for url in [None, "", "file:///etc/passwd"]:
        assert run("upload", tmp_path / "none", url).returncode == NO_URL
    with store([200]) as (url, _):
        assert run("download", tmp_path / "no" / "folder", url).returncode == FILE
