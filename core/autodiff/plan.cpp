#include "core/autodiff/plan.hpp"

#include <algorithm>
#include <vector>

#include "core/autodiff/tape.hpp"
#include "core/base/error.hpp"

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

template <class T> void Tape<T>::keep(Tensor<T> tensor) {
  if (planned_for_ >= 0) throw Error("[keep] comes before plan()");
  at(at(tensor.id).owner).kept = true;
}

// Forward steps are 0 .. n-1 and the backward step of node i is 2n-1-i. A value is needed from its own
// forward step to its own backward step, which comes after those of all that use it, or to its last use where
// nothing flows back. A gradient is needed from the backward step of the last node that uses the tensor to
// its own.
template <class T> void Tape<T>::plan(Tensor<T> loss) {
  if (loss.tape != this) throw Error("[plan] the loss is of a different tape");
  if (planned_for_ >= 0) throw Error("[plan] there is a plan already");
  const std::size_t n = nodes_.size(), end = 2 * n;
  keep(loss);
  std::vector<std::size_t> last_use(n), last_flow(n);  // by owner: the last node to use it; with gradients
  for (std::size_t i = 0; i < n; ++i) {
    last_use[i] = last_flow[i] = i;
    for (int k = 0; k < static_cast<int>(nodes_[i].operands); ++k) {
      const auto owner = static_cast<std::size_t>(at(operand(nodes_[i], k)).owner);
      last_use[owner] = i;
      if (nodes_[i].needs_gradient) last_flow[owner] = i;
    }
  }
  std::vector<Buffer> buffers;
  std::vector<std::size_t*> offsets;  // of buffers, in nodes
  for (std::size_t i = 0; i < n; ++i) {
    Node<T>& node = nodes_[i];
    if (static_cast<std::size_t>(node.owner) != i || node.is_parameter || node.is_input ||
        !node.rule->forward)
      continue;
    const std::size_t size = node.shape.size(), back = end - 1 - i;
    const std::size_t flow = last_flow[i] > i ? end - 1 - last_flow[i] : n;  // by which a gradient begins
    const bool read_back = node.needs_gradient || last_flow[i] > i;
    const std::size_t done = read_back ? back : last_use[i];
    buffers.push_back({size, i, node.kept ? end : done});
    offsets.push_back(&node.value);
    if (!node.needs_gradient) continue;
    buffers.push_back({size, node.kept ? n : flow, node.kept ? end : back});
    offsets.push_back(&node.gradient);
  }
  values_ = Arena<T>();
  gradients_ = Arena<T>();
  values_.append(place(buffers, cache_line / sizeof(T)));
  for (std::size_t b = 0; b < buffers.size(); ++b) *offsets[b] = buffers[b].offset;
  for (Node<T>& node : nodes_) {  // aliases
    node.value = at(node.owner).value;
    node.gradient = at(node.owner).gradient;
    node.kept = at(node.owner).kept;
  }
  planned_for_ = loss.id;
}

template void Tape<float>::keep(Tensor<float>);
template void Tape<double>::keep(Tensor<double>);
template void Tape<float>::plan(Tensor<float>);
template void Tape<double>::plan(Tensor<double>);

}  // namespace qklab::autodiff
