#include "core/autodiff/plan.hpp"

#include <algorithm>

namespace qklab::autodiff {

std::size_t place(std::vector<Buffer>& buffers, std::size_t alignment) {
  std::vector<Buffer*> order, placed;  // placed: by offset
  for (Buffer& buffer : buffers) order.push_back(&buffer);
  std::ranges::stable_sort(order, std::greater(), &Buffer::size);
  std::size_t total = 0;
  for (Buffer* buffer : order) {
    std::size_t offset = 0;
    for (const Buffer* other : placed) {
      if (other->last < buffer->first || buffer->last < other->first) continue;
      if (offset + buffer->size <= other->offset) break;
      const std::size_t end = other->offset + other->size;
      offset = std::max(offset, (end + alignment - 1) / alignment * alignment);
    }
    buffer->offset = offset;
    placed.insert(std::ranges::upper_bound(placed, offset, {}, [](const Buffer* b) { return b->offset; }),
                  buffer);
    total = std::max(total, offset + buffer->size);
  }
  return total;
}

}  // namespace qklab::autodiff
