#include "core/trial/trial_id.hpp"

#include <fmt/format.h>

#include <charconv>

namespace qklab {

std::string trial_name(std::uint64_t id) { return fmt::format("{:016x}", id); }

std::optional<std::uint64_t> parse_trial_name(std::string_view name) {
  std::uint64_t id = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, id, 16);
  if (name.size() != 16 || error != std::errc{} || stop != end) return std::nullopt;
  return id;
}

}  // namespace qklab
