// Numbers below 1e-38, slow to compute with and of no use in training, become 0 within a scope.
#pragma once

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace qklab::kernels {

// Of the thread that creates it, single and double precision; puts things back at the end. Or, with `yes`
// false, denormals are kept within the scope. No effect where the processor has no such switch that we know
// of.
class FlushDenormals {
 public:
#if defined(__SSE2__)
  explicit FlushDenormals(bool yes = true) : before_(_mm_getcsr()) {
    _mm_setcsr(yes ? before_ | bits : before_ & ~bits);
  }
  ~FlushDenormals() { _mm_setcsr(before_); }
  static bool on() { return (_mm_getcsr() & bits) == bits; }
#else
  explicit FlushDenormals(bool = true) {}
  static bool on() { return false; }
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  static constexpr unsigned bits = 0x8040;  // of results and of operands
  [[maybe_unused]] unsigned before_ = 0;
};

// What computing in T begins with: training, in single precision, flushes; checks, in double, do not.
template <class T> struct Precision {};
template <> struct Precision<float> : FlushDenormals {};

}  // namespace qklab::kernels
