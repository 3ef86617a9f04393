"""What an administrator does by hand to a box's objects, and how many new pods each of it warrants at most."""

from dataclasses import dataclass

from cluster import BOX_LABEL, MERGE, OURS, STRATEGIC

MANAGED = "app.kubernetes.io/managed-by"
CUSTOMER_LABEL = "openclaw.cloud/customer"


@dataclass(frozen=True)
class Edit:
    kind: str
    name: str
    patch: dict
    #: One for the change, one for its repair.
    pods: int = 0
    content_type: str = MERGE

    def __str__(self):
        return f"{self.kind} {self.name} {self.patch}"


@dataclass(frozen=True)
class Deletion:
    kind: str
    name: str
    pods: int = 0

    def __str__(self):
        return f"delete {self.kind} {self.name}"


@dataclass(frozen=True)
class Addition:
    """An object that looks as if an earlier release had left it."""

    kind: str
    name: str
    body: tuple
    pods: int = 0

    def __str__(self):
        return f"add {self.kind} {self.name}"


def _label(kind, name, label="odd", value="1"):
    return Edit(kind, name, {"metadata": {"labels": {label: value}}})


def _template(**spec):
    return Edit("Deployment", "agent", {"spec": {"template": {"spec": spec}}}, pods=2)


def _container(**fields):
    return Edit(
        "Deployment", "agent", {"spec": {"template": {"spec": {"containers": [{"name": "agent", **fields}]}}}}, 2, STRATEGIC)


_NAMED = [
    ("ServiceAccount", "agent"), ("ConfigMap", "agent"), ("PersistentVolumeClaim", "agent-state"), ("ResourceQuota", "agent"),
    ("LimitRange", "agent"), ("NetworkPolicy", "default-deny"), ("NetworkPolicy", "agent-egress"),
    ("NetworkPolicy", "agent-ingress"), ("RoleBinding", "operator"), ("Deployment", "agent"),
]

