# Sourced by scripts/test-cluster: etcd, the API server, the controllers and the scheduler of the selected cluster.
# shellcheck shell=bash disable=SC2034,SC2154 # what all of them share, common.bash and its select_cluster set

# The real node's control plane listens in the node's network namespace, where these ports are free.
# Beside it the fake node's looks for free ports on loopback, and keeps them as long as it can.
choose_ports() {
    if [ "$kind" = node ]; then
        api_port=6443 etcd_port=2379 etcd_peer_port=2380
        return
    fi
    mkdir -p "$run"
    if ! { daemon_is_running kube-apiserver || daemon_is_running etcd; }; then
        # shellcheck disable=SC2046 # three numbers
        python3 - $(cat "$run/ports" 2>/dev/null) >"$run/ports.partial" <<'PYTHON'
import socket
import sys

kept = []
for wished in [int(each) for each in sys.argv[1:]] or [16443, 16379, 16380]:
    attempt = socket.socket()
    # As the servers themselves do: what only waits for old connections to fade is free.
    attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        attempt.bind(("127.0.0.1", wished))
    except OSError:
        attempt.bind(("127.0.0.1", 0))
    kept.append(attempt)
print(*(each.getsockname()[1] for each in kept))
PYTHON
        mv "$run/ports.partial" "$run/ports"
    fi
    read -r api_port etcd_port etcd_peer_port <"$run/ports"
}

# Only the network is another one; so the process id stays the daemon's own.
enter_network() {
    into_network=()
    if [ "$kind" = node ]; then into_network=(nsenter --target "$(daemon_pid holder)" --net --); fi
}

start_in_network() {
    local name=$1
    shift
    daemon_is_running "$name" || start_daemon "$name" ${into_network[@]+"${into_network[@]}"} "$@"
}

# Debian's etcd can't be told not to wait for the disk, so its data lie in memory where there is enough.
choose_etcd_folder() {
    local memory=/dev/shm available
    etcd_folder=$run/etcd
    available=$(df --output=avail -k "$memory" 2>/dev/null | tail -n 1 || true)
    if [ -w "$memory" ] && [ "${available:-0}" -gt $((2 * 1024 * 1024)) ]; then
        etcd_folder=$memory/openclaw-cloud-test-cluster-$(id -u)-$kind-$(cksum <<<"$run" | cut -d ' ' -f 1)
    fi
    # What was chosen first stays, though memory gets scarce: the data are there.
    if [ -e "$run/etcd-folder" ]; then etcd_folder=$(cat "$run/etcd-folder"); fi
    echo "$etcd_folder" >"$run/etcd-folder"
    mkdir -p "$etcd_folder"
    chmod 700 "$etcd_folder"
}

start_etcd() {
    local url=http://127.0.0.1:$etcd_port peer=http://127.0.0.1:$etcd_peer_port
    choose_etcd_folder
    start_in_network etcd "$etcd" --name test --data-dir "$etcd_folder" \
        --listen-client-urls "$url" --advertise-client-urls "$url" --listen-peer-urls "$peer" \
        --initial-advertise-peer-urls "$peer" --initial-cluster "test=$peer" \
        --quota-backend-bytes 4294967296 --logger zap
}

apiserver_is_ready() { kubectl --request-timeout=5s get --raw /readyz; }

