// Loops within one training step that idle cores help with: those of a run whose last trials are fewer than
// its cores. While all cores have trials of their own nobody comes, and the loop runs where it began.
#pragma once

#include <algorithm>

#include "core/kernels/denormals.hpp"
#include "core/system/threads.hpp"

namespace qklab::kernels {

// Operations that a part must have, so that handing it over is cheap beside it: about 50 us of products.
inline constexpr double least_shared = 4e6;

// Calls body(begin, end) for parts that make up 0 .. n - 1, in threads that are idle as well where there is
// work enough, and returns when all are done. `operations`: what one of the n takes, roughly; `least`: how many of
// them a part has at least. Which parts there are depends on timing, so that a body must come to the same bits
// however 0 .. n - 1 is cut.
template <class Body> void parallel(int n, double operations, const Body& body, int least = 1) {
  if (n * operations < 2 * least_shared || threads_to_share_with() == 1) return body(0, n);
  const bool flush = FlushDenormals::on();  // a thread's own setting
  share(n, std::max(least, static_cast<int>(least_shared / operations)), [&](int begin, int end) {
    const FlushDenormals as_the_caller(flush);
    body(begin, end);
  });
}

}  // namespace qklab::kernels
