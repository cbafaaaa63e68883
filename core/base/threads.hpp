// The one place where work is handed to oneTBB's threads. ThreadSanitizer sees nothing of what Debian's
// oneTBB does, so threads.cpp is built without it, and what passes from thread to thread is told here.
#pragma once

#include <cstddef>
#include <memory>

#include "core/base/handover.hpp"

namespace qklab {

// Cores that there are.
std::size_t cores();

// The most threads that share() may use from here.
int threads_to_share_with();

namespace detail {
void share(int n, int grain, void (*part)(void* body, int begin, int end), void* body);
}

// Calls body(begin, end) for parts that make up 0 .. n - 1, of `grain` or more where n is, on the threads of
// the caller's arena that have nothing else to do; returns when all are done, and passes on an exception of
// one of them. Who waits for the last part begins no other work meanwhile. Allocates nothing of ours.
template <class Body> void share(int n, int grain, const Body& body) {
  struct Shared {
    const Body& body;
    Handover begun, ended;
  } shared{body, {}, {}};
  shared.begun.give();
  const TakeAtEnd taken{shared.ended};  // by way of an exception, too
  detail::share(
      n, grain,
      [](void* pointer, int begin, int end) QKLAB_HANDED_OVER {
        Shared& all = *static_cast<Shared*>(pointer);
        all.begun.take();
        const GiveAtEnd given{all.ended};
        all.body(begin, end);
      },
      &shared);
}

// Threads for long work, and an arena for what that work shares: a thread whose work has ended helps the
// others.
class Workers {
 public:
  explicit Workers(std::size_t threads);  // which may be more than cores
  ~Workers();

  // Has a thread call work(what.get()) soon. `what` is kept as long as that takes, even beyond the workers.
  void start(void (*work)(void*), std::shared_ptr<void> what);

 private:
  struct Arena;
  std::unique_ptr<Arena> arena_;
};

}  // namespace qklab
