// The values that a number can take at all.
#pragma once

namespace qklab {

struct Range {
  double low = 0, high = 0;  // both finite, low < high
};

}  // namespace qklab
