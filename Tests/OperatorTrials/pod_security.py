"""The Pod Security Standard "restricted", every control of it and of "baseline" beneath
(https://kubernetes.io/docs/concepts/security/pod-security-standards/).

    python3 pod_security.py     plants a violation of each control and sees that it, and no other, is reported
"""

import copy
import re
import sys

_DEFAULT_CAPABILITIES = {
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
    "SETPCAP", "SETUID", "SYS_CHROOT"}
_SYSCTLS = {
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}
_SELINUX_TYPES = {None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


def containers(spec):
    """(where it stands, container) of all three kinds."""
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        for each in spec.get(kind) or []:
            yield f"{kind}[{each['name']}]", each


def _contexts(spec):
    """(where it stands, security context) of the pod and its containers."""
    yield "pod", spec.get("securityContext") or {}
    for where, each in containers(spec):
        yield where, each.get("securityContext") or {}


def _host_process(metadata, spec):
    return [where for where, context in _contexts(spec) if (context.get("windowsOptions") or {}).get("hostProcess")]


def _host_namespaces(metadata, spec):
    return [name for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name)]


def _privileged(metadata, spec):
    return [where for where, each in containers(spec) if (each.get("securityContext") or {}).get("privileged")]


def _capabilities_of(container):
    return (container.get("securityContext") or {}).get("capabilities") or {}


def _capabilities(metadata, spec):
    return [f"{where} adds {added}" for where, each in containers(spec)
            for added in _capabilities_of(each).get("add") or [] if added not in _DEFAULT_CAPABILITIES]


def _host_path(metadata, spec):
    return [each["name"] for each in spec.get("volumes") or [] if "hostPath" in each]


def _host_ports(metadata, spec):
    return [f"{where} {port['hostPort']}" for where, each in containers(spec) for port in each.get("ports") or []
            if port.get("hostPort")]


def _host_probes(metadata, spec):
    found = []
    for where, each in containers(spec):
        lifecycle = each.get("lifecycle") or {}
        handlers = {name: each.get(name) for name in ("livenessProbe", "readinessProbe", "startupProbe")}
        handlers |= {name: lifecycle.get(name) for name in ("postStart", "preStop")}
        found += [f"{where} {name} asks {(handler.get(way) or {})['host']}" for name, handler in handlers.items() if handler
                  for way in ("httpGet", "tcpSocket") if (handler.get(way) or {}).get("host")]
    return found


def _apparmor(metadata, spec):
    found = [f"{name}: {value}" for name, value in (metadata.get("annotations") or {}).items()
             if name.startswith(_APPARMOR) and value != "runtime/default" and not value.startswith("localhost/")]
    profiles = [(where, (context.get("appArmorProfile") or {}).get("type")) for where, context in _contexts(spec)]
    return found + [where for where, profile in profiles if profile not in (None, "RuntimeDefault", "Localhost")]


def _selinux(metadata, spec):
    options = [(where, context.get("seLinuxOptions") or {}) for where, context in _contexts(spec)]
    return [where for where, each in options
            if each.get("type") not in _SELINUX_TYPES or each.get("user") or each.get("role")]


def _proc_mount(metadata, spec):
    return [where for where, context in _contexts(spec) if context.get("procMount", "Default") != "Default"]


def _seccomp_of(context):
    return (context.get("seccompProfile") or {}).get("type")


def _seccomp_baseline(metadata, spec):
    return [where for where, context in _contexts(spec) if _seccomp_of(context) not in (None, "RuntimeDefault", "Localhost")]


def _sysctls(metadata, spec):
    return [each["name"] for each in (spec.get("securityContext") or {}).get("sysctls") or [] if each["name"] not in _SYSCTLS]


def _volume_types(metadata, spec):
    return [f"{each['name']} is a {kind}" for each in spec.get("volumes") or [] for kind in each
            if kind != "name" and kind not in _VOLUMES]


def _escalation(metadata, spec):
    return [where for where, each in containers(spec)
            if (each.get("securityContext") or {}).get("allowPrivilegeEscalation") is not False]


def _non_root(metadata, spec):
    pod = (spec.get("securityContext") or {}).get("runAsNonRoot")
    found = ["pod"] if pod is False else []
    return found + [where for where, each in containers(spec)
                    if (each.get("securityContext") or {}).get("runAsNonRoot", pod) is not True]


def _non_root_user(metadata, spec):
    return [where for where, context in _contexts(spec) if context.get("runAsUser") == 0]


def _seccomp_restricted(metadata, spec):
    pod = _seccomp_of(spec.get("securityContext") or {})
    return [where for where, each in containers(spec)
            if (_seccomp_of(each.get("securityContext") or {}) or pod) not in ("RuntimeDefault", "Localhost")]


def _capabilities_restricted(metadata, spec):
    found = [where for where, each in containers(spec) if "ALL" not in (_capabilities_of(each).get("drop") or [])]
    return found + [f"{where} adds {added}" for where, each in containers(spec)
                    for added in _capabilities_of(each).get("add") or [] if added != "NET_BIND_SERVICE"]


CONTROLS = {
    "HostProcess": _host_process, "Host Namespaces": _host_namespaces, "Privileged Containers": _privileged,
    "Capabilities": _capabilities, "HostPath Volumes": _host_path, "Host Ports": _host_ports,
    "Host Probes / Lifecycle Hooks": _host_probes, "AppArmor": _apparmor, "SELinux": _selinux,
    "/proc Mount Type": _proc_mount, "Seccomp": _seccomp_baseline, "Sysctls": _sysctls,
    "Volume Types": _volume_types, "Privilege Escalation": _escalation, "Running as Non-root": _non_root,
    "Running as Non-root user": _non_root_user, "Seccomp (restricted)": _seccomp_restricted,
    "Capabilities (restricted)": _capabilities_restricted,
}


