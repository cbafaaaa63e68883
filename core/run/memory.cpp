#include "core/run/memory.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>

#include "core/base/error.hpp"
#include "core/base/value.hpp"
#include "core/run/control_group.hpp"

namespace qklab {

std::uint64_t usable_memory() {
  auto usable =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  if (const auto limit = group_memory_limit()) usable = std::min(usable, *limit);
  for (const auto which : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit limit{};
    if (getrlimit(which, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
      usable = std::min<std::uint64_t>(usable, limit.rlim_cur);
  }
  return usable;
}

std::uint64_t parse_memory(std::string_view text) {
  constexpr std::string_view units = "KMGT";
  std::size_t digits = 0;
  while (digits < text.size() &&
         (std::isdigit(static_cast<unsigned char>(text[digits])) || text[digits] == '.'))
    ++digits;
  const auto number = parse_real(text.substr(0, digits));
  std::string_view unit = text.substr(digits);
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  double bytes = number.value_or(0);
  if (!unit.empty()) {
    const std::size_t power = units.find(unit.front());
    const std::string_view rest = unit.substr(1);
    const bool known = power != std::string_view::npos && (rest.empty() || rest == "B" || rest == "iB");
    bytes = known ? std::ldexp(bytes, 10 * static_cast<int>(power + 1)) : 0;
  }
  if (!(bytes >= 1) || !(bytes < 0x1p63))
    throw InputError(fmt::format("memory '{}': expected a size such as 800M or 8G", text));
  return static_cast<std::uint64_t>(bytes);
}

std::string memory_text(double bytes) {
  constexpr std::array names = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  std::size_t power = 0;
  for (; bytes >= 1024 && power + 1 < names.size(); ++power) bytes /= 1024;
  return fmt::format("{:.3g} {}", bytes, names[power]);
}

void MemoryBudget::take(double bytes) {
  if (!(bytes > 0)) return;
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return taken_ + bytes <= static_cast<double>(limit_) || taken_ <= 0; });
  taken_ += bytes;
}

void MemoryBudget::give(double bytes) {
  if (!(bytes > 0)) return;
  const std::lock_guard lock(mutex_);
  taken_ -= bytes;
  freed_.notify_all();
}

}  // namespace qklab
