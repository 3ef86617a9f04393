"""What a fake node says about a pod: a pure function of the pod and of how long it has been there.

By an image's tag:
    broken-…   the image can't be pulled (ImagePullBackOff)
    crash-…    it exits with 1, again and again (CrashLoopBackOff)
    oom-…      it is killed for its memory, again and again (OOMKilled, then CrashLoopBackOff)
    slow-N-…   it runs, but gets ready only after N seconds
    jobfail-…  as a job's pod it fails; all other jobs' pods succeed
or by annotations of the pod:
    test-cluster/fail: ImagePullBackOff | CrashLoopBackOff | OOMKilled | Unschedulable
    test-cluster/delay: SECONDS until it is ready
"""
import datetime
import re

RESTART_SECONDS = 3.0
JOB_SECONDS = 0.5
FAILURES_BY_TAG = {"broken": "ImagePullBackOff", "crash": "CrashLoopBackOff", "oom": "OOMKilled", "jobfail": "JobFailed"}


def timestamp(seconds):
    return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc).timestamp()


def tag_of(image):
    name = image.split("@")[0].rsplit("/", 1)[-1]
    return name.split(":", 1)[1] if ":" in name else "latest"


def behaviour_of(pod, container):
    """(failure or None, seconds until ready)"""
    annotations = pod["metadata"].get("annotations") or {}
    tag = tag_of(container["image"])
    slow = re.match(r"slow-(\d+(?:\.\d+)?)-", tag)
    delay = float(annotations.get("test-cluster/delay") or (slow.group(1) if slow else 0))
    return annotations.get("test-cluster/fail") or FAILURES_BY_TAG.get(tag.split("-", 1)[0] if "-" in tag else ""), delay


def is_of_job(pod):
    owners = pod["metadata"].get("ownerReferences") or []
    return pod["spec"].get("restartPolicy") != "Always" and any(owner["kind"] == "Job" for owner in owners)


def _terminated(reason, exit_code, started, finished):
    return {"terminated": {"reason": reason, "exitCode": exit_code, "startedAt": timestamp(started),
                           "finishedAt": timestamp(finished)}}


def _container(pod, container, started, elapsed):
    """(status without the container's names, seconds until the next change or None)"""
    failure, delay = behaviour_of(pod, container)
    if failure == "ImagePullBackOff":
        message = f'Back-off pulling image "{container["image"]}"'
        return {"state": {"waiting": {"reason": failure, "message": message}}, "imageID": "", "containerID": ""}, None
    if failure in ("CrashLoopBackOff", "OOMKilled"):
        restarts = int(elapsed // RESTART_SECONDS)
        crash = started + restarts * RESTART_SECONDS
        last = ("OOMKilled", 137) if failure == "OOMKilled" else ("Error", 1)
        message = f"back-off {RESTART_SECONDS:.0f}s restarting failed container={container['name']}"
        return {"state": {"waiting": {"reason": "CrashLoopBackOff", "message": message}}, "restartCount": restarts + 1,
                "lastState": _terminated(*last, crash, crash)}, (restarts + 1) * RESTART_SECONDS - elapsed
    if is_of_job(pod):
        runs_for = delay + JOB_SECONDS
        if elapsed >= runs_for:
            result = ("Error", 1) if failure == "JobFailed" else ("Completed", 0)
            return {"state": _terminated(*result, started, started + runs_for)}, None
    else:
        runs_for = delay
    running = {"state": {"running": {"startedAt": timestamp(started)}}, "started": True, "ready": elapsed >= delay}
    return running, runs_for - elapsed if elapsed < runs_for else None


def _named(container, status):
    name = container["name"]
    return {"name": name, "image": container["image"], "imageID": f"fake://{name}", "containerID": f"fake://{name}",
            "restartCount": 0, "ready": False, "started": False, "lastState": {}, **status}


def _conditions(started, **states):
    return [{"type": kind, "status": "True" if state is True else "False", "lastTransitionTime": timestamp(started),
             **({} if state is True else dict(zip(("reason", "message"), state)))} for kind, state in states.items()]


def status_of(pod, started, elapsed, pod_address, node_address):
    """(the pod's status, seconds until it changes or None), `elapsed` seconds after the pod `started`."""
    if (pod["metadata"].get("annotations") or {}).get("test-cluster/fail") == "Unschedulable":
        reason = ("Unschedulable", "0/1 nodes are available: 1 Insufficient cpu.")
        return {"phase": "Pending", "conditions": _conditions(started, PodScheduled=reason)}, None

    results = [_container(pod, each, started, elapsed) for each in pod["spec"]["containers"]]
    states = [status["state"] for status, _ in results]
    changes = [seconds for _, seconds in results if seconds is not None]
    if all("terminated" in state for state in states):
        phase = "Succeeded" if all(state["terminated"]["exitCode"] == 0 for state in states) else "Failed"
    elif any(state.get("waiting", {}).get("reason") == "ImagePullBackOff" for state in states):
        phase = "Pending"
    else:
        phase = "Running"
    unready = [each["name"] for each, (status, _) in zip(pod["spec"]["containers"], results) if not status.get("ready")]
    ready = ("ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]") if unready else True
    if phase == "Succeeded":
        ready = ("PodCompleted", "")
    ready_since = started + max(behaviour_of(pod, each)[1] for each in pod["spec"]["containers"]) if ready is True else started
    status = {
        "phase": phase, "hostIP": node_address, "podIP": pod_address, "podIPs": [{"ip": pod_address}],
        "startTime": timestamp(started),
        "containerStatuses": [_named(each, status) for each, (status, _) in zip(pod["spec"]["containers"], results)],
        "conditions": _conditions(started, Initialized=True, PodScheduled=True)
        + _conditions(ready_since, Ready=ready, ContainersReady=ready),
    }
    if pod["spec"].get("initContainers"):
        done = {"state": _terminated("Completed", 0, started, started), "ready": True}
        status["initContainerStatuses"] = [_named(each, done) for each in pod["spec"]["initContainers"]]
    return status, min(changes) if changes else None
