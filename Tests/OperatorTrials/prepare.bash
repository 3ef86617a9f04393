# Sourced by the scripts that try the operator: what all of them need before they start.
# shellcheck shell=bash

operator_trials=$PWD/Tests/OperatorTrials
operator_venv=$PWD/.build/operator-venv

# say and not echo: standard output is for what a trial finds.
say() { echo "$*" >&2; }

asks_for_help() {
    case " $* " in
        *" --help "* | *" -h "*) return 0 ;;
    esac
    return 1
}

# require_program DEFAULT ARGUMENT…: sets PROGRAM, which --program names.
require_program() {
    local previous=
    PROGRAM=${PROGRAM:-$PWD/$1}
    shift
    for argument in "$@"; do
        case $argument in --program=*) PROGRAM=${argument#*=} ;; esac
        if [ "$previous" = --program ]; then PROGRAM=$argument; fi
        previous=$argument
    done
    PROGRAM=$(realpath "$PROGRAM" 2>/dev/null || echo "$PROGRAM")
    export PROGRAM PYTHONDONTWRITEBYTECODE=1
    if [ ! -x "$PROGRAM" ]; then
        say "$PROGRAM isn't built; make build, or make release, does that"
        exit 1
    fi
}

require_venv() {
    if ! cmp -s "$operator_trials/requirements.txt" "$operator_venv/requirements.txt"; then
        say "installing what the trials import into $operator_venv"
        python3 -m venv --clear "$operator_venv"
        "$operator_venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$operator_trials/requirements.txt"
        cp "$operator_trials/requirements.txt" "$operator_venv/requirements.txt"
    fi
}

# A cluster that nothing else uses: an operator stops whatever agents it finds that its own database doesn't want.
require_cluster() {
    # Another's cluster may have got agents since it was looked at.
    if [ "${TEST_CLUSTER_KIND:-external}" = external ]; then
        local exports
        exports=$(scripts/test-cluster up)
        eval "$exports"
    fi
}

# run_trial FILE ARGUMENT…: beside a PostgreSQL server where one is asked for.
run_trial() {
    local trial=("$operator_venv/bin/python" "$operator_trials/$1")
    shift
    case " $* " in
        *" --database postgres "* | *" --database=postgres "* | *" --database both "* | *" --database=both "*)
            if [ -z "${TEST_DATABASE_URL:-}" ]; then exec scripts/with-postgres "${trial[@]}" "$@"; fi
            ;;
    esac
    exec "${trial[@]}" "$@"
}
