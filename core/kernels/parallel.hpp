// Loops within one training step that idle cores help with: those of a run whose last trials are fewer than
// its cores. While all cores have trials of their own nobody comes, and the loop runs where it began.
#pragma once

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>

#include "core/base/handover.hpp"
#include "core/kernels/denormals.hpp"

namespace qklab::kernels {

// Operations that a part must have, so that handing it over is cheap beside it: about 50 us of products.
inline constexpr double least_shared = 4e6;

// Calls body(begin, end) for parts that make up 0 .. n - 1, on whatever threads the caller's TBB arena has
// idle, and returns when all are done. `operations`: what one of the n takes, roughly. Which parts there are
// depends on timing, so that a body must come to the same bits however 0 .. n - 1 is cut, and may not throw.
template <class Body> void parallel(int n, double operations, const Body& body) {
  if (n * operations < 2 * least_shared || tbb::this_task_arena::max_concurrency() == 1) return body(0, n);
  const int grain = std::max(1, static_cast<int>(least_shared / operations));
  const bool flush = FlushDenormals::on();  // a thread's own setting
  Handover begun, ended;
  begun.give();
  // Isolated: who waits for the last part must not begin another trial meanwhile.
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(tbb::blocked_range<int>(0, n, static_cast<std::size_t>(grain)),
                      [&](const tbb::blocked_range<int>& part) QKLAB_HANDED_OVER {
                        begun.take();
                        const FlushDenormals as_the_caller(flush);
                        body(part.begin(), part.end());
                        ended.give();
                      });
  });
  ended.take();
}

}  // namespace qklab::kernels
