// Splitting a sweep among machines: shard 2/3 is the second of three disjoint parts that make up the sweep.
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

// Which shard the trial at this place in the order of ids belongs to, from 1.
inline std::uint64_t shard_of_rank(std::uint64_t rank, std::uint64_t count) { return rank % count + 1; }

// Throws InputError for anything but I/N with 1 <= I <= N.
Shard parse_shard(std::string_view text);

// The trials of a shard. Ids are dealt out in their order, like cards, so that shards differ by one trial at
// most; and since ids are hashes, no shard gets all the large values of an axis. Which trial falls to which
// shard depends on the set of trials and on nothing else. Of a sweep with a replication points are dealt out,
// in the order of theirs, and a point's trials stay together, since no shard else could tell how many it
// needs.
class ShardMembers {
 public:
  ShardMembers(const Sweep& sweep, const Shard& shard);
  bool has(std::uint64_t id) const;

 private:
  bool whole_;
  std::vector<std::uint64_t> ids_;  // sorted; empty where all belong to it
};

}  // namespace qklab