#: None of these may cost a customer a restart.
HARMLESS = [
    *(_label(*each) for each in _NAMED),
    *(_label(*each, MANAGED, None) for each in _NAMED),
    *(_label(*each, BOX_LABEL, None) for each in _NAMED),
    *(_label(*each, CUSTOMER_LABEL, "cst_00000000000000000000000000") for each in _NAMED),
    *(Edit(*each, {"metadata": {"annotations": {"odd": "1"}}}) for each in _NAMED),
    *(Edit(*each, {"metadata": {"annotations": {"openclaw.cloud/owner": None}}}) for each in _NAMED),
    _label("Namespace", None, "pod-security.kubernetes.io/enforce", "privileged"),
    _label("Namespace", None, "pod-security.kubernetes.io/enforce", None),
    _label("Namespace", None, "pod-security.kubernetes.io/enforce-version", "v1.20"),
    _label("Namespace", None, "kubernetes.io/metadata.name", None),
    _label("Namespace", None, MANAGED, None),
    Edit("NetworkPolicy", "default-deny", {"spec": {"policyTypes": ["Ingress"]}}),
    Edit("NetworkPolicy", "default-deny", {"spec": {"ingress": [{}]}}),
    Edit("NetworkPolicy", "default-deny", {"spec": {"podSelector": {"matchLabels": {"no": "one"}}}}),
    Edit("NetworkPolicy", "default-deny", {"spec": {"podSelector": {
        "matchExpressions": [{"key": "no", "operator": "Exists"}]}}}),
    Edit("NetworkPolicy", "agent-egress", {"spec": {"podSelector": {"matchLabels": {"no": "one"}}}}),
    Edit("NetworkPolicy", "agent-egress", {"spec": {"egress": [{}]}}),
    Edit("NetworkPolicy", "agent-egress", {"spec": {"egress": None}}),
    Edit("NetworkPolicy", "agent-egress", {"spec": {"ingress": [{}], "policyTypes": ["Ingress", "Egress"]}}),
    Edit("NetworkPolicy", "agent-ingress", {"spec": {"ingress": [{}]}}),
    Edit("ResourceQuota", "agent", {"spec": {"hard": {"pods": "50"}}}),
    Edit("ResourceQuota", "agent", {"spec": {"hard": {"services": None}}}),
    Edit("ResourceQuota", "agent", {"spec": {"hard": {"count/jobs.batch": "50"}}}),
    Edit("LimitRange", "agent", {"spec": {"limits": []}}),
    Edit("LimitRange", "agent", {"spec": {"limits": [{"type": "Pod", "max": {"cpu": "8"}}]}}),
    Edit("ServiceAccount", "agent", {"automountServiceAccountToken": True}),
    Edit("ServiceAccount", "agent", {"automountServiceAccountToken": None}),
    Edit("ConfigMap", "agent", {"data": {"openclaw.json": "{}"}}),
    Edit("ConfigMap", "agent", {"data": {"SOUL.md": None}}),
    Edit("ConfigMap", "agent", {"data": {"EXTRA.md": "obey me"}}),
    Edit("ConfigMap", "agent", {"binaryData": {"odd": "eA=="}}),
    Edit("Deployment", "agent", {"spec": {"paused": True}}),
    Edit("Deployment", "agent", {"spec": {"minReadySeconds": 1}}),
    Edit("Deployment", "agent", {"spec": {"revisionHistoryLimit": 9}}),
    Edit("Deployment", "agent", {"spec": {"progressDeadlineSeconds": 77}}),
    Edit("Deployment", "agent", {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0}}}}),
    Edit("RoleBinding", "operator", {"subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "default"}]}),
    Edit("RoleBinding", "operator", {"subjects": None}),
    Edit("Secret", "agent", {"data": {"EXTRA": "eA=="}}),
    Edit("Secret", "agent", {"data": {"TELEGRAM_BOT_TOKEN": "eA=="}}),
    _label("Secret", "agent"),
    _label("Secret", "agent", MANAGED, None),
    Deletion("ServiceAccount", "agent"), Deletion("ConfigMap", "agent"), Deletion("ResourceQuota", "agent"),
    Deletion("LimitRange", "agent"), Deletion("NetworkPolicy", "default-deny"), Deletion("NetworkPolicy", "agent-egress"),
    Deletion("NetworkPolicy", "agent-ingress"), Deletion("RoleBinding", "operator"),
    Addition("ConfigMap", "earlier", (("data", {"a": "b"}),)),
    Addition("ServiceAccount", "earlier", ()),
    Addition("NetworkPolicy", "earlier", (("spec", {"podSelector": {}, "ingress": [{}]}),)),
    Addition("LimitRange", "earlier", (("spec", {"limits": []}),)),
]

#: These make pods, or their repair does.
COSTLY = [
    _template(enableServiceLinks=True), _template(hostNetwork=True), _template(nodeSelector={"no": "where"}),
    _template(serviceAccountName="default"), _template(terminationGracePeriodSeconds=1),
    _template(automountServiceAccountToken=True), _template(hostPID=True),
    _template(securityContext={"runAsNonRoot": False, "runAsUser": 0}),
    _template(initContainers=None),
    Edit("Deployment", "agent", {"spec": {"template": {"metadata": {"annotations": {
        "kubectl.kubernetes.io/restartedAt": "2026-11-25T00:00:00Z"}}}}}, pods=2),
    Edit("Deployment", "agent", {"spec": {"template": {"metadata": {"labels": {"odd": "1"}}}}}, pods=2),
    _container(image="sandbox-agent:2"), _container(env=[{"name": "ODD", "value": "1"}]),
    _container(env=[{"name": "HOME", "value": "/"}]), _container(command=["sleep"]),
    _container(livenessProbe=None), _container(securityContext={"privileged": True, "allowPrivilegeEscalation": None}),
    _container(resources={"limits": {"memory": "900Mi"}}), _container(ports=[{"containerPort": 22}]),
    # Added to what is an entry of a list.
    _container(lifecycle={"postStart": {"exec": {"command": ["sh"]}}}), _container(envFrom=[{"secretRef": {"name": "agent"}}]),
    _container(stdin=True, tty=True), _container(workingDir="/"), _container(securityContext={"runAsUser": 0}),
    _container(securityContext={"capabilities": {"add": ["NET_ADMIN"]}}),
    _container(ports=[{"containerPort": 18789, "hostPort": 18789}]), _container(readinessProbe={"initialDelaySeconds": 1}),
    _container(volumeMounts=[{"name": "scratch", "mountPath": "/tmp", "readOnly": True}]),
    _container(resources={"limits": {"ephemeral-storage": "1Gi"}}),
    Edit("Deployment", "agent", {"spec": {"template": {"spec": {"volumes": [
        {"name": "scratch", "emptyDir": {"medium": "Memory"}}]}}}}, 2, STRATEGIC),
    _template(securityContext={"supplementalGroups": [0]}),
    Edit("Deployment", "agent", {"spec": {"template": {"spec": {"containers": [
        {"name": "beside", "image": "sandbox-agent:1", "resources": {
            "requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"cpu": "1m", "memory": "1Mi"}}}]}}}}, 2, STRATEGIC),
    Edit("Deployment", "agent", {"spec": {"template": {"spec": {"volumes": [
        {"name": "host", "hostPath": {"path": "/"}}]}}}}, 2, STRATEGIC),
    Edit("Deployment", "agent", {"spec": {"replicas": 0}}, pods=1),
    Edit("Deployment", "agent", {"spec": {"replicas": 3}}, pods=3),
    Edit("ResourceQuota", "agent", {"spec": {"hard": {"pods": "0"}}}),
    Edit("Secret", "agent", {"data": {"OPENCLAW_PROXY_TOKEN": "eA=="}}, pods=1),
    Edit("Secret", "agent", {"data": {"OPENCLAW_PROXY_TOKEN": None}}, pods=1),
    Edit("Secret", "agent", {"data": {"OPENCLAW_GATEWAY_TOKEN": None}}),
    Deletion("Secret", "agent", pods=1), Deletion("Deployment", "agent", pods=1), Deletion("Deployment", "agent", pods=1),
    Deletion("Pod", "*", pods=1), Deletion("Pod", "*", pods=1), Deletion("Pod", "*", pods=1),
]
DELETE_NAMESPACE = Deletion("Namespace", None, pods=1)


async def do(cluster, box, deed):
    """Returns whether anything came of it. Throws `Away`."""
    namespace = box.namespace
    name = deed.name or namespace
    if isinstance(deed, Edit):
        status, _ = await cluster.patch(deed.kind, namespace, name, deed.patch, deed.content_type)
        return status == 200
    if isinstance(deed, Addition):
        labels = {MANAGED: OURS.split("=")[1], BOX_LABEL: box.id, CUSTOMER_LABEL: box.customer_id}
        return await cluster.create(deed.kind, namespace, name, {"labels": labels}, dict(deed.body)) == 201
    if deed.name != "*":
        return await cluster.delete(deed.kind, namespace, name) in (200, 202)
    done = False
    for each in await cluster.list(deed.kind, namespace):
        done |= await cluster.delete(deed.kind, namespace, each["metadata"]["name"]) in (200, 202)
    return done
