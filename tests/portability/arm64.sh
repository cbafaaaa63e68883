#!/usr/bin/env bash
# usage: arm64.sh FOLDER MIRROR
# Unpacks arm64's packages of the libraries into FOLDER/sysroot, cross-compiles, runs the unit tests of what computes
# and trains a small model, under QEMU.
set -euo pipefail
folder=$(realpath -m "$1")
mirror=$2
sysroot=$folder/sysroot
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { echo "portability: $*" >&2; }
die() { say "$*"; exit 1; }

for program in aarch64-linux-gnu-g++ qemu-aarch64-static cmake ninja pkg-config apt-get dpkg; do
  command -v "$program" >/dev/null ||
    die "$program is missing; try: apt-get install g++-aarch64-linux-gnu qemu-user-static cmake ninja-build pkg-config"
done

# Those that are compiled against: the programs of packages.txt are this machine's own.
libraries() {
  grep -hE '^(lib|nlohmann)' packages.txt
  echo doctest-dev libc6-dev libstdc++6
}

# By an apt of its own, which knows of no architecture but arm64 and of nothing that is installed.
unpack_libraries() {
  local suite
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")  # of the cross compiler, whose C++ library it must be
  say "unpacking arm64's libraries of Debian $suite into $sysroot"
  rm -rf "$folder/apt" "$sysroot"
  mkdir -p "$folder/apt"/{lists,archives}/partial "$sysroot/usr/lib"
  : >"$folder/apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$folder/apt/sources.list"
  cat >"$folder/apt/apt.conf" <<CONF
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "root";
Dir::State "$folder/apt";
Dir::State::status "$folder/apt/status";
Dir::Cache "$folder/apt";
Dir::Etc::sourcelist "$folder/apt/sources.list";
Dir::Etc::sourceparts "-";
CONF
  export APT_CONFIG=$folder/apt/apt.conf
  apt-get update -q >&2
  # shellcheck disable=SC2046
  apt-get install -q -y --download-only --no-install-recommends $(libraries) >&2
  unset APT_CONFIG
  ln -s usr/lib "$sysroot/lib"
  local package
  for package in "$folder"/apt/archives/*.deb; do dpkg -x "$package" "$sysroot"; done
  # What update-alternatives would have done.
  (cd "$sysroot/usr/lib/aarch64-linux-gnu" && ln -sf openblas-pthread/*.so* .)
  touch "$folder/.unpacked"
}

[ -e "$folder/.unpacked" ] || unpack_libraries
export QKLAB_SYSROOT=$sysroot
[ -f build/arm64/build.ninja ] || cmake --preset arm64 >&2
say "arm64: building"
tests=(base kernels autodiff spectrum measure nn train)
cmake --build build/arm64 --target qklab "${tests[@]/#/test_}" -- --quiet >&2
say "arm64: running under QEMU"
ctest --preset arm64 -j "$(nproc)" -R "^($(IFS='|'; echo "${tests[*]}"))\\."

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cat >"$out/small.yaml" <<'YAML'
name: small
experiment: training
params: {task: sort, length: 8, dim: 16, batch: 8, steps: 40, evaluate_every: 20, evaluation_batches: 1}
sweep: {lr: [0.001, 0.01]}
YAML
qemu-aarch64-static -L "$sysroot" build/arm64/qklab run "$out/small.yaml" --out "$out/run" >&2
[ "$(grep -c ',done,' "$out/run/trials.csv")" = 2 ] || die "a training run under QEMU has failed: $(cat "$out/run/trials.csv")"
say "arm64: the unit tests and a training run pass"
