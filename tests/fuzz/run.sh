#!/usr/bin/env bash
# usage: run.sh SECONDS [TARGET ...]    builds the fuzz preset and runs each target for SECONDS
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:?seconds for each target}
shift
targets=("$@")
if [ ${#targets[@]} = 0 ]; then  # all targets: one per file
  targets=(tests/fuzz/*.cpp)
  targets=("${targets[@]#tests/fuzz/}")
  targets=("${targets[@]%.cpp}")
fi
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >&2
cmake --build build/fuzz --target "${targets[@]/#/fuzz_}" >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for target in "${targets[@]}"; do
  cp -r "tests/fuzz/corpus/$target" "$work/$target"
  # Leaks are not detected, since TBB and yaml-cpp keep some memory until the end.
  "build/fuzz/tests/fuzz_$target" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=4096 \
    -detect_leaks=0 -artifact_prefix="$work/" -print_final_stats=1 "$work/$target" >"$work/log" 2>&1 || {
    tail -n 60 "$work/log" >&2
    cp "$work"/{crash,timeout,oom}-* . 2>/dev/null || true
    echo "$target: FAILED; the input lies in $PWD" >&2
    exit 1
  }
  echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log") inputs in ${seconds} s, clean"
done
