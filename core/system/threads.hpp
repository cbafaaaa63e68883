// The one place where work is handed to oneTBB's threads. ThreadSanitizer sees nothing of what Debian's
// oneTBB does, so threads.cpp is built without it, and what passes from thread to thread is told here.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

#include "core/system/handover.hpp"

namespace qklab {

// Cores that there are.
std::size_t cores();

// The most threads that share() may use from here.
int threads_to_share_with();

namespace detail {
void share(int n, int grain, void (*part)(void* body, int begin, int end), void* body);
}

// Calls body(begin, end) for parts that make up 0 .. n - 1, none cut that is within `grain`, on threads of
// the caller's arena that have nothing else to do; returns when all are done. Who waits for the last part
// begins no other work meanwhile. Throws what a part threw first; what had not begun by then is left out.
template <class Body> void share(int n, int grain, const Body& body) {
  struct Shared {
    const Body& body;
    Handover begun, ended;
    std::atomic<bool> failed{false};
    std::exception_ptr error;  // of the one that set `failed`
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

// Threads for long work, and an arena for what that work shares: a thread whose work has ended helps the
// others.
class Workers {
 public:
  explicit Workers(std::size_t threads);  // which may be more than cores
  ~Workers();

  // Has a thread call work(*what) soon, and keeps `what` as long as that takes, even beyond the workers.
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
