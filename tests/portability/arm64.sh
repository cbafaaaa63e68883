#!/usr/bin/env bash
# usage: arm64.sh FOLDER MIRROR
# Unpacks the libraries' packages for arm64 into FOLDER/sysroot, cross-compiles, and under QEMU runs the unit tests of the
# rooms that compute and trains a small model.
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

# The libraries to compile against; the programs in packages.txt come from this machine.
libraries() {
  grep -hE '^(lib|nlohmann)' packages.txt
  echo doctest-dev libc6-dev libstdc++6
}

# Uses a separate apt configuration, which knows only the architecture arm64 and no installed packages.
unpack_libraries() {
  local suite
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")  # must match the cross compiler's C++ library
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
  # Creates the links that update-alternatives would have created.
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
