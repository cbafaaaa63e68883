#include "core/sweep/id_set.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace qklab {

IdSet::IdSet(std::uint64_t expected) : slots_(std::bit_ceil(std::max<std::uint64_t>(64, 2 * expected + 1))) {}

std::uint64_t IdSet::slot_of(std::uint64_t id) const {
  const std::uint64_t mask = slots_.size() - 1;
  std::uint64_t i = id & mask;
  while (slots_[i] != 0 && slots_[i] != id) i = (i + 1) & mask;
  return i;
}

bool IdSet::contains(std::uint64_t id) const { return id == 0 ? has_zero_ : slots_[slot_of(id)] == id; }

bool IdSet::insert(std::uint64_t id) {
  if (id == 0) return !std::exchange(has_zero_, true);
  if (2 * size_ >= slots_.size()) grow();
  std::uint64_t& slot = slots_[slot_of(id)];
  if (slot == id) return false;
  slot = id;
  ++size_;
  return true;
}

void IdSet::grow() {
  std::vector<std::uint64_t> old(2 * slots_.size());
  std::swap(old, slots_);
  size_ = 0;
  for (const std::uint64_t id : old)
    if (id != 0) insert(id);
}

}  // namespace qklab
