// Streams of random bits keyed by (seed, trial, purpose): no global state, nothing shared.
//
// A stream is a value: copies draw the same numbers. It is addressed by a 64-bit block index, and a
// `substream` gives an independent sequence, so that sample block b of a Monte Carlo run draws from
// stream.substream(b), whichever thread computes it.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/philox.hpp"

namespace qklab {

class Stream {
 public:
  // Streams with different (seed, trial, purpose) are independent. `trial` is the trial's id.
  Stream(std::uint64_t seed, std::uint64_t trial, std::string_view purpose);

  Stream substream(std::uint64_t index) const;

  // Returns block `index` (4 x 32 random bits). The upper half of Philox's counter holds the substream.
  PhiloxBlock block(std::uint64_t index) const {
    return philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                       static_cast<std::uint32_t>(lane_), static_cast<std::uint32_t>(lane_ >> 32)},
                      key_);
  }

  // Sequential drawing, for code where speed is of no concern. Fast fills are in kernels/normal.hpp.
  std::uint64_t bits();
  double uniform();  // in the open interval (0, 1), 53 bits
  double normal();   // mean 0, variance 1
  // Uniform on 0 .. bound-1 without bias; bound >= 1.
  std::uint64_t below(std::uint64_t bound);
  // Brings the values into an order drawn uniformly from all orders (Fisher and Yates).
  template <class T> void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

  PhiloxKey key() const { return key_; }
  std::uint64_t lane() const { return lane_; }

 private:
  PhiloxKey key_;
  std::uint64_t lane_ = 0;
  std::uint64_t next_ = 0;  // 64-bit halves of blocks drawn so far
};

}  // namespace qklab
