#!/usr/bin/env bash
# usage: lint.sh [--since COMMIT]
# Fails if clang-format would change a file or clang-tidy warns about it. Checks all files, or those that differ from
# COMMIT.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { echo "lint: $*" >&2; }

mapfile -t files < <(git ls-files '*.cpp' '*.hpp')
clang-format --dry-run -Werror "${files[@]}" || { say "\`./lab format\` mends this"; exit 1; }

sources=()
if [ "${1:-}" = --since ]; then
  mapfile -t changed < <(git diff --name-only --diff-filter=d "$2" -- '*.cpp')
  sources=("${changed[@]}")
else
  mapfile -t sources < <(git ls-files 'core/*.cpp' 'experiments/*.cpp' 'tests/*.cpp')
fi
[ ${#sources[@]} -gt 0 ] || { say "no source has changed"; exit 0; }
# Compiles each source by itself, as an editor does, with clang, whose options clang-tidy knows.
[ -f build/lint/compile_commands.json ] || cmake --preset lint >&2
cmake --build build/lint --target qklab_commit >&2 -- --quiet
say "clang-tidy on ${#sources[@]} files"
printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p build/lint
