// Splits a sweep among machines: shard 2/3 is the second of three disjoint parts that together are the sweep.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/sweep/sweep.hpp"

namespace qklab {

struct Shard {
  std::uint64_t index = 1, count = 1;  // 1 <= index <= count

  bool is_whole() const { return count == 1; }
  std::string str() const;  // "2/3"
};

// The shard, counted from 1, of the trial with this rank in the order of ids.
inline std::uint64_t shard_of_rank(std::uint64_t rank, std::uint64_t count) { return rank % count + 1; }

// Throws InputError for anything but I/N with 1 <= I <= N.
Shard parse_shard(std::string_view text);

// The trials of a shard. The ids, in ascending order, are dealt out in turn like cards, so that the sizes of
// shards differ by one trial at most; and since ids are hashes, no shard gets all large values of an axis.
// The assignment depends only on the set of trials. In a sweep with `until`, points are dealt out instead, in
// the ascending order of their ids, and a point's trials stay together: only a shard that has all of them can
// tell how many replicates the point needs.
class ShardMembers {
 public:
  ShardMembers(const Sweep& sweep, const Shard& shard);
  bool has(std::uint64_t id) const;

 private:
  bool whole_;
  std::vector<std::uint64_t> ids_;  // ascending; empty if all trials belong to it
};

}  // namespace qklab
