// Work in an arena of so many threads, more than cores if need be.
#pragma once

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

namespace qklab {

template <class Work> auto with_threads(int n, Work work) {
  const tbb::global_control allowed(tbb::global_control::max_allowed_parallelism, 4);
  tbb::task_arena arena(n);
  return arena.execute(work);
}

}  // namespace qklab
