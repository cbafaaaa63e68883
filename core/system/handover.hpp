// Tells ThreadSanitizer about data that passes between threads through TBB. TBB's library is not
// instrumented, so each such passing looks like a race, and real races would be hidden among them. It costs
// nothing in other builds.
#pragma once

#if defined(__SANITIZE_THREAD__)
#define QKLAB_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define QKLAB_TSAN 1
#endif
#endif

#ifdef QKLAB_TSAN
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#endif

namespace qklab {

// What a thread did before give() is visible to a thread that called take() after it.
class Handover {
 public:
#ifdef QKLAB_TSAN
  void give() { __tsan_release(this); }
  void take() { __tsan_acquire(this); }
#else
  void give() {}
  void take() {}
#endif
};

}  // namespace qklab
