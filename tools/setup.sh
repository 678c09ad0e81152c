# SPDX-License-Identifier: Apache-2.0
# Shared by ./run, ./test and ./bench: says what it does, installs what is missing, configures and builds.
# shellcheck shell=bash

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top" || exit 1

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# install_packages GROUP…: the packages of tools/packages.txt that this machine lacks.
install_packages() {
    local group wanted=() missing=() package
    for group in "$@"; do
        # shellcheck disable=SC2207
        wanted+=($(awk -v group="$group" '$1 == group { for (i = 2; i <= NF; i++) print $i }' tools/packages.txt))
    done
    for package in "${wanted[@]}"; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    # A Node.js from elsewhere is as good as the package.
    if command -v node >/dev/null && command -v npm >/dev/null; then
        # shellcheck disable=SC2207
        missing=($(printf '%s\n' "${missing[@]}" | grep -vxE 'nodejs|npm'))
        [ ${#missing[@]} -eq 0 ] && return
    fi
    command -v apt-get >/dev/null || fail "缺少软件包，且没有 apt-get：${missing[*]} | missing packages, and no apt-get here: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "需要 root 或 sudo 来安装：${missing[*]} | root or sudo is needed to install: ${missing[*]}"
        as_root=(sudo)
    fi
    say "安装 ${#missing[@]} 个软件包 | installing ${#missing[@]} packages: ${missing[*]}"
    { "${as_root[@]}" apt-get update -q && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } \
        >build/apt.log 2>&1 || { tail -5 build/apt.log >&2; fail "安装失败，详见 build/apt.log | the installation failed, see build/apt.log"; }
}

# build PRESET TARGET…: configures once and builds; what did not compile is printed.
build() {
    local preset=$1 log=build/$1.log
    shift
    if [ ! -f "build/$preset/build.ninja" ]; then
        cmake --preset "$preset" >"$log" 2>&1 || { tail -20 "$log" >&2; fail "配置失败，详见 $log | configuring failed, see $log"; }
    fi
    if [ -t 2 ]; then
        NINJA_STATUS='[%p %es] ' ninja -C "build/$preset" "$@" || fail "编译失败 | the build failed"
    else
        ninja -C "build/$preset" "$@" >"$log" 2>&1 || { grep -E 'error|FAILED' "$log" | head -20 >&2; fail "编译失败，详见 $log | the build failed, see $log"; }
    fi
}

mkdir -p build
