# Sourced by scripts/test-cluster: the real node's containerd, kubelet and kube-proxy, all in its namespaces.
# shellcheck shell=bash disable=SC2034,SC2154 # what all of them share, common.bash and its select_cluster set

containerd_socket=/run/containerd/containerd.sock
node_daemons=(kube-proxy kubelet containerd)

libraries_of_packages() { echo "$packages"/usr/lib/*-linux-gnu*; }

# Debian's iptables is a link that installing the package makes; here the packages are only unpacked.
make_tools() {
    local multi=xtables-nft-multi name
    if ! LD_LIBRARY_PATH=$(libraries_of_packages) "${enter_node[@]}" "$packages/usr/sbin/$multi" iptables -S >/dev/null 2>&1; then
        multi=xtables-legacy-multi
    fi
    mkdir -p "$run/tools"
    for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
        ln -sf "$packages/usr/sbin/$multi" "$run/tools/$name"
    done
}

set_node_command() {
    local libraries
    libraries=$(libraries_of_packages)
    set_enter_node
    # The kubelet would look for Amazon's metadata service, and wait for it.
    in_node=("${enter_node[@]}" env AWS_EC2_METADATA_DISABLED=true "LD_LIBRARY_PATH=$libraries"
        "XTABLES_LIBDIR=$libraries/xtables"
        "PATH=$run/tools:$packages/usr/bin:$packages/usr/sbin:/usr/sbin:/usr/bin:/sbin:/bin")
}

start_in_node() {
    local name=$1
    shift
    daemon_is_running "$name" || start_daemon "$name" "${in_node[@]}" "$@"
}

# Without a right that containers often lack (CAP_SYS_RESOURCE), scores can't be lowered: hence restrict_oom_score_adj.
write_containerd_settings() {
    cat >"$run/containerd.toml" <<TOML
version = 2
root = "$run/containerd"
state = "/run/containerd"
[grpc]
  address = "$containerd_socket"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/test-cluster/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$packages/usr/lib/cni"
    conf_dir = "$run/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "$packages/usr/sbin/runc"
        SystemdCgroup = false
TOML
    # Without masquerading: this machine has a route back to the pods.
    cat >"$run/cni/10-test-cluster.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "test-cluster", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true, "promiscMode": false,
   "ipam": {"type": "host-local", "dataDir": "/run/cni-addresses", "ranges": [[{"subnet": "$pod_network"}]],
            "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
JSON
}

write_kubelet_settings() {
    echo "nameserver 10.96.0.10" >"$run/resolv.conf"
    cat >"$run/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: "$certificates/ca.crt"}
authorization: {mode: Webhook}
tlsCertFile: "$certificates/node.crt"
tlsPrivateKeyFile: "$certificates/node.key"
cgroupDriver: cgroupfs
failSwapOn: false
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
resolvConf: "$run/resolv.conf"
staticPodPath: "$run/manifests"
# Images come by import only, so none may be thrown away, nor may a full disk of the machine's stop the tests early.
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%}
serializeImagePulls: false
registryPullQPS: 0
eventRecordQPS: 0
nodeStatusUpdateFrequency: 1s
kubeAPIQPS: 50
kubeAPIBurst: 100
YAML
}

run_ctr() { "${in_node[@]}" "$packages/usr/bin/ctr" --address "$containerd_socket" --namespace k8s.io "$@"; }

containerd_answers() { run_ctr version; }

import_into_node() {
    set_node_command
    # By standard input, since the node doesn't see every folder of this machine.
    run_ctr images import - <"$1" >&2 || fail "containerd couldn't import $1; is it an image as docker save writes it?"
}

pull_into_node() {
    set_node_command
    run_ctr images pull --plain-http "$1" >/dev/null || fail "containerd couldn't pull $1"
}

node_is_registered() { kubectl get node node; }

start_node() {
    set_node_command
    make_tools
    mkdir -p "$run"/{containerd,cni,kubelet,volume-plugins,manifests,volumes}
    write_containerd_settings
    write_kubelet_settings
    start_in_node containerd "$packages/usr/bin/containerd" --config "$run/containerd.toml" --log-level warn
    wait_until 30 containerd containerd_answers
    if ! run_ctr images list --quiet | grep -q test-cluster/pause; then import_into_node "$images/pause.tar"; fi
    start_in_node kubelet "$binaries/kubelet" --config="$run/kubelet.yaml" --kubeconfig="$certificates/node.kubeconfig" \
        --root-dir="$run/kubelet" --cert-dir="$run/kubelet/pki" --container-runtime=remote \
        --container-runtime-endpoint="unix://$containerd_socket" --image-service-endpoint="unix://$containerd_socket" \
        --hostname-override=node --node-ip="$node_address" --volume-plugin-dir="$run/volume-plugins"
    # Connection tracking is the machine's; zero leaves its settings alone.
    start_in_node kube-proxy "$binaries/kube-proxy" --kubeconfig="$certificates/proxy.kubeconfig" --hostname-override=node \
        --proxy-mode=iptables --cluster-cidr=10.244.0.0/16 --conntrack-max-per-core=0 --conntrack-min=0 \
        --conntrack-tcp-timeout-established=0s --conntrack-tcp-timeout-close-wait=0s \
        --metrics-bind-address=127.0.0.1:10249 --healthz-bind-address=127.0.0.1:10256
    wait_until 60 kubelet node_is_registered
    wait_until 90 kubelet kubectl wait --for=condition=Ready --timeout=1s node/node
}

# Its pods end with its namespaces; their control groups and folders are left over.
stop_node() {
    local name
    stop_daemon holder
    for name in "${node_daemons[@]}"; do stop_daemon "$name" KILL; done
    for _ in 1 2 3 4 5; do
        find /sys/fs/cgroup -maxdepth 2 -type d -name kubepods -exec find {} -depth -type d -delete \; 2>/dev/null || true
    done
    rm -rf --one-file-system "$run"/{kubelet,containerd,cni,tools,manifests,volume-plugins}
}
