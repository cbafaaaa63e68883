// Walks over the points of a sweep, one step at a time, touching only what a step changes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/sweep/sweep.hpp"

namespace qklab {

// What a parameter contributes to trial_id, which is the mixed sum of these and of the experiment's.
std::uint64_t parameter_hash(const Parameter& parameter, const Value& value);
std::uint64_t experiment_hash(const Experiment& experiment);

class Enumeration {
 public:
  // Begins at the first point. Each parameter is set by `base`, by one axis, or takes its default.
  Enumeration(const Experiment& experiment, const Axis::Point& base,
              const std::vector<std::shared_ptr<const Axis>>& axes, const FileIdentities& files,
              const Place& place);

  // The current point with its defaults derived.
  const TrialSpec& trial();
  // Throws InputError where the current point has a derived value out of range, or the experiment refuses it.
  void check() const;
  bool next();  // to the next point, the last axis fastest; false after the last

  // Of the last axis, which must be there: where it stands, and next() goes past what is left of it.
  std::uint64_t innermost() const { return wheels_.back().position; }
  void skip_innermost() { wheels_.back().position = wheels_.back().axis->size() - 1; }

 private:
  struct Wheel {
    const Axis* axis;
    std::uint64_t position = 0;
    std::uint64_t hash = 0;                  // of the current values
    std::vector<std::uint64_t> hashes = {};  // of all points, where they are few enough to keep
  };
  struct Derived {
    std::size_t parameter;
    std::uint64_t hash;  // of the current value
  };

  void set(Wheel& wheel);
  void derive(Derived& derived);
  std::string all_but_this(const std::vector<std::size_t>& varied) const;  // as a `where`
  [[noreturn]] void refuse(const std::string& why) const;

  const Experiment* experiment_;
  const FileIdentities* files_;
  std::vector<std::size_t> file_parameters_;
  Place place_;  // of the sweep, for messages
  std::vector<Wheel> wheels_;
  std::vector<Derived> derived_;
  std::uint64_t fixed_hash_;  // of the experiment and of what does not change
  TrialSpec trial_;
  Axis::Point point_;  // kept to save allocations
};

}  // namespace qklab
