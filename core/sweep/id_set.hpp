// A set of trial ids. Ids are hashes, so a table with open addressing can use their low bits as the index.
#pragma once

#include <cstdint>
#include <vector>

namespace qklab {

class IdSet {
 public:
  explicit IdSet(std::uint64_t expected = 0);  // that many fit without growing

  bool insert(std::uint64_t id);  // false if it is in the set already
  bool contains(std::uint64_t id) const;

 private:
  std::uint64_t slot_of(std::uint64_t id) const;  // the slot of the id, or the empty slot that it would take
  void grow();

  std::vector<std::uint64_t> slots_;  // 0 is empty
  std::uint64_t size_ = 0;
  bool has_zero_ = false;
};

}  // namespace qklab
