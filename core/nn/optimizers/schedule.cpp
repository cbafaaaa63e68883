#include "core/nn/optimizers/schedule.hpp"

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

void add_schedules() {
  Registry<ScheduleKind>::all().add(
      {.name = "constant", .doc = "the peak after the warm-up", .place = 0, .after_warmup = constant});
  Registry<ScheduleKind>::all().add(
      {.name = "cosine", .doc = "half a cosine from the peak to 0", .place = 1, .after_warmup = cosine});
}

}  // namespace

double Schedule::factor(std::int64_t step) const {
  if (step < warmup) return static_cast<double>(step + 1) / static_cast<double>(warmup);
  return decay->after_warmup(*this, step);
}

QKLAB_REGISTER(add_schedules)

}  // namespace qklab::nn
