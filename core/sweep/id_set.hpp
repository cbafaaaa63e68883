// A set of trial ids. They are hashes already, so an open table indexed by their low bits will do.
#pragma once

#include <cstdint>
#include <vector>

namespace qklab {

class IdSet {
 public:
  explicit IdSet(std::uint64_t expected = 0);  // room for as many without growing

  bool insert(std::uint64_t id);  // false where it was there
  bool contains(std::uint64_t id) const;

 private:
  std::uint64_t slot_of(std::uint64_t id) const;  // of the id, or the empty one that it would take
  void grow();

  std::vector<std::uint64_t> slots_;  // 0 is empty
  std::uint64_t size_ = 0;
  bool has_zero_ = false;
};

}  // namespace qklab
