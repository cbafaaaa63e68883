// Predictors of the next symbol from the last few, by interpolated Kneser-Ney smoothing with one discount an
// order (Ney, Essen, Kneser, "On structuring probabilistic dependences in stochastic language modelling",
// 1994; interpolated as in Chen and Goodman, "An empirical study of smoothing techniques for language
// modeling", 1999).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>

namespace qklab::tasks {

// An n-gram model of order n = 1, 2, 3 predicts w after the n-1 symbols h by
//     P(w | h) = max(c(hw) - D, 0) / c(h) + D N(h) / c(h) * P(w | h'),
// where h' is h without its first symbol, N(h) the number of different symbols after h, and c(h) the sum of
// c(hw) over w. Where h was never seen, P(w | h'). At the end stands the uniform distribution over all
// symbols. c counts occurrences for n-grams of the model's own order. For shorter ones it counts the
// different symbols that they follow. D is n1 / (n1 + 2 n2), of each order's own counts, where nk of them are
// k; 1/2 where n1 is 0.
class NGrams {
 public:
  static constexpr std::size_t longest = 3;

  // `symbols`: how many there are, at most 2^20. Every id of `training` is below it.
  NGrams(std::span<const std::int32_t> training, std::size_t symbols);

  // Of the model whose order is one more than the length of `before`, at most 2. In (0, 1), and over all
  // `symbol` the sum is 1.
  double probability(std::span<const std::int32_t> before, std::int32_t symbol) const;

 private:
  struct Followers {
    double sum = 0, different = 0;
  };
  // n-grams of one length, by a number that stands for their symbols.
  struct Table {
    std::unordered_map<std::uint64_t, double> count;
    std::unordered_map<std::uint64_t, Followers> after;  // by the symbols but the last
    double discount = 0.5;

    void complete();
  };

  double interpolated(std::span<const std::int32_t> before, std::int32_t symbol, bool shortened) const;

  std::array<Table, longest> occurrences_;        // of n-grams of length 1, 2, 3
  std::array<Table, longest - 1> continuations_;  // different symbols before them
  double uniform_;
};

}  // namespace qklab::tasks