def violations(template):
    """Texts of what a pod, or a pod's template, breaks; none if it keeps within "restricted"."""
    metadata, spec = template.get("metadata") or {}, template["spec"]
    # As a cluster of before 1.19 would read them.
    odd = [name for name in metadata.get("annotations") or {} if re.match(r"(container\.)?seccomp\.security\.alpha", name)]
    found = [f"Seccomp: the annotation {name}" for name in odd]
    return found + [f"{name}: {text}" for name, control in CONTROLS.items() for text in control(metadata, spec)]


# The test of all this

_GOOD = {
    "metadata": {"annotations": {"some": "thing"}},
    "spec": {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "volumes": [{"name": "a", "emptyDir": {}}],
        "initContainers": [{"name": "before", "securityContext": {
            "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}}],
        "containers": [{"name": "main", "ports": [{"containerPort": 80}], "livenessProbe": {"httpGet": {"path": "/"}},
                        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}]},
}
#: What is set where, and which controls have to say so. Each is tried in the pod, the container or the init container.
_POD, _MAIN, _FIRST = "spec securityContext", "spec containers 0 securityContext", "spec initContainers 0 securityContext"
_PLANTED = [
    *((f"{where} windowsOptions", {"hostProcess": True}, {"HostProcess"}) for where in (_POD, _MAIN, _FIRST)),
    *((f"spec {name}", True, {"Host Namespaces"}) for name in ("hostNetwork", "hostPID", "hostIPC")),
    *((f"{where} privileged", True, {"Privileged Containers"}) for where in (_MAIN, _FIRST)),
    *((f"{where} capabilities add", ["SYS_ADMIN"], {"Capabilities", "Capabilities (restricted)"})
      for where in (_MAIN, _FIRST)),
    ("spec volumes 0", {"name": "a", "hostPath": {"path": "/"}}, {"HostPath Volumes", "Volume Types"}),
    ("spec containers 0 ports 0 hostPort", 80, {"Host Ports"}),
    ("spec containers 0 livenessProbe httpGet host", "10.0.0.1", {"Host Probes / Lifecycle Hooks"}),
    ("spec initContainers 0 lifecycle", {"preStop": {"tcpSocket": {"host": "a"}}}, {"Host Probes / Lifecycle Hooks"}),
    ("metadata annotations container.apparmor.security.beta.kubernetes.io/main", "unconfined", {"AppArmor"}),
    *((f"{where} appArmorProfile", {"type": "Unconfined"}, {"AppArmor"}) for where in (_POD, _MAIN, _FIRST)),
    *((f"{where} seLinuxOptions", options, {"SELinux"}) for where in (_POD, _MAIN, _FIRST)
      for options in ({"type": "spc_t"}, {"user": "root"}, {"role": "system_r"})),
    *((f"{where} procMount", "Unmasked", {"/proc Mount Type"}) for where in (_MAIN, _FIRST)),
    *((f"{where} seccompProfile", {"type": "Unconfined"}, {"Seccomp", "Seccomp (restricted)"})
      for where in (_POD, _MAIN, _FIRST)),
    ("metadata annotations seccomp.security.alpha.kubernetes.io/pod", "unconfined", {"Seccomp"}),
    ("spec securityContext sysctls", [{"name": "kernel.msgmax", "value": "1"}], {"Sysctls"}),
    ("spec volumes 0", {"name": "a", "nfs": {}}, {"Volume Types"}),
    *((f"{where} allowPrivilegeEscalation", value, {"Privilege Escalation"})
      for where in (_MAIN, _FIRST) for value in (None, True)),
    *((f"{where} runAsNonRoot", False, {"Running as Non-root"}) for where in (_POD, _MAIN, _FIRST)),
    ("spec securityContext runAsNonRoot", None, {"Running as Non-root"}),
    *((f"{where} runAsUser", 0, {"Running as Non-root user"}) for where in (_POD, _MAIN, _FIRST)),
    ("spec securityContext seccompProfile", None, {"Seccomp (restricted)"}),
    *((f"{where} capabilities drop", drop, {"Capabilities (restricted)"})
      for where in (_MAIN, _FIRST) for drop in (None, ["KILL"])),
    *((f"{where} capabilities add", ["CHOWN"], {"Capabilities (restricted)"}) for where in (_MAIN, _FIRST)),
]


def _set(value, steps, new):
    step = int(steps[0]) if isinstance(value, list) else steps[0]
    if steps[1:]:
        _set(value[step] if isinstance(value, list) else value.setdefault(step, {}), steps[1:], new)
    elif new is None:
        value.pop(step, None)
    else:
        value[step] = new


def self_test():
    """Returns texts of what a control missed, or reported though it isn't so."""
    texts = [f"reported of a good pod: {text}" for text in violations(_GOOD)]
    caught = set()
    for path, value, expected in _PLANTED:
        planted = copy.deepcopy(_GOOD)
        _set(planted, path.split(" "), value)
        reported = {text.split(":")[0] for text in violations(planted)}
        if reported != expected:
            texts.append(f"{path} = {value}: {sorted(reported) or 'nothing'} reported instead of {sorted(expected)}")
        caught |= reported
    return texts + [f"no violation was planted of: {name}" for name in CONTROLS if name not in caught]


if __name__ == "__main__":
    failures = self_test()
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(CONTROLS)} controls, {len(_PLANTED)} planted violations, {len(failures)} of them missed")
    sys.exit(1 if failures else 0)