# Until 1.24 there were ports without TLS, which must be closed.
has_insecure_ports() {
    local version
    version=$("$binaries/kube-apiserver" --version)
    version=${version#Kubernetes v1.}
    [ "${version%%.*}" -lt 24 ]
}

start_apiserver() {
    local bind_address=127.0.0.1 advertise_address=192.0.2.1
    # The API server refuses to advertise loopback. Nobody follows the address while there are no pods that could.
    if [ "$kind" = node ]; then bind_address=0.0.0.0 advertise_address=$node_address; fi
    local old=()
    if has_insecure_ports; then old=(--insecure-port=0); fi
    # Missing, the file would be opened in a way that emptying it later leaves holes.
    touch "$audit_log"
    start_in_network kube-apiserver "$binaries/kube-apiserver" \
        --etcd-servers="http://127.0.0.1:$etcd_port" --bind-address="$bind_address" --secure-port="$api_port" \
        ${old[@]+"${old[@]}"} --advertise-address="$advertise_address" --service-cluster-ip-range=10.96.0.0/16 \
        --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
        --cert-dir="$run/apiserver" --tls-cert-file="$certificates/server.crt" \
        --tls-private-key-file="$certificates/server.key" --client-ca-file="$certificates/ca.crt" \
        --token-auth-file="$certificates/tokens.csv" --service-account-issuer=https://kubernetes.default.svc \
        --service-account-key-file="$certificates/service-accounts.pub" \
        --service-account-signing-key-file="$certificates/service-accounts.key" \
        --kubelet-certificate-authority="$certificates/ca.crt" --kubelet-preferred-address-types=InternalIP \
        --kubelet-client-certificate="$certificates/kubelet-client.crt" \
        --kubelet-client-key="$certificates/kubelet-client.key" \
        --requestheader-client-ca-file="$certificates/ca.crt" --requestheader-allowed-names=aggregator \
        --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
        --requestheader-extra-headers-prefix=X-Remote-Extra- \
        --proxy-client-cert-file="$certificates/aggregator.crt" --proxy-client-key-file="$certificates/aggregator.key" \
        --audit-policy-file="$cluster_sources/audit-policy.yaml" --audit-log-path="$audit_log" \
        --audit-log-maxsize=1000000 --profiling=false
    wait_until 60 kube-apiserver apiserver_is_ready
}

# Without leader election, as there are no others. The rates and numbers of workers are what a cluster of hundreds of
# customers is given too; Kubernetes' defaults would stretch a test of 300 namespaces over many minutes.
start_controllers() {
    local arguments=(--bind-address=127.0.0.1 --secure-port=0 --leader-elect=false --profiling=false
        --kube-api-qps=500 --kube-api-burst=1000) worker
    if has_insecure_ports; then arguments+=(--port=0); fi
    local shared=("${arguments[@]}")
    for worker in deployment replicaset endpoint service-endpoint resource-quota gc namespace serviceaccount-token; do
        arguments+=("--concurrent-$worker-syncs=30")
    done
    start_in_network kube-controller-manager "$binaries/kube-controller-manager" "${arguments[@]}" \
        --kubeconfig="$certificates/controller-manager.kubeconfig" --cert-dir="$run/controller-manager" \
        --use-service-account-credentials=true --root-ca-file="$certificates/ca.crt" \
        --service-account-private-key-file="$certificates/service-accounts.key" \
        --cluster-signing-cert-file="$certificates/ca.crt" --cluster-signing-key-file="$certificates/ca.key" \
        --controllers='*,bootstrapsigner,tokencleaner'
    start_in_network kube-scheduler "$binaries/kube-scheduler" "${shared[@]}" \
        --kubeconfig="$certificates/scheduler.kubeconfig" --cert-dir="$run/scheduler"
}

start_provisioner() {
    local arguments=(--server "https://$api_host:$api_port" --certificates "$certificates" --volumes "$run/volumes")
    if [ "$kind" = node ]; then arguments+=(--make-folders); fi
    daemon_is_running provisioner || start_daemon provisioner python3 "$cluster_sources/provisioner.py" "${arguments[@]}"
    wait_until 30 provisioner kubectl get storageclass standard
}

start_fake_node() {
    daemon_is_running fake-node || start_daemon fake-node python3 "$cluster_sources/fake_node.py" \
        --server "https://$api_host:$api_port" --certificates "$certificates"
    wait_until 30 fake-node kubectl wait --for=condition=Ready --timeout=1s node/fake-node
}

# A namespace gets its default service account, without which no pod is admitted, from the controllers.
controllers_work() { kubectl get serviceaccount default --namespace default; }

start_control_plane() {
    mkdir -p "$run/logs"
    choose_ports
    enter_network
    # Certificates and logs aren't for others on this machine.
    chmod 700 "$run"
    "$cluster_sources/certificates" "$certificates" "https://$api_host:$api_port"
    start_etcd
    start_apiserver
    start_controllers
    wait_until 60 kube-controller-manager controllers_work
}

stop_control_plane() {
    local name
    for name in provisioner fake-node kube-scheduler kube-controller-manager kube-apiserver etcd; do stop_daemon "$name"; done
}

wipe_control_plane() {
    if [ -e "$run/etcd-folder" ]; then rm -rf "$(cat "$run/etcd-folder")"; fi
    rm -rf "$run"
}
