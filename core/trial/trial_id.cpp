#include "core/trial/trial_id.hpp"

#include <fmt/format.h>

#include <charconv>

namespace qklab {

namespace {

// The inverse of mix(): each step of it can be undone.
std::uint64_t unmixed(std::uint64_t x) {
  x = (x ^ (x >> 31) ^ (x >> 62)) * 0x319642b2d24d8ec3u;  // 1 / 0x94d049bb133111eb modulo 2^64
  x = (x ^ (x >> 27) ^ (x >> 54)) * 0x96de1b173f119089u;  // 1 / 0xbf58476d1ce4e5b9
  return x ^ (x >> 30) ^ (x >> 60);
}

}  // namespace

std::uint64_t parameter_hash(const Parameter& parameter, const Value& value) {
  if (parameter.is_added_later && value == *parameter.fallback) return 0;
  return mix(hash_text(parameter.name) * 3 + hash_text(to_text(value)));
}

std::uint64_t stream_key(std::uint64_t id, const Parameters& params) {
  std::uint64_t aside = 0;
  for (std::size_t i = 0; i < params.values().size(); ++i)
    if (params.schema()[i].is_aside) aside += parameter_hash(params.schema()[i], params[i]);
  return aside == 0 ? id : mix(unmixed(id) - aside);
}

std::string trial_name(std::uint64_t id) { return fmt::format("{:016x}", id); }

std::optional<std::uint64_t> parse_trial_name(std::string_view name) {
  std::uint64_t id = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, id, 16);
  if (name.size() != 16 || error != std::errc{} || stop != end) return std::nullopt;
  return id;
}

}  // namespace qklab
