// How a sample of seeds decides a claim: what of their distribution the claim is about, and the intervals and
// p-values for it. Each method is registered by its own file in core/claims/methods, or by a plugin.
// docs/figures-and-claims.md says which errors each of them keeps, and for which data.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/range.hpp"
#include "core/base/registry.hpp"
#include "core/base/stream.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {

enum class About {
  median,  // at least half of all possible seeds
  mean,
  share,  // a given share of all possible seeds
};
std::string_view name_of(About about);

// One number per seed. `values` are finite, or infinite for seeds that count against the claim.
struct Sample {
  std::vector<double> values;
  std::optional<Range> range = {};  // that no value can leave
  Stream stream{0, 0, ""};          // for methods that draw
};

// What a sample says about one number of the distribution that it comes from: the truth. Every p-value is NaN
// where nothing can be said.
class Inference {
 public:
  virtual ~Inference() = default;
  virtual double estimate() const = 0;
  // Two-sided; an end is infinite where so few seeds do not bound the truth.
  virtual Interval interval(double confidence) const = 0;
  // The chance of a sample that is as far above `threshold` as this one, if the truth were not above it.
  virtual double p_above(double threshold) const = 0;
  virtual double p_below(double threshold) const = 0;  // the mirror image
};

// Two-sided, against a truth at the edge of [low, high], one of which may be infinite: twice the chance of a
// sample as far on this side of the edge as this one.
double p_value(const Inference& sample, double low, double high);

struct MethodKind {
  static constexpr const char *kind = "interval", *noun = "intervals";

  std::string name;
  std::string doc;  // one line: what it computes, and for which data it keeps its error rate
  About about = About::median;
  int place = last_place;
  bool needs_range = false;
  // Null where this sample, which is not empty, tells nothing; `why` then says so.
  std::unique_ptr<Inference> (*make)(const Sample&, std::string& why) = nullptr;
};

// The method that a claim about this uses unless it names one.
const MethodKind& default_method(About about);

// The least one-sided p-value that n seeds can show: the chance that all of them fall on one side of the
// truth, where each does so half of the time.
double least_p(std::size_t seeds);

}  // namespace qklab
