// alibi: a head's score falls by its slope for each position between query and key (Press, Smith, Lewis 2022).
#include <bit>
#include <cstdlib>

#include "core/base/elementary.hpp"
#include "core/nn/kinds.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

// 2^(-8 (h + 1) / n) of n heads, n a power of 2. Of other numbers of heads, those of the next smaller power, and then every
// other one of twice as many, as the authors' program has it.
double slope_of(int head, int heads) {
  const int power = static_cast<int>(std::bit_floor(static_cast<unsigned>(heads)));
  const bool more = head >= power;
  const int n = more ? 2 * power : power, k = more ? 2 * (head - power) : head;
  return elementary::pow(2, -8.0 * (k + 1) / n);
}

template <class T> Tensor<T> distances(const Scope<T>& scope) {
  const ModelConfig& c = scope.config();
  const Tensor<T> table = scope.tape().input({c.heads, c.length, c.length});
  const std::span<T> values = table.value();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int at = static_cast<int>(i), key = at % c.length, query = at / c.length % c.length;
    values[i] = static_cast<T>(-slope_of(at / c.length / c.length, c.heads) * std::abs(query - key));
  }
  return table;
}

void add_alibi() {
  Registry<PositionsKind>::all().add(
      {.name = "alibi",
       .doc = "scores fall with the distance of query and key, faster in some heads",
       .place = 4,
       .bias = []<class T>(const Scope<T>& scope) { return distances(scope); }});
}

}  // namespace

QKLAB_REGISTER(add_alibi)

}  // namespace qklab::nn
