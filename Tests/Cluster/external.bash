# Sourced by scripts/test-cluster: clusters that aren't ours, those of k3d and kind, and whatever KUBECONFIG leads to.
# shellcheck shell=bash disable=SC2034,SC2154 # what all of them share, common.bash and its select_cluster set

external_name=openclaw-cloud-test
external_kubeconfig=$cache/external.kubeconfig
external_tool_file=$cache/external

# A shell that has evaluated our exports has KUBECONFIG set to a cluster of ours, which says nothing about others.
kubeconfig_is_foreign() {
    case ${KUBECONFIG:-} in
        "" | "$cache"/*) return 1 ;;
    esac
}

kubeconfig_answers() {
    if ! command -v kubectl >/dev/null; then
        say "KUBECONFIG is set, but kubectl isn't installed to try it; going on without"
        return 1
    fi
    command kubectl --request-timeout=5s get --raw /version >/dev/null 2>&1
}

# Tests delete whatever agents they find, and an operator stops those that its own database doesn't know.
refuse_agents_of_others() {
    local agents selector=app.kubernetes.io/managed-by=openclaw-cloud
    agents=$(command kubectl get namespaces --selector "$selector" --field-selector status.phase=Active --output name) ||
        fail "whether that cluster has agents can't be seen"
    if [ -z "$agents" ]; then return; fi
    fail "the cluster that KUBECONFIG=$KUBECONFIG leads to has $(wc -l <<<"$agents") agents, and tests would delete them: \
unset KUBECONFIG to test elsewhere; or, if they are left over from tests: kubectl delete namespaces --selector $selector"
}

# Both make their clusters of Docker's containers.
external_tool() {
    local tool
    for tool in k3d kind; do
        if ! command -v "$tool" >/dev/null; then continue; fi
        if ! docker info >/dev/null 2>&1; then
            say "$tool is installed, but Docker doesn't run; going on without"
            return 1
        fi
        echo "$tool"
        return
    done
    return 1
}

external_exists() {
    case $1 in
        k3d) k3d cluster list "$external_name" >/dev/null 2>&1 ;;
        kind) kind get clusters 2>/dev/null | grep -qx "$external_name" ;;
    esac
}

start_external() {
    local tool=$1 partial=$external_kubeconfig.partial
    mkdir -p "$cache"
    if ! external_exists "$tool"; then
        say "Creating the cluster $external_name with $tool …"
        case $tool in
            k3d) k3d cluster create "$external_name" --wait --timeout 300s --kubeconfig-update-default=false \
                --kubeconfig-switch-context=false >&2 ;;
            kind) kind create cluster --name "$external_name" --wait 300s --kubeconfig "$partial" >&2 ;;
        esac || fail "$tool couldn't create the cluster; its words are above"
    elif [ "$tool" = k3d ]; then
        k3d cluster start "$external_name" >&2 || fail "k3d couldn't start the cluster; scripts/test-cluster down removes it"
    fi
    (
        umask 077
        case $tool in
            k3d) k3d kubeconfig get "$external_name" ;;
            kind) kind get kubeconfig --name "$external_name" ;;
        esac >"$partial"
    )
    mv "$partial" "$external_kubeconfig"
    echo "$tool" >"$external_tool_file"
}

# The address under which pods reach this machine.
external_host() {
    case $1 in
        k3d) echo host.k3d.internal ;;
        kind) docker network inspect kind --format '{{range .IPAM.Config}}{{.Gateway}} {{end}}' |
            tr ' ' '\n' | grep -E '^[0-9.]+$' | head -n 1 ;;
    esac
}

import_into_external() {
    case $1 in
        k3d) k3d image import "$2" --cluster "$external_name" >&2 ;;
        kind) kind load image-archive "$2" --name "$external_name" >&2 ;;
    esac || fail "$1 couldn't import $2; its words are above"
}

remove_external() {
    local tool
    tool=$(cat "$external_tool_file")
    say "Deleting the cluster $external_name of $tool …"
    case $tool in
        k3d) k3d cluster delete "$external_name" >&2 ;;
        kind) kind delete cluster --name "$external_name" >&2 ;;
    esac || fail "$tool couldn't delete the cluster; its words are above"
    rm -f "$external_tool_file" "$external_kubeconfig"
}
