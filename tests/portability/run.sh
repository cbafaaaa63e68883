#!/usr/bin/env bash
# usage: run.sh [bookworm|trixie|arm64 ...]    (all three if none is named)
# Builds qklab and runs the quick tests (all but those with CTest's label "long") in fresh systems of Debian 12 and 13,
# and for arm64 with a cross compiler under QEMU. debootstrap creates the systems once, in build/portability or
# $QKLAB_PORTABILITY; mounts in them end with the process, however it ends.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
cd "$here/../.."
folder=${QKLAB_PORTABILITY:-build/portability}
mirror=${QKLAB_MIRROR:-http://deb.debian.org/debian}

say() { echo "portability: $*" >&2; }
die() { say "$*"; exit 1; }

requirements() {
  [ "$(id -u)" = 0 ] || die "needs root, to make and enter another Debian; try: sudo ./lab portability $*"
  local program
  for program in debootstrap unshare chroot; do
    command -v "$program" >/dev/null || die "$program is missing; try: apt-get install debootstrap util-linux"
  done
}

# Runs a command in the system. /proc is mounted in a namespace that ends with the command.
inside() {  # ROOT COMMAND ...
  local root=$1
  shift
  unshare --mount --pid --fork --kill-child -- sh -c '
    root=$1; shift
    mount --make-rprivate / && mount -t proc proc "$root/proc" && mount -t tmpfs tmpfs "$root/dev/shm" &&
    mkdir -p "$root/dev/pts" && mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts" &&
    exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
      DEBIAN_FRONTEND=noninteractive "$@"' sh "$root" "$@"
}

make_system() {  # SUITE ROOT
  [ ! -e "$2/.made" ] || return 0
  say "making a Debian $1 in $2"
  rm -rf --one-file-system "$2"
  mkdir -p "$2"
  debootstrap --variant=minbase --include=ca-certificates,git,g++ "$1" "$2" "$mirror" >&2
  touch "$2/.made"
}

# Copies the source as it is here, committed or not, without files that git ignores. Times are kept, so that an earlier
# build stays valid.
copy_source() {  # FOLDER
  mkdir -p "$1"
  find "$1" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
  git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -T - -cf - | tar -C "$1" -xf -
}

debian() {  # SUITE
  local root=$folder/$1
  make_system "$1" "$root"
  copy_source "$root/qklab"
  say "$1: building, and running the quick tests"
  inside "$root" sh -c 'cd /qklab && ./lab test --quick'
}

[ $# -gt 0 ] || set -- bookworm trixie arm64
for system in "$@"; do
  case $system in
    bookworm | trixie | arm64) ;;
    *) die "no system '$system'; there are: bookworm, trixie, arm64" ;;
  esac
done
requirements "$@"
for system in "$@"; do
  case $system in
    arm64) "$here/arm64.sh" "$folder/arm64" "$mirror" ;;
    *) debian "$system" ;;
  esac
done
