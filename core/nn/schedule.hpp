// How the learning rate changes over the steps of a run.
#pragma once

#include <cstdint>

#include "core/base/elementary.hpp"

namespace qklab::nn {

struct Schedule {
  enum class Decay { none, cosine };
  Decay decay = Decay::none;
  std::int64_t warmup = 0;  // steps of linear rise: 1/warmup, 2/warmup, ..., 1
  std::int64_t steps = 0;   // of the whole run; cosine needs it
  double last = 0;          // what cosine falls to, relative to the peak

  // What the learning rate is multiplied by at step 0, 1, ... Cosine falls from 1 at the end of the warm-up
  // to `last` at `steps` (Loshchilov & Hutter 2017, without restarts) and stays there.
  double factor(std::int64_t step) const {
    if (step < warmup) return static_cast<double>(step + 1) / static_cast<double>(warmup);
    if (decay == Decay::none) return 1;
    if (step >= steps) return last;
    const double done = static_cast<double>(step - warmup) / static_cast<double>(steps - warmup);
    return last + (1 - last) * 0.5 * (1 + elementary::half_turns(done).cosine);
  }
};

}  // namespace qklab::nn
