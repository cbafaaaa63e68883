#include "core/run/usable_cores.hpp"

#include <algorithm>

#include "core/run/control_group.hpp"
#include "core/system/threads.hpp"

namespace qklab {

std::size_t usable_cores(const std::string& root) {
  const std::size_t all = std::max<std::size_t>(cores(), 1);
  const auto limit = group_core_limit(root);
  return limit ? std::min<std::size_t>(all, *limit) : all;
}

}  // namespace qklab
