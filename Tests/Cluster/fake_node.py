#!/usr/bin/env python3
"""A node that runs nothing: it says of each pod bound to it what pod_behaviour.py wants, and lets deleted pods go at once.

    fake_node.py --server URL --certificates FOLDER
"""
import argparse
import ipaddress
import threading
import time
import urllib.parse

import kube_client
import pod_behaviour
from kube_client import STRATEGIC_MERGE, log

NODE = "fake-node"
# Reserved for benchmarks (RFC 2544), so it can't be the address of anything that the machine reaches.
NODE_ADDRESS = "198.18.0.1"
POD_ADDRESSES = ipaddress.ip_network("198.19.0.0/16")
# Enough for a thousand agents; a pod that asks for more than all of it is how a test gets one that can't be scheduled.
CAPACITY = {"cpu": "256", "memory": "2Ti", "pods": "3000", "ephemeral-storage": "10Ti"}
HEARTBEAT_SECONDS = 10
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"


class Addresses:
    """Hands out each pod's address in turn, and none that is in use."""

    def __init__(self):
        self._used = set()
        self._next = 1
        self._lock = threading.Lock()

    def take(self, wished=None):
        with self._lock:
            while wished is None or wished in self._used:
                self._next = self._next % (POD_ADDRESSES.num_addresses - 2) + 1
                wished = str(POD_ADDRESSES[self._next])
            self._used.add(wished)
            return wished

    def give_back(self, address):
        with self._lock:
            self._used.discard(address)


class TrackedPod:
    def __init__(self, pod, addresses):
        status = pod.get("status") or {}
        self.pod = pod
        # Of a pod from before this process started, the status tells.
        self.started = pod_behaviour.seconds_of(status["startTime"]) if status.get("startTime") else time.time()
        self.address = addresses.take(status.get("podIP"))


class FakeNode:
    def __init__(self, client):
        self.client = client
        self.workers = kube_client.Workers(8)
        self.addresses = Addresses()
        self.pods = {}

    def heartbeats(self):
        """Registers the node, also again after the cluster's data were wiped, and keeps it from being taken for dead."""
        while True:
            now = time.time()
            status, answer = self.client.patch(f"/api/v1/nodes/{NODE}/status", {"status": node_status(now)}, STRATEGIC_MERGE)
            if status == 404:
                self.client.request("POST", "/api/v1/nodes", node())
                continue
            if status != 200:
                log("the node's status was refused:", status, answer)
            renewal = {"holderIdentity": NODE, "leaseDurationSeconds": 40,
                       "renewTime": pod_behaviour.timestamp(now)[:-1] + f".{int(now % 1 * 1e6):06d}Z"}
            if self.client.patch(f"{LEASES}/{NODE}", {"spec": renewal})[0] == 404:
                self.client.request("POST", LEASES, {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                                                     "metadata": {"name": NODE}, "spec": renewal})
            time.sleep(HEARTBEAT_SECONDS)

    def follow_pods(self):
        for event, subject in self.client.watch("/api/v1/pods", fieldSelector=f"spec.nodeName={NODE}"):
            if event == "LIST":
                for uid in set(self.pods) - {pod["metadata"]["uid"] for pod in subject}:
                    self.forget(uid)
                # Those with an address first, lest a new one be given it.
                for pod in sorted(subject, key=lambda pod: not pod.get("status", {}).get("podIP")):
                    self.consider(pod)
            elif event == "DELETED":
                self.forget(subject["metadata"]["uid"])
            else:
                self.consider(subject)

    def consider(self, pod):
        uid = pod["metadata"]["uid"]
        if pod["metadata"].get("deletionTimestamp"):
            self.workers.now(self.remove, pod)
        elif uid not in self.pods and pod.get("status", {}).get("phase") not in ("Succeeded", "Failed"):
            self.pods[uid] = TrackedPod(pod, self.addresses)
            self.workers.now(self.report, uid)

    def forget(self, uid):
        tracked = self.pods.pop(uid, None)
        if tracked:
            self.addresses.give_back(tracked.address)

    def remove(self, pod, again=False):
        """As if its processes had ended at the first SIGTERM. Like a kubelet's, asked for again until the API server says that the
        pod is gone: a deletion gets lost if the pod is written to meanwhile."""
        if again and pod["metadata"]["uid"] not in self.pods:
            return
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0,
                   "preconditions": {"uid": pod["metadata"]["uid"]}}
        self.client.request("DELETE", path_of(pod), options)
        self.workers.later(1, self.remove, pod, True)

    def report(self, uid):
        tracked = self.pods.get(uid)
        if tracked is None:
            return
        elapsed = max(0.0, time.time() - tracked.started)
        status, next_change = pod_behaviour.status_of(tracked.pod, tracked.started, elapsed, tracked.address, NODE_ADDRESS)
        # The uid keeps the words from a pod of the same name that took its place.
        code, answer = self.client.patch(path_of(tracked.pod) + "/status", {"metadata": {"uid": uid}, "status": status},
                                         STRATEGIC_MERGE)
        if code >= 400:
            if code not in (404, 409):
                log("the status of", path_of(tracked.pod), "was refused:", code, answer.get("message"))
        elif next_change is not None:
            self.workers.later(max(next_change, 0.01), self.report, uid)


def path_of(pod):
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{urllib.parse.quote(pod['metadata']['name'])}"


def node():
    labels = {"kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "labels": labels}}


def node_status(now):
    conditions = {"Ready": "True", "MemoryPressure": "False", "DiskPressure": "False", "PIDPressure": "False"}
    return {
        "capacity": CAPACITY, "allocatable": CAPACITY,
        "addresses": [{"type": "InternalIP", "address": NODE_ADDRESS}, {"type": "Hostname", "address": NODE}],
        "nodeInfo": {
            "kubeletVersion": "v1.20.2-fake", "containerRuntimeVersion": "fake://1", "osImage": "fake", "kernelVersion": "fake",
            "operatingSystem": "linux", "architecture": "amd64", "machineID": "", "systemUUID": "", "bootID": "",
            "kubeProxyVersion": "",
        },
        "conditions": [{"type": kind, "status": value, "reason": "Fake", "message": "", "lastTransitionTime":
                        pod_behaviour.timestamp(now), "lastHeartbeatTime": pod_behaviour.timestamp(now)}
                       for kind, value in conditions.items()],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--certificates", required=True)
    arguments = parser.parse_args()
    fake_node = FakeNode(kube_client.Client(arguments.server, arguments.certificates, NODE))
    threading.Thread(target=fake_node.heartbeats, daemon=True).start()
    fake_node.follow_pods()
