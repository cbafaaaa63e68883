// Numbers below 1e-38, slow to compute with and of no use in training, become 0 within a scope.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace qklab::kernels {

// Of the thread that creates it, single and double precision; puts things back at the end. Or, with `yes`
// false, denormals are kept within the scope. No effect where the processor has no such switch that we know
// of.
class FlushDenormals {
 public:
  explicit FlushDenormals(bool yes = true) : before_(control()) {
    set_control(yes ? before_ | bits : before_ & ~bits);
  }
  ~FlushDenormals() { set_control(before_); }
  static bool on() { return bits != 0 && (control() & bits) == bits; }

  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__SSE2__)
  using Control = unsigned;
  static constexpr Control bits = 0x8040;  // of results and of operands
  static Control control() { return _mm_getcsr(); }
  static void set_control(Control to) { _mm_setcsr(to); }
#elif defined(__aarch64__)
  using Control = std::uint64_t;
  static constexpr Control bits = Control{1} << 24;  // of both
  static Control control() {
    Control now;
    asm volatile("mrs %0, fpcr" : "=r"(now));
    return now;
  }
  static void set_control(Control to) { asm volatile("msr fpcr, %0" : : "r"(to)); }
#else
  using Control = unsigned;
  static constexpr Control bits = 0;
  static Control control() { return 0; }
  static void set_control(Control) {}
#endif
  Control before_;
};

// What computing in T begins with: training, in single precision, flushes; checks, in double, do not.
template <class T> struct FlushInTraining {};
template <> struct FlushInTraining<float> : FlushDenormals {};

}  // namespace qklab::kernels
