# Sourced by scripts/test-cluster: the mount, network and process namespaces that the real node lives in. What it changes
# stays in there, and ending one process ends it all. The machine gets a network device and routes to it.
# shellcheck shell=bash disable=SC2034,SC2154 # what all of them share, common.bash and its select_cluster set

device=testcluster0
device_inside=testcluster1
node_network=10.99.0.0/24
pod_network=10.244.0.0/24
service_network=10.96.0.0/16

require_root() {
    [ "$(id -u)" -eq 0 ] ||
        fail "a node that runs pods needs root: sudo -E scripts/test-cluster …; without --node a fake one does without"
}

require_free_networks() {
    local network
    for network in "$node_network" "$pod_network" "$service_network"; do
        if ip route show exact "$network" | grep -q .; then
            fail "the node's network $network is in use on this machine: $(ip route show exact "$network" | head -n 1)" \
                "stop what uses it; ip route shows the rest"
        fi
    done
}

# These the namespaces hide, so what lies in them isn't the same inside and outside.
require_visible_cache() {
    case $cache/ in
        /run/* | /var/run/* | /var/lib/* | /var/log/* | /sys/* | /proc/*)
            fail "a node can't have its data in $cache; set OPENCLAW_CLOUD_TEST_CLUSTER to a folder elsewhere" ;;
    esac
}

# The holder's own process isn't in the process namespace, but its children are.
set_enter_node() {
    local holder
    holder=$(daemon_pid holder)
    enter_node=(nsenter --mount="/proc/$holder/ns/mnt" --net="/proc/$holder/ns/net"
        --pid="/proc/$holder/ns/pid_for_children" --)
}

namespaces_are_ready() { [ -e "$run/namespaces/ready" ]; }

start_namespaces() {
    local holder
    if daemon_is_running holder; then return; fi
    # What ran in earlier namespaces can't go on in new ones.
    stop_node
    stop_control_plane
    stop_namespaces
    command -v ip >/dev/null || fail "the program ip is missing: apt-get install iproute2"
    require_visible_cache
    require_free_networks
    modprobe --all overlay br_netfilter veth bridge >/dev/null 2>&1 || true
    mkdir -p "$run"/namespaces/{cgroup,var-log,var-lib,var-lib-work}
    start_daemon holder unshare --mount --net --pid --fork --mount-proc "$cluster_sources/namespaces-init" "$run/namespaces"
    wait_until 20 holder namespaces_are_ready
    holder=$(daemon_pid holder)
    {
        ip link add "$device" type veth peer name "$device_inside" netns "$holder" &&
            ip address add "$host_address/24" dev "$device" && ip link set "$device" up &&
            nsenter --target "$holder" --net -- ip address add "$node_address/24" dev "$device_inside" &&
            nsenter --target "$holder" --net -- ip link set "$device_inside" up &&
            nsenter --target "$holder" --net -- ip route add default via "$host_address" &&
            ip route add "$pod_network" via "$node_address" && ip route add "$service_network" via "$node_address"
    } || fail "connecting the node with this machine failed; scripts/test-cluster down --node cleans up"
}

stop_namespaces() {
    stop_daemon holder
    ip link delete "$device" 2>/dev/null || true
    # The mounts of the node have gone with it; should one be left, nothing beyond it is deleted.
    rm -rf --one-file-system "$run/namespaces"
}
