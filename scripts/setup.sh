#!/bin/sh
# Set up what is missing, and nothing twice.
#   scripts/setup.sh run    .venv with the hash-locked run-time dependencies and the command accessreview
#   scripts/setup.sh dev    the same with the development tools
#   scripts/setup.sh bench  the run-time dependencies, and what the benchmark measures them against
#   scripts/setup.sh tests  as dev, and the system packages that the tests start as real servers
# System packages are installed with root or sudo; without either, the exact list is printed.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-run}

say() { printf '%s\n' "$*" >&2; }

install_packages() {
    if [ "$(id -u)" = 0 ]; then sudo=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo=sudo
    elif command -v sudo >/dev/null 2>&1 && [ -t 0 ]; then sudo=sudo
    else
        say "These system packages are missing and there is neither root nor sudo to install them: $*"
        say "Ask somebody who may to run: apt-get install -y --no-install-recommends $*"
        return 1
    fi
    if ! command -v apt-get >/dev/null 2>&1; then
        say "These packages are missing, and this is no Debian or Ubuntu to install them on: $*"
        return 1
    fi
    say "Installing system packages: $*"
    # The tests start their own servers; a package that starts one on installation would be in the way.
    guard=/usr/sbin/policy-rc.d
    if [ ! -e "$guard" ]; then
        printf '#!/bin/sh\nexit 101\n' | $sudo tee "$guard" >/dev/null
        $sudo chmod 755 "$guard"
        # shellcheck disable=SC2064
        trap "$sudo rm -f $guard" EXIT INT TERM
    fi
    $sudo apt-get update -qq
    known=
    unknown=
    for package in "$@"; do
        # A package that this release lacks must not keep the others from being installed.
        if apt-cache show "$package" >/dev/null 2>&1; then known="$known $package"
        else unknown="$unknown $package"
        fi
    done
    # shellcheck disable=SC2086
    [ -z "$known" ] || $sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $known >&2
    if [ -n "$unknown" ]; then
        say "This system's package sources do not have:$unknown"
        return 1
    fi
}

python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null 2>&1; then
    install_packages python3 python3-venv
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "accessreview needs Python 3.11 or newer; $python is $("$python" -V 2>&1). Name another with PYTHON=…"
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    install_packages python3-venv
fi

if [ "$kind" = tests ]; then
    missing=
    while read -r package program; do
        case $package in ''|'#'*) continue ;; esac
        # unquoted: a pattern stands for the first file that it finds
        set -- $program
        [ -e "$1" ] || missing="$missing $package"
    done <scripts/test-packages.txt
    if [ -n "$missing" ]; then
        # shellcheck disable=SC2086
        if ! install_packages $missing; then
            [ "${ACCESSREVIEW_REQUIRE_SERVERS:-}" != 1 ] || exit 1
            say "Going on without them: the tests that need them will be skipped, each with its reason."
        fi
    fi
fi

lock=requirements/run.lock
case $kind in
    run) ;;
    bench) lock=requirements/bench.lock ;;
    *) lock=requirements/dev.lock ;;
esac
stamp=.venv/.installed-$(cat "$lock" pyproject.toml | sha256sum | cut -c1-16)
if [ ! -e "$stamp" ]; then
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    say "Installing the dependencies that $lock names, each checked against its hash."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . >&2
    : >"$stamp"
fi

kerberos=requirements/kerberos.lock
stamp=.venv/.installed-kerberos-$(sha256sum <"$kerberos" | cut -c1-16)
if [ "$kind" = tests ] && [ ! -e "$stamp" ] && command -v krb5-config >/dev/null 2>&1; then
    say "Building what signing in by Kerberos needs; this takes a few minutes, once."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-build-isolation -r "$kerberos" >&2
    : >"$stamp"
fi
