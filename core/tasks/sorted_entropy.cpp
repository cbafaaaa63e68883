#include <algorithm>
#include <vector>

#include "core/tasks/entropies.hpp"

namespace qklab::tasks {

namespace {

// Tails of binomial distributions with n draws.
class BinomialTails {
 public:
  explicit BinomialTails(std::size_t n) : log_factorial_(n + 1) {
    for (std::size_t i = 1; i <= n; ++i)
      log_factorial_[i] = log_factorial_[i - 1] + elementary::log(static_cast<double>(i));
  }

  // P(at least j hits), j = 0 .. n+1, where `hits` of `all` equally likely outcomes are hits.
  std::vector<double> operator()(std::size_t hits, std::size_t all) const {
    const std::size_t n = log_factorial_.size() - 1;
    std::vector<double> tail(n + 2);
    if (hits == 0 || hits == all) {
      std::fill_n(tail.begin(), hits == 0 ? 1 : n + 1, 1.0);
      return tail;
    }
    const double log_all = elementary::log(static_cast<double>(all));
    const double hit = elementary::log(static_cast<double>(hits)) - log_all;
    const double miss = elementary::log(static_cast<double>(all - hits)) - log_all;
    for (std::size_t j = n + 1; j-- > 0;) {
      const double log_count = log_factorial_[n] - log_factorial_[j] - log_factorial_[n - j];
      tail[j] = tail[j + 1] +
                elementary::exp(log_count + static_cast<double>(j) * hit + static_cast<double>(n - j) * miss);
    }
    return tail;
  }

 private:
  std::vector<double> log_factorial_;
};

}  // namespace

// The symbol at place t = 1, 2, ... of the sorted sequence is at most k if at least t symbols are. So the
// probability that it is k is a difference of two tails: of symbols up to k, and up to k-1. Where the own
// symbol s is known, the other length-1 symbols are drawn, and s counts as one more wherever it is not
// larger.
SortedEntropy sorted_entropy(std::size_t length, std::size_t vocabulary) {
  const BinomialTails of_all(length), of_others(length - 1);
  std::vector<double> all_below = of_all(0, vocabulary), others_below = of_others(0, vocabulary);
  double position = 0, own = 0;
  for (std::size_t k = 0; k < vocabulary; ++k) {
    const std::vector<double> all = of_all(k + 1, vocabulary), others = of_others(k + 1, vocabulary);
    const auto smaller = static_cast<double>(k), larger = static_cast<double>(vocabulary - 1 - k);
    for (std::size_t t = 1; t <= length; ++t) {
      position += surprise(all[t] - all_below[t]);
      own += smaller * surprise(others[t - 1] - others_below[t - 1]) +
             surprise(others[t - 1] - others_below[t]) + larger * surprise(others[t] - others_below[t]);
    }
    all_below = all;
    others_below = others;
  }
  const auto positions = static_cast<double>(length);
  return {position / positions, own / positions / static_cast<double>(vocabulary)};
}

}  // namespace qklab::tasks
