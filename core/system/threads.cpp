#include "core/system/threads.hpp"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

namespace qklab {

std::size_t cores() { return static_cast<std::size_t>(tbb::info::default_concurrency()); }

int threads_to_share_with() { return tbb::this_task_arena::max_concurrency(); }

void detail::share(int n, int grain, void (*part)(void* body, int begin, int end), void* body) {
  using Range = tbb::blocked_range<int>;
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(Range(0, n, static_cast<std::size_t>(grain)),
                      [=](const Range& range) { part(body, range.begin(), range.end()); });
  });
}

struct Workers::Arena {
  // Without this, TBB would use no more threads than cores. The caller's thread is counted, but works outside
  // the arena.
  tbb::global_control allowed;
  tbb::task_arena arena;

  explicit Arena(std::size_t threads)
      : allowed(tbb::global_control::max_allowed_parallelism, threads + 1),
        arena(static_cast<int>(threads), 0) {}
};

Workers::Workers(std::size_t threads) : arena_(std::make_unique<Arena>(threads)) {}
Workers::~Workers() = default;

void Workers::enqueue(void (*call)(void*), void* with) {
  arena_->arena.enqueue([=] { call(with); });
}

}  // namespace qklab
