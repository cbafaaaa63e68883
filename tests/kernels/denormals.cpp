// Denormals are flushed within the scope and nowhere else.
#include "core/kernels/denormals.hpp"

#include <doctest/doctest.h>

namespace qklab::kernels {
namespace {

float half(float x) {
  volatile float y = x;
  y = y * 0.5f;
  return y;
}

TEST_CASE("within the scope") {
  const float least = 1.17549435e-38f;
  CHECK(half(least) > 0);
#if defined(__SSE2__)
  {
    const FlushDenormals flush;
    CHECK(half(least) == 0);
    const FlushDenormals keep(false);
    CHECK(half(least) > 0);
  }
#endif
  CHECK(half(least) > 0);
}

}  // namespace
}  // namespace qklab::kernels
