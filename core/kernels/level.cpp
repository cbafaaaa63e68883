#include "core/kernels/level.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <vector>

#include "core/base/error.hpp"

namespace qklab::kernels {

// Each is defined by simd/level.cpp, compiled for it; cmake/simd.cmake says which there are.
#define QKLAB_DECLARE(name) \
  namespace name {          \
  const Level& level();     \
  }
QKLAB_DECLARE(portable)
#if defined(__x86_64__)
QKLAB_DECLARE(v3)
QKLAB_DECLARE(v4)
#elif defined(__aarch64__)
QKLAB_DECLARE(neon)
#endif
#undef QKLAB_DECLARE

namespace {

#if defined(__x86_64__)
// What x86-64-v4 has beyond v3, which the whole program needs.
bool runs_v4() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
#endif

const Level& chosen() {
  const char* wanted = std::getenv("QKLAB_SIMD");
  if (!wanted || !*wanted) return *levels().back();
  std::vector<std::string_view> names;
  for (const Level* each : levels()) {
    if (std::string_view(each->name) == wanted) return *each;
    names.emplace_back(each->name);
  }
  throw InputError(fmt::format("QKLAB_SIMD is '{}': this processor runs {}", wanted, fmt::join(names, ", ")));
}

}  // namespace

void* packing_room() {
  alignas(64) static thread_local unsigned char room[packing_bytes];
  return room;
}

std::span<const Level* const> levels() {
  static const std::vector<const Level*> all = [] {
    std::vector<const Level*> found = {&portable::level()};
#if defined(__x86_64__)
    found.push_back(&v3::level());
    if (runs_v4()) found.push_back(&v4::level());
#elif defined(__aarch64__)
    found.push_back(&neon::level());
#endif
    return found;
  }();
  return all;
}

const Level& level() {
  static const Level& one = chosen();
  return one;
}

}  // namespace qklab::kernels
