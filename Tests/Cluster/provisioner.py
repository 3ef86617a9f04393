#!/usr/bin/env python3
"""Gives each claim its volume, as a storage driver does: a folder of this machine, or nothing at all on a fake node.

    provisioner.py --server URL --certificates FOLDER --volumes FOLDER [--make-folders]

It creates the default class "standard", volumes for pending claims, enlarges them, and deletes what is released.
Sizes are noted, not enforced.
"""
import argparse
import os
import re
import shutil
import threading
from decimal import Decimal

import kube_client
from kube_client import log

NAME = "test-cluster/folder"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
VOLUMES = "/api/v1/persistentvolumes"
CLAIMS = "/api/v1/persistentvolumeclaims"
# Kubernetes asks the driver for a volume by this annotation of the claim, and knows by the other whose a volume is.
ASKED = "volume.beta.kubernetes.io/storage-provisioner"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
DEFAULT_CLASS = {
    "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": NAME,
    "metadata": {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
    "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate", "allowVolumeExpansion": True,
}
POWERS = {"": 0, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5}


def bytes_of(quantity):
    number, unit, binary = re.fullmatch(r"([\d.]+(?:[eE]\d+)?)([kKMGTP]?)(i?)", quantity).groups()
    return Decimal(number) * Decimal(1024 if binary else 1000) ** POWERS["k" if unit == "K" else unit]


class Provisioner:
    def __init__(self, client, volumes, make_folders):
        self.client = client
        self.volumes = volumes
        self.make_folders = make_folders
        self.workers = kube_client.Workers(6)

    def follow(self, path, consider):
        for event, subject in self.client.watch(path):
            for each in subject if event == "LIST" else [subject]:
                if event != "DELETED":
                    consider(each)

    def consider_claim(self, claim):
        metadata, status = claim["metadata"], claim.get("status") or {}
        if metadata.get("deletionTimestamp"):
            return
        if status.get("phase") == "Pending" and not claim["spec"].get("volumeName"):
            if (metadata.get("annotations") or {}).get(ASKED) == NAME:
                self.workers.now(self.provision, claim)
        elif status.get("phase") == "Bound" and "storage" in (status.get("capacity") or {}):
            if bytes_of(requested(claim)) > bytes_of(status["capacity"]["storage"]):
                self.workers.now(self.enlarge, claim)

    def provision(self, claim):
        metadata, spec = claim["metadata"], claim["spec"]
        code, storage_class = self.client.request("GET", f"{CLASSES}/{spec['storageClassName']}")
        if code != 200:
            return
        # The claim's uid in the name makes a second attempt harmless.
        name = f"pvc-{metadata['uid']}"
        folder = os.path.join(self.volumes, name)
        if self.make_folders:
            os.makedirs(folder, exist_ok=True)
            # Kubernetes doesn't hand a hostPath to the pod's fsGroup, and agents run as uid 1000.
            os.chmod(folder, 0o777)
        code, answer = self.client.request("POST", VOLUMES, {
            "apiVersion": "v1", "kind": "PersistentVolume",
            "metadata": {"name": name, "annotations": {PROVISIONED_BY: NAME}},
            "spec": {
                "capacity": {"storage": requested(claim)}, "accessModes": spec["accessModes"],
                "storageClassName": spec["storageClassName"], "hostPath": {"path": folder},
                "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy") or "Delete",
                "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": metadata["namespace"],
                             "name": metadata["name"], "uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]},
            },
        })
        if code not in (201, 409):
            log("the volume for", metadata["namespace"], metadata["name"], "was refused:", code, answer.get("message"))

    def enlarge(self, claim):
        metadata, capacity = claim["metadata"], {"storage": requested(claim)}
        self.client.patch(f"{VOLUMES}/{claim['spec']['volumeName']}", {"spec": {"capacity": capacity}})
        self.client.patch(f"/api/v1/namespaces/{metadata['namespace']}/persistentvolumeclaims/{metadata['name']}/status",
                          {"metadata": {"uid": metadata["uid"]}, "status": {"capacity": capacity}})

    def consider_volume(self, volume):
        is_ours = (volume["metadata"].get("annotations") or {}).get(PROVISIONED_BY) == NAME
        is_released = (volume.get("status") or {}).get("phase") == "Released"
        if is_ours and is_released and volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete":
            if not volume["metadata"].get("deletionTimestamp"):
                self.workers.now(self.delete, volume)

    def delete(self, volume):
        folder = volume["spec"]["hostPath"]["path"]
        # Only what lies directly in our own folder: a test may have written any path into a volume.
        if self.make_folders and os.path.dirname(folder) == self.volumes:
            shutil.rmtree(folder, ignore_errors=True)
        self.client.request("DELETE", f"{VOLUMES}/{volume['metadata']['name']}")


def requested(claim):
    return claim["spec"]["resources"]["requests"]["storage"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--certificates", required=True)
    parser.add_argument("--volumes", required=True)
    parser.add_argument("--make-folders", action="store_true")
    arguments = parser.parse_args()
    provisioner = Provisioner(kube_client.Client(arguments.server, arguments.certificates, "provisioner"),
                              os.path.abspath(arguments.volumes), arguments.make_folders)
    provisioner.client.request("POST", CLASSES, DEFAULT_CLASS)
    threading.Thread(target=provisioner.follow, args=(VOLUMES, provisioner.consider_volume), daemon=True).start()
    provisioner.follow(CLAIMS, provisioner.consider_claim)
