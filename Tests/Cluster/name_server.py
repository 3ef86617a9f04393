#!/usr/bin/env python3
"""name_server.py HOST:PORT    The cluster's DNS: names of Services, as the API server has them, and nothing else.

KUBECONFIG leads to the cluster. UDP alone, which is what resolvers ask by.
"""
import json
import socket
import struct
import subprocess
import sys
import time

REFRESH_SECONDS = 1
A, AAAA = 1, 28


class Services:
    """Addresses by names, read again when they are old or one is missing."""

    def __init__(self):
        self._addresses, self._read_at = {}, -REFRESH_SECONDS

    def address(self, name):
        if time.monotonic() - self._read_at > REFRESH_SECONDS:
            self._read()
        return self._addresses.get(name)

    def _read(self):
        done = subprocess.run(["kubectl", "get", "services", "--all-namespaces", "-o", "json"], capture_output=True)
        self._read_at = time.monotonic()
        if done.returncode:
            return
        self._addresses = {
            f"{each['metadata']['name']}.{each['metadata']['namespace']}.svc.cluster.local": each["spec"]["clusterIP"]
            for each in json.loads(done.stdout)["items"] if each["spec"].get("clusterIP") not in (None, "", "None")}


def question(packet):
    """The name in small letters, what is asked for, and where the question ends."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("ascii", "replace").lower())
        at += 1 + packet[at]
    kind, = struct.unpack_from(">H", packet, at + 1)
    return ".".join(labels), kind, at + 5


def answer(packet, services):
    """(https://www.rfc-editor.org/rfc/rfc1035#section-4)"""
    name, kind, end = question(packet)
    address = services.address(name)
    # A name that is there without an address of that kind is no error.
    flags = 0x8580 | (0 if address else 3)
    has_answer = address and kind == A
    head = packet[:2] + struct.pack(">HHHHH", flags, 1, 1 if has_answer else 0, 0, 0)
    record = struct.pack(">HHHIH", 0xC00C, A, 1, 5, 4) + socket.inet_aton(address) if has_answer else b""
    return head + packet[12:end] + record


def main(host, port):
    services = Services()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((host, int(port)))
        while True:
            packet, client = server.recvfrom(4096)
            try:
                server.sendto(answer(packet, services), client)
            except (IndexError, struct.error):
                pass


if __name__ == "__main__":
    main(*sys.argv[1].rsplit(":", 1))
