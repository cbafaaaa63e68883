#include "core/run/remaining.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace qklab {

double remaining_seconds(std::vector<double> running, std::span<const double> next, double rest,
                         std::size_t workers) {
  std::vector<double>& free_at =
      running;  // when each worker has nothing to do, as a heap: the first one in front
  free_at.resize(std::max({free_at.size(), workers, std::size_t{1}}));
  double sum = std::accumulate(free_at.begin(), free_at.end(), rest);
  sum = std::accumulate(next.begin(), next.end(), sum);
  if (!(sum >= 0)) return sum;  // NaN has no place in a heap
  std::ranges::make_heap(free_at, std::greater{});
  for (const double seconds : next) {
    std::ranges::pop_heap(free_at, std::greater{});
    free_at.back() += seconds;
    std::ranges::push_heap(free_at, std::greater{});
  }
  return std::max(std::ranges::max(free_at), sum / static_cast<double>(free_at.size()));
}

}  // namespace qklab
