// Tells ThreadSanitizer of what passes from thread to thread through TBB. Its library is not instrumented, so
// that every such passing looks like a race, and a real one would drown among them. Costs nothing in other
// builds.
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

// What a thread did before give() is known to one that called take() after it.
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
