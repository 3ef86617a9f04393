"""Sees every pod and volume that comes and goes, and holds their number against what warrants them."""

import asyncio
import time
from collections import defaultdict

from cluster import BOX_LABEL, OURS, SPECIFICATION

#: Seconds around the end of an API server in which controllers may make a pod twice: they can't know of the first.
_BLIND_SECONDS = 20


class Witness:
    def __init__(self, cluster):
        self._cluster = cluster
        #: By the box's id: the pods' uids with the seconds when each was seen first.
        self.pods = defaultdict(dict)
        #: The specification that each pod was made for.
        self.specifications = {}
        #: By the box's id: the uids of its volumes.
        self.volumes = defaultdict(dict)
        #: By the box's id: (seconds, what, how many pods it warrants).
        self.causes = defaultdict(list)
        self._restarts = []
        self._tasks = []

    def start(self):
        self._tasks = [asyncio.create_task(self._cluster.watch("Pod", OURS, self._take_pod)),
                       asyncio.create_task(self._cluster.watch("PersistentVolumeClaim", OURS, self._take_volume))]

    def close(self):
        for task in self._tasks:
            task.cancel()

    def _take_pod(self, event, subject):
        for pod in subject if event == "LIST" else [subject]:
            metadata = pod["metadata"]
            self.specifications[metadata["uid"]] = (metadata.get("annotations") or {}).get(SPECIFICATION)
            self._note(self.pods, pod)

    def _take_volume(self, event, subject):
        for volume in subject if event == "LIST" else [subject]:
            self._note(self.volumes, volume)

    @staticmethod
    def _note(book, subject):
        box = (subject["metadata"].get("labels") or {}).get(BOX_LABEL)
        if box:
            book[box].setdefault(subject["metadata"]["uid"], time.monotonic())

    def warrant(self, box, what, pods):
        """Something has happened to the box that may make as many new pods."""
        self.causes[box.id].append((time.monotonic(), str(what), pods))

    def note_restart(self):
        """The API server ends now."""
        self._restarts.append(time.monotonic())

    def warranted(self, box):
        """How many pods the box may have had."""
        causes = self.causes[box.id]
        blind = sum(any(pods and abs(at - restart) < _BLIND_SECONDS for at, _, pods in causes) for restart in self._restarts)
        return sum(pods for _, _, pods in causes) + blind

    def story(self, box, record=(), last=30):
        """What happened to the box, for whoever looks into a violation; record: what operators asked for."""
        events = [(each.at, f"{each.door}: {each.point} {each.name or ''} {each.status or each.fault}") for each in record
                  if each.is_write and each.namespace == box.namespace]
        events += [(at, f"{what} (+{pods})") for at, what, pods in self.causes[box.id]]
        events += [(at, f"pod {uid[:8]} for {str(self.specifications.get(uid))[:8]}") for uid, at in self.pods[box.id].items()]
        events += [(at, f"volume {uid[:8]}") for uid, at in self.volumes[box.id].items()]
        events += [(at, "API server killed") for at in self._restarts]
        return [f"{at - self.started:7.1f} s  {text}" for at, text in sorted(events)[-last:]]

    started = 0
