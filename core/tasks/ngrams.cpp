#include "core/tasks/ngrams.hpp"

namespace qklab::tasks {

namespace {

constexpr int id_bits = 20;

std::uint64_t ngram_key(std::span<const std::int32_t> symbols) {
  std::uint64_t key = 0;
  for (const std::int32_t symbol : symbols) key = key << id_bits | static_cast<std::uint64_t>(symbol);
  return key;
}

}  // namespace

// All sums are of whole numbers, so that the order in which a hash table yields its entries changes no bit.
void NGrams::Table::complete() {
  double once = 0, twice = 0;
  for (const auto& [key, n] : count) {
    Followers& followers = after[key >> id_bits];
    followers.sum += n;
    ++followers.different;
    once += n == 1;
    twice += n == 2;
  }
  if (once > 0) discount = once / (once + 2 * twice);
}

NGrams::NGrams(std::span<const std::int32_t> training, std::size_t symbols)
    : uniform_(1 / static_cast<double>(symbols)) {
  for (std::size_t n = 1; n <= longest; ++n) {
    Table& table = occurrences_[n - 1];
    for (std::size_t i = 0; i + n <= training.size(); ++i) ++table.count[ngram_key(training.subspan(i, n))];
    table.complete();
    if (n == 1) continue;
    const std::uint64_t without_first = (std::uint64_t{1} << id_bits * static_cast<int>(n - 1)) - 1;
    for (const auto& [key, count] : table.count) ++continuations_[n - 2].count[key & without_first];
    continuations_[n - 2].complete();
  }
}

double NGrams::interpolated(std::span<const std::int32_t> before, std::int32_t symbol, bool shortened) const {
  const Table& table = (shortened ? std::span<const Table>(continuations_) : occurrences_)[before.size()];
  const double shorter = before.empty() ? uniform_ : interpolated(before.subspan(1), symbol, true);
  const std::uint64_t key = ngram_key(before);
  const auto after = table.after.find(key);
  if (after == table.after.end()) return shorter;
  const auto found = table.count.find(key << id_bits | static_cast<std::uint64_t>(symbol));
  const double kept = found == table.count.end() ? 0 : found->second - table.discount;
  const auto& [sum, different] = after->second;
  return (kept + table.discount * different * shorter) / sum;
}

double NGrams::probability(std::span<const std::int32_t> before, std::int32_t symbol) const {
  return interpolated(before, symbol, false);
}

}  // namespace qklab::tasks
