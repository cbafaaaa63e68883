#include "core/sweep/shard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace qklab {

std::string Shard::str() const { return fmt::format("{}/{}", index, count); }

Shard parse_shard(std::string_view text) {
  constexpr std::int64_t most = 1'000'000;
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto index = parse_integer(text.substr(0, slash));
    const auto count = parse_integer(text.substr(slash + 1));
    if (index && count && 1 <= *index && *index <= *count && *count <= most)
      return {static_cast<std::uint64_t>(*index), static_cast<std::uint64_t>(*count)};
  }
  throw InputError(
      fmt::format("shard '{}': expected I/N with 1 <= I <= N <= {}, as in 2/3 for the second of three parts",
                  text, most));
}

ShardMembers::ShardMembers(const Sweep& sweep, const Shard& shard) : whole_(shard.is_whole()) {
  if (whole_) return;
  ids_ = sweep.has_replicates() ? sweep.points() : sweep.ids();
  std::sort(ids_.begin(), ids_.end());
  std::uint64_t rank = 0;
  std::erase_if(ids_, [&](std::uint64_t) { return shard_of_rank(rank++, shard.count) != shard.index; });
  if (!sweep.has_replicates()) return;
  const std::vector<std::uint64_t> points = std::exchange(ids_, {});
  sweep.for_each_replicate([&](std::uint64_t point, const TrialSpec& trial) {
    if (std::binary_search(points.begin(), points.end(), point)) ids_.push_back(trial.id);
  });
  std::sort(ids_.begin(), ids_.end());
}

bool ShardMembers::has(std::uint64_t id) const {
  return whole_ || std::binary_search(ids_.begin(), ids_.end(), id);
}

}  // namespace qklab
