#include "core/nn/optimizers/schedule.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/elementary.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

double constant(const Schedule&, std::int64_t) { return 1; }

// Falls from 1 at the end of the warm-up to `last` at `steps` (Loshchilov & Hutter 2017, without restarts)
// and stays there.
double cosine(const Schedule& s, std::int64_t step) {
  if (step >= s.steps) return s.last;
  const double done = static_cast<double>(step - s.warmup) / static_cast<double>(s.steps - s.warmup);
  return s.last + (1 - s.last) * 0.5 * (1 + elementary::half_turns(done).cosine);
}

// Falls from 1 at the end of the warm-up to `last` at `steps` and stays there.
double linear_decay(const Schedule& s, std::int64_t step) {
  if (step >= s.steps) return s.last;
  const double done = static_cast<double>(step - s.warmup) / static_cast<double>(s.steps - s.warmup);
  return s.last + (1 - s.last) * (1 - done);
}

// sqrt(w / n) at update n = 1, 2, ... from the w-th on, the last of the warm-up (Vaswani et al. 2017).
double inverse_sqrt(const Schedule& s, std::int64_t step) {
  const auto warmup = static_cast<double>(std::max<std::int64_t>(s.warmup, 1));
  return std::sqrt(warmup / static_cast<double>(step + 1));
}

void add_schedules() {
  Registry<ScheduleKind>::all().add(
      {.name = "constant", .doc = "the peak after the warm-up", .place = 0, .after_warmup = constant});
  Registry<ScheduleKind>::all().add(
      {.name = "cosine", .doc = "half a cosine from the peak to 0", .place = 1, .after_warmup = cosine});
  Registry<ScheduleKind>::all().add({.name = "linear",
                                     .doc = "a straight line from the peak to 0",
                                     .place = 2,
                                     .after_warmup = linear_decay});
  Registry<ScheduleKind>::all().add(
      {.name = "inverse_sqrt",
       .doc = "the peak by the root of the steps made over those of the warm-up",
       .place = 3,
       .after_warmup = inverse_sqrt});
}

}  // namespace

double Schedule::factor(std::int64_t step) const {
  if (step < warmup) return static_cast<double>(step + 1) / static_cast<double>(warmup);
  return decay->after_warmup(*this, step);
}

QKLAB_REGISTER(add_schedules)

}  // namespace qklab::nn
