# Sourced by scripts/test-cluster and by the programs beside this file: where things lie, how they speak, how daemons live.
# shellcheck shell=bash disable=SC2034 # what is set here is used in the others

cluster_sources=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${OPENCLAW_CLOUD_TEST_CLUSTER:-${XDG_CACHE_HOME:-$HOME/.cache}/openclaw-cloud/test-cluster}
# Programs run in other folders than ours, so no path may be relative.
case $cache in /*) ;; *) cache=$PWD/$cache ;; esac

kubernetes_programs=(kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy)
binaries=$cache/bin
packages=$cache/packages
images=$cache/images
fallback_kubectl=$cache/kubectl
etcd=$packages/usr/bin/etcd
# The programs of another release in place of the built ones; without a kubelet, so for the fake node alone.
release=${TEST_CLUSTER_KUBERNETES:-}
if [ -n "$release" ]; then
    release=$(realpath "$release")
    binaries=$release
    fallback_kubectl=$release
    etcd=$release/etcd
fi

# Standard output is for the exports alone, which a shell evaluates.
say() { echo "$*" >&2; }

fail() {
    local line
    for line in "$@"; do say "test-cluster: $line"; done
    exit 1
}

# Which of the two clusters the rest speaks of; both may run at the same time.
select_cluster() {
    kind=$1
    run=$cache/run-$kind
    # Each release has its own data: an older API server can't read what a newer one stored.
    if [ -n "$release" ]; then run+=-$(cksum <<<"$release" | cut -d ' ' -f 1); fi
    certificates=$run/certificates
    admin_kubeconfig=$certificates/admin.kubeconfig
    audit_log=$run/audit.log
    node_address=10.99.0.2
    host_address=10.99.0.1
    if [ "$kind" = node ]; then
        node_words="real node"
        api_host=$node_address
        cluster_host=$host_address
    else
        node_words="fake node"
        api_host=127.0.0.1
        cluster_host=127.0.0.1
    fi
}

# A process id alone may belong to someone else after a reboot; together with its start time it can't.
process_start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The second field, the name, may contain spaces.
    stat=${stat##*) }
    awk '{ if ($1 == "Z") exit 1; print $20 }' <<<"$stat"
}

daemon_pid() {
    local pid start
    read -r pid start 2>/dev/null <"$run/pids/$1" || return 1
    [ "$(process_start_time "$pid")" = "$start" ] || return 1
    echo "$pid"
}

daemon_is_running() { daemon_pid "$1" >/dev/null; }

remember_daemon() {
    local name=$1 pid=$2
    mkdir -p "$run/pids"
    echo "$pid $(process_start_time "$pid")" >"$run/pids/$name"
}

# start_daemon NAME COMMAND…: in a session of its own, so that it outlives the shell that asked for it.
start_daemon() {
    local name=$1 pid
    shift
    mkdir -p "$run/logs"
    # Descriptor 9 is the lock of scripts/test-cluster, which daemons mustn't keep.
    setsid "$@" >"$run/logs/$name.log" 2>&1 </dev/null 9>&- &
    pid=$!
    disown "$pid"
    remember_daemon "$name" "$pid"
}

# stop_daemon NAME [SIGNAL]: the whole process group, since nsenter has the daemon as its child.
stop_daemon() {
    local name=$1 signal=${2:-TERM} pid attempt
    if pid=$(daemon_pid "$name"); then
        kill -s "$signal" -- "-$pid" 2>/dev/null || true
        for attempt in $(seq 1 300); do
            daemon_is_running "$name" || break
            # A daemon that waits for connections to end has had its ten seconds.
            if [ "$attempt" -eq 100 ]; then kill -s KILL -- "-$pid" 2>/dev/null || true; fi
            sleep 0.1
        done
    fi
    rm -f "$run/pids/$name"
}

# wait_until SECONDS DAEMON COMMAND…: until the command succeeds; fails with the daemon's last lines.
wait_until() {
    local seconds=$1 daemon=$2 deadline
    shift 2
    deadline=$((SECONDS + seconds))
    until "$@" >/dev/null 2>&1; do
        if ! daemon_is_running "$daemon" || [ "$SECONDS" -ge "$deadline" ]; then
            tail -n 15 "$run/logs/$daemon.log" >&2
            fail "$daemon didn't get ready within $seconds s; above are the last lines of $run/logs/$daemon.log" \
                "scripts/test-cluster down --wipe, then up, starts it over"
        fi
        sleep 0.1
    done
}

kubectl() {
    local program
    program=$(type -P kubectl) || program=$fallback_kubectl/kubectl
    KUBECONFIG=$admin_kubeconfig "$program" "$@"
}
