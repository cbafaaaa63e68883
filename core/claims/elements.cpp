#include "core/claims/elements.hpp"

#include "core/base/nan.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {

Elements elements(const Quantity& quantity, const TrialRecord& trial) {
  if (!quantity.whole_series()) return {{nan}, {number_of(quantity, trial)}};
  const Series& series = series_of(quantity, trial);
  return {series.index, series.value};
}

double mean_number(const Quantity& quantity, const Trials& trials) {
  std::vector<double> numbers;
  for (const TrialRecord* trial : trials) numbers.push_back(number_of(quantity, *trial));
  return mean(numbers);
}

}  // namespace qklab
