// Walks over the points of a sweep one by one, and updates only what changes from one to the next.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/sweep/sweep.hpp"

namespace qklab {

// What trial_id mixes with the sum of parameter_hash over all parameters.
std::uint64_t experiment_hash(const Experiment& experiment);

class Enumeration {
 public:
  // Begins at the first point. Each parameter is set by `base` or by one axis, or has its default.
  Enumeration(const Experiment& experiment, const Axis::Point& base,
              const std::vector<std::shared_ptr<const Axis>>& axes, const FileIdentities& files,
              const Place& place);

  // The current trial, with derived defaults computed.
  const TrialSpec& trial();
  // Throws InputError if a derived value of the current point is out of range, or the experiment refuses it.
  void check() const;
  bool next();  // advances, the last axis fastest; false after the last point

  // The position on the last axis, which must exist. skip_innermost() lets next() leave out the rest of that
  // axis.
  std::uint64_t innermost() const { return wheels_.back().position; }
  void skip_innermost() { wheels_.back().position = wheels_.back().axis->size() - 1; }

 private:
  struct Wheel {
    const Axis* axis;
    std::uint64_t position = 0;
    std::uint64_t hash = 0;                  // of the current values
    std::vector<std::uint64_t> hashes = {};  // of all points, if there are few enough to keep
  };
  struct Derived {
    std::size_t parameter;
    std::uint64_t hash;  // of the current value
  };

  void set(Wheel& wheel);
  void derive(Derived& derived);
  std::string all_but_this(const std::vector<std::size_t>& varied) const;  // as a `where` expression
  [[noreturn]] void refuse(const std::string& why) const;

  const Experiment* experiment_;
  const FileIdentities* files_;
  std::vector<std::size_t> file_parameters_;
  Place place_;  // of the sweep, for messages
  std::vector<Wheel> wheels_;
  std::vector<Derived> derived_;
  std::uint64_t fixed_hash_;  // of the experiment and of all that does not change
  TrialSpec trial_;
  Axis::Point point_;  // kept to avoid allocations
};

}  // namespace qklab
