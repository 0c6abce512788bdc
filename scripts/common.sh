# Shared by the scripts beside it, which source it: what the machine needs, and builds that show their progress.
# shellcheck shell=bash

# What the program itself is built from: Debian packages, by name.
# shellcheck disable=SC2034
build_packages=(libcsv-dev libsqlite3-dev zlib1g-dev libisal-dev libdeflate-dev libzstd-dev libsnappy-dev pkg-config)
# What the trait PostgreSQL and its tests need.
# shellcheck disable=SC2034
postgresql_packages=(libpq-dev postgresql)
swift_needed=6.2

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Builds of tests, of the Kafka backend and of examples. Where CI builds nothing is there yet: all share one folder, so that what they have in
# common is compiled once; modules are compiled as wholes, which takes less time where nothing is kept; and what only debuggers read is left out.
# Elsewhere each has a folder of its own.
# shellcheck disable=SC2034
if [ "${CI:-}" = true ]; then
    build_options=(-Xswiftc -gnone -Xcc -g0 -Xswiftc -wmo -Xswiftc -num-threads -Xswiftc 2)
    examples_folder="$root/.build" kafka_folder="$root/.build"
else
    build_options=() examples_folder="$root/.build-examples" kafka_folder="$root/.build-kafka"
fi

say() { printf '%s\n' "$*"; }

heading() { printf '\n== %s\n' "$*"; }

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# Removes temporary files at the end, whatever the end is.
workspace=$(mktemp -d "${TMPDIR:-/tmp}/sluice-scripts.XXXXXX")
clean_up() { rm -rf "$workspace"; }
trap clean_up EXIT

is_installed() { [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = "install ok installed" ]; }

# Prints the packages of the arguments that are not installed.
missing_packages() {
    local package
    for package in "$@"; do is_installed "$package" || printf '%s ' "$package"; done
}

# Runs apt-get as root: directly, or by sudo where that asks for no password.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

may_install() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }

apt_install() {
    # Old package lists name versions that are gone: they are fetched anew when the first try fails.
    as_root apt-get install -y --no-install-recommends "$@" </dev/null >"$workspace/apt.log" 2>&1 && return 0
    as_root apt-get update </dev/null >>"$workspace/apt.log" 2>&1 || true
    as_root apt-get install -y --no-install-recommends "$@" </dev/null >>"$workspace/apt.log" 2>&1
}

# Makes sure that the packages are there, or says which are missing and how to get them.
need_packages() {
    local missing
    command -v dpkg-query >/dev/null || fail "This is no Debian. Install what these Debian packages contain, and build with \`swift build\`: $*"
    missing=$(missing_packages "$@")
    missing=${missing% }
    if [ -z "$missing" ]; then
        say "Debian packages: all there ($*)"
        return 0
    fi
    if ! may_install; then
        fail "Missing Debian packages: $missing
They can be installed by root only. Run this, then run this script again:

    sudo apt-get update && sudo apt-get install -y $missing"
    fi
    say "Debian packages: installing $missing"
    # The list is split into words on purpose.
    # shellcheck disable=SC2086
    if ! apt_install $missing; then
        tail -n 15 "$workspace/apt.log" >&2
        fail "The Debian packages could not be installed: $missing
See above for apt's reason; to try by hand:

    apt-get update && apt-get install -y $missing"
    fi
}

# Makes an environment of Python with packages of PyPI, unless it has them; says why where that fails.
#   python_environment FOLDER MODULES PACKAGE...
python_environment() {
    local folder=$1 modules=$2
    shift 2
    "$folder/bin/python3" -c "import $modules" 2>/dev/null && return 0
    say "Python packages, into $folder: $*"
    { python3 -m venv "$folder" && "$folder/bin/python3" -m pip install --quiet --disable-pip-version-check "$@"; } \
        </dev/null >"$workspace/pip.log" 2>&1 && return 0
    tail -n 3 "$workspace/pip.log"
    return 1
}

# Makes sure that a Swift toolchain is there and new enough.
need_swift() {
    local found
    if ! command -v swift >/dev/null; then
        fail "There is no Swift toolchain: the command \`swift\` was not found.
Install Swift $swift_needed or newer for Debian 12 from https://www.swift.org/install/linux/ and put its usr/bin into PATH."
    fi
    found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
    if [ "$(printf '%s\n' "$swift_needed" "${found:-0}" | sort -V | head -n 1)" != "$swift_needed" ]; then
        fail "Swift ${found:-of unknown version} is too old; Sluice needs $swift_needed or newer.
Install it from https://www.swift.org/install/linux/ and put its usr/bin first into PATH."
    fi
    say "Swift toolchain: $found"
}

# Runs a build: with SwiftPM's own progress on a terminal, with a line every 15 seconds otherwise.
#   show_build NAME COMMAND...
show_build() {
    local name=$1 log="$workspace/build.log" started=$SECONDS child status=0 last
    shift
    if [ -t 1 ]; then
        "$@" </dev/null || fail "$name failed; the reason stands above."
    else
        "$@" </dev/null >"$log" 2>&1 &
        child=$!
        while kill -0 "$child" 2>/dev/null; do
            sleep 1
            (((SECONDS - started) % 15 == 0)) || continue
            last=$(grep -oE '^\[[0-9]+/[0-9]+\].*' "$log" | tail -n 1 || true)
            printf '   %s, %d s  %.100s\n' "$name" "$((SECONDS - started))" "$last"
        done
        wait "$child" || status=$?
        if [ "$status" != 0 ]; then
            grep -E 'error:' "$log" | awk '!seen[$0]++' | head -n 40 >&2 || tail -n 25 "$log" >&2
            fail "$name failed; the reason stands above."
        fi
    fi
    say "$name: done in $((SECONDS - started)) s"
}

# Builds the program with optimisation and leaves its path in `sluice`. At a fixed address it starts 1 ms sooner.
build_release() {
    local options=(-c release --product sluice --static-swift-stdlib -Xlinker -no-pie --package-path "$root")
    show_build "release build" swift build "${options[@]}"
    sluice=$(swift build "${options[@]}" --show-bin-path)/sluice
    export sluice
}
