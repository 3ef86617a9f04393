# Sourced by the scripts that need the vendors' Python packages: installs them, and sets `venv` to where they are.
# shellcheck shell=bash
venv=.build/peers-venv
requirements=Tests/Peers/requirements.txt

if ! cmp -s "$requirements" "$venv/requirements.txt"; then
    echo "installing the vendors' Python packages into $venv" >&2
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$venv/requirements.txt"
fi
