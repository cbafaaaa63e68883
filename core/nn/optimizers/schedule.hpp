// How the learning rate changes over the steps of a run.
#pragma once

#include <cstdint>
#include <string>

#include "core/schema/choice.hpp"

namespace qklab::nn {

struct ScheduleKind;

struct Schedule {
  Choice<ScheduleKind> decay = "constant";
  std::int64_t warmup = 0;  // steps of linear rise: 1/warmup, 2/warmup, ..., 1
  std::int64_t steps = 0;   // of the whole run; a decay needs it
  double last = 0;          // what it decays to, relative to the peak

  // What the learning rate is multiplied by at step 0, 1, ...
  double factor(std::int64_t step) const;
};

struct ScheduleKind {
  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  double (*after_warmup)(const Schedule& schedule, std::int64_t step) = nullptr;
  static constexpr const char* kind = "schedule";
  static constexpr const char* noun = "schedules";
};

}  // namespace qklab::nn
