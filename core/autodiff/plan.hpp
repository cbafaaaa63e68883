// Where buffers lie in one block of memory, so that those which are never needed at once share it.
#pragma once

#include <cstddef>
#include <vector>

namespace qklab::autodiff {

struct Buffer {
  std::size_t size;         // in elements
  std::size_t first, last;  // steps in which it is needed, both included
  std::size_t offset = 0;   // what place() fills in
};

// Places the largest first, each at the lowest offset that is free as long as it lives; offsets are multiples
// of `alignment`. Yields the size of the block. Quadratic in the number of buffers.
std::size_t place(std::vector<Buffer>& buffers, std::size_t alignment);

}  // namespace qklab::autodiff
