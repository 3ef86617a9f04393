#!/usr/bin/env python3
"""object_store.py HOST:PORT FOLDER    A bucket's objects in a folder, for whoever has a presigned URL of one.

It signs each request anew with botocore, AWS's own code, and refuses what comes out otherwise or has expired.
ACCESS_KEY_ID, SECRET_ACCESS_KEY, REGION and BUCKET say what is signed with, and for what.
"""
import datetime
import http.server
import os
import sys
import urllib.parse

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

CREDENTIALS = Credentials(os.environ["ACCESS_KEY_ID"], os.environ["SECRET_ACCESS_KEY"])
ENDPOINT, FOLDER = sys.argv[1:]


def fault(method, target, host):
    """The error's code; None if the request is what its URL was made for."""
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(target).query))
    given = query.get("X-Amz-Signature", "")
    unsigned = target.partition("&X-Amz-Signature=")[0]
    request = AWSRequest(method=method, url=f"http://{host}{unsigned}", headers={"host": host})
    request.context["timestamp"] = query.get("X-Amz-Date", "")
    signer = S3SigV4QueryAuth(CREDENTIALS, "s3", os.environ["REGION"], int(query.get("X-Amz-Expires", "0")))
    if given != signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request):
        return "SignatureDoesNotMatch"
    made = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    age = (datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - made).total_seconds()
    return None if -60 < age < int(query["X-Amz-Expires"]) else "AccessDenied"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if path := self.checked():
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
            self.answer(200, b"")

    def do_GET(self):
        if path := self.checked():
            if not os.path.exists(path):
                return self.refuse(404, "NoSuchKey")
            with open(path, "rb") as file:
                self.answer(200, file.read())

    def checked(self):
        """The object's file; None if the request was refused."""
        if code := fault(self.command, self.path, self.headers["Host"]):
            return self.refuse(403, code)
        bucket, _, key = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).lstrip("/").partition("/")
        if bucket != os.environ["BUCKET"] or ".." in key.split("/"):
            return self.refuse(404, "NoSuchBucket")
        return os.path.join(FOLDER, key)

    def refuse(self, status, code):
        self.answer(status, f"<Error><Code>{code}</Code></Error>".encode())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    address, port = ENDPOINT.rsplit(":", 1)
    http.server.ThreadingHTTPServer((address, int(port)), Handler).serve_forever()
