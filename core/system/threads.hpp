// The only place that hands work to oneTBB's threads. ThreadSanitizer cannot see into Debian's oneTBB, so
// threads.cpp is built without it, and this header tells it what passes between threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

#include "core/system/handover.hpp"

namespace qklab {

// The number of cores of this machine.
std::size_t cores();

// The largest number of threads that share() may use when called here.
int threads_to_share_with();

namespace detail {
void share(int n, int grain, void (*part)(void* body, int begin, int end), void* body);
}

// Calls body(begin, end) for parts that together make up 0 .. n - 1; no part is cut below `grain`. The parts
// run on threads of the caller's arena that are idle. Returns when all parts are done; the thread that waits
// for the last part begins no other work meanwhile. Throws the first exception of a part; parts that had not
// begun by then are left out.
template <class Body> void share(int n, int grain, const Body& body) {
  struct Shared {
    const Body& body;
    Handover begun, ended;
    std::atomic<bool> failed{false};
    std::exception_ptr error;  // the exception of the part that set `failed`
  } shared{body, {}, {}, {}, {}};
  shared.begun.give();
  const auto part = [](void* pointer, int begin, int end) {
    Shared& all = *static_cast<Shared*>(pointer);
    all.begun.take();
    try {
      if (!all.failed) all.body(begin, end);
    } catch (...) {
      if (!all.failed.exchange(true)) all.error = std::current_exception();
    }
    all.ended.give();
  };
  detail::share(n, grain, part, &shared);
  shared.ended.take();
  if (shared.error) std::rethrow_exception(shared.error);
}

// Threads for long work, and an arena for parts of that work: a thread whose own work has ended helps the
// others.
class Workers {
 public:
  explicit Workers(std::size_t threads);  // may be more than there are cores
  ~Workers();

  // Has a thread call work(*what) soon. `what` is kept alive as long as that takes, even beyond the workers'
  // life.
  template <class T> void start(void (*work)(T&), std::shared_ptr<T> what) {
    struct Started {
      void (*work)(T&);
      std::shared_ptr<T> what;
      Handover begun;
    };
    std::unique_ptr<Started> started(new Started{work, std::move(what), {}});
    started->begun.give();
    enqueue(
        [](void* pointer) {
          const std::unique_ptr<Started> mine(static_cast<Started*>(pointer));
          mine->begun.take();
          mine->work(*mine->what);
        },
        started.release());
  }

 private:
  void enqueue(void (*call)(void*), void* with);

  struct Arena;
  std::unique_ptr<Arena> arena_;
};

}  // namespace qklab
