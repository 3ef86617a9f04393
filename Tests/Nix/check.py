"""What has to hold of what the flake evaluates to: check.py nodes|disks|manifests FILE.json"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INVENTORY = json.loads((ROOT / "deploy/cluster.example.json").read_text())
FAULTS = []


def expect(holds, text):
    if not holds:
        FAULTS.append(text)


def nodes(found):
    """Returns a sentence about what was looked at."""
    controls = [each["name"] for each in INVENTORY["nodes"] if each["role"] == "control-plane"]
    for each in INVENTORY["nodes"]:
        name, node = each["name"], found[each["name"]]
        k3s, firewall = node["k3s"], node["firewall"]
        flags = k3s["extraFlags"]
        expect(node["hostName"] == name, f"{name}: is called {node['hostName']}")
        expect(node["keys"] == INVENTORY["sshKeys"], f"{name}: other keys may sign in")
        expect(not node["openssh"]["settings"]["PasswordAuthentication"], f"{name}: passwords may sign in")
        expect(firewall["enable"] and firewall["allowedTCPPorts"] == [22], f"{name}: more than SSH is open to the world")
        expect("--protect-kernel-defaults=true" in flags, f"{name}: the kernel's defaults aren't insisted on")
        expect(node["sysctl"]["vm.overcommit_memory"] == 1, f"{name}: the kubelet would refuse the kernel's settings")
        expect(k3s["extraKubeletConfig"]["maxPods"] == INVENTORY["kubernetes"]["maxPods"], f"{name}: pods by default")
        expect(not any("disable-network-policy" in flag for flag in flags), f"{name}: policies aren't enforced")
        private = firewall["interfaces"][each["interface"]]["allowedTCPPorts"]
        if each["role"] == "control-plane":
            expect(k3s["role"] == "server", f"{name}: no server")
            expect({6443, 2379, 2380} <= set(private), f"{name}: etcd can't be reached by the others")
            for flag in ("--secrets-encryption", "--flannel-backend=wireguard-native", "--etcd-s3",
                         "--kube-controller-manager-arg=node-cidr-mask-size=22"):
                expect(flag in flags, f"{name}: lacks {flag}")
        else:
            expect(k3s["role"] == "agent" and 6443 not in private, f"{name}: no agent")
    expect(sum(found[name]["k3s"]["clusterInit"] for name in controls) == 1, "not one node makes the cluster")
    first = next(each for each in INVENTORY["nodes"] if each["name"] == controls[0])
    for name in controls[1:]:
        expect(found[name]["k3s"]["serverAddr"]["content"] == f"https://{first['privateAddress']}:6443"
               if isinstance(found[name]["k3s"]["serverAddr"], dict)
               else found[name]["k3s"]["serverAddr"] == f"https://{first['privateAddress']}:6443", f"{name}: joins another")
    return f"{len(found)} nodes' modules evaluated with nixpkgs' lib, NixOS' options left out"


def disks(found):
    """Returns a sentence about what was looked at."""
    for each in INVENTORY["nodes"]:
        disk = found[each["name"]]
        expect(disk["device"] == each["disk"], f"{each['name']}: {disk['device']} would be formatted")
        types = {name: part["type"] for name, part in disk["partitions"].items()}
        expect(types["boot"] == "EF02" and types["ESP"] == "EF00", f"{each['name']}: can't boot both ways")
        expect(set(disk["mounts"]) == {None, "/boot", "/"}, f"{each['name']}: mounts {disk['mounts']}")
    return f"{len(found)} nodes' disks evaluated with disko's types"


def manifests(found):
    """Returns a sentence about what was looked at."""
    def key(each):
        return each["apiVersion"], each["kind"], each["metadata"]["name"]

    def plain(each):
        """Without what kubenix writes into all of them."""
        annotations = {name: value for name, value in each["metadata"].pop("annotations", {}).items()
                       if not name.startswith("kubenix/")}
        return {**each, "metadata": {**each["metadata"], **({"annotations": annotations} if annotations else {})}}

    rendered = {key(each): plain(each) for each in json.loads((ROOT / "deploy/k8s/platform.json").read_text())}
    evaluated = {key(each): plain(each) for each in found["objects"]}
    for name in rendered.keys() ^ evaluated.keys():
        FAULTS.append(f"{name} is in one of them only")
    for name in rendered.keys() & evaluated.keys():
        expect(rendered[name] == evaluated[name], f"{name} isn't what `cluster render` prints")
    expect(found["refusesAnUnknownField"], "a field that isn't known passes")
    changed = {key(each): each for each in found["changed"]}
    expect(changed["apps/v1", "Deployment", "onboarding-agent"]["spec"]["replicas"] == 0, "a host's change has no effect")
    return f"{len(rendered)} objects evaluated with kubenix' types, equal to what `cluster render` prints"


if __name__ == "__main__":
    _, kind, file = sys.argv
    sentence = {"nodes": nodes, "disks": disks, "manifests": manifests}[kind](json.loads(Path(file).read_text()))
    for text in FAULTS:
        print(f"test-nix: {text}", file=sys.stderr)
    print(f"test-nix: {sentence}, {len(FAULTS)} faults")
    sys.exit(1 if FAULTS else 0)
