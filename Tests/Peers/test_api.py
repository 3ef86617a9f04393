"""The API against its own document: schemathesis makes requests up from it, and holds the answers against it."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

SITE = os.environ["WEB_URL"]
#: What browsers send with requests that change something.
ORIGIN = SITE.replace("127.0.0.1", "localhost")


def _session():
    """The token of a visitor who has said something."""
    answer = httpx.post(
        f"{SITE}/chat/messages", data={"text": "Hello", "key": "peers"}, headers={"Origin": ORIGIN, "Accept": "*/*"})
    assert answer.status_code == 204, answer.text
    return answer.cookies["session"]


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_api_does_what_its_document_says(signed_in, tmp_path):
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{SITE}/openapi.json", "--url", SITE,
        # What one client may ask for in a second, so that the limit isn't what answers.
        "--rate-limit", "9/s", "--max-examples", "15", "--seed", "1", "-H", f"Origin: {ORIGIN}", "--no-color"]
    if signed_in:
        (tmp_path / "schemathesis.toml").write_text(f'[auth.openapi.session]\napi_key = "{_session()}"\n')
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
