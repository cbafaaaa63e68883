// text: the next symbol of a text file. Held out is the last tenth of the text, or a file of its
// own. The most frequent symbols of all that is read make the vocabulary; number 0 stands for all others,
// where there are any.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include "core/base/elementary.hpp"
#include "core/schema/plugin.hpp"
#include "core/tasks/corpus.hpp"
#include "core/tasks/ngrams.hpp"
#include "core/tasks/task.hpp"

namespace qklab::tasks {

namespace {

class Text : public Task {
 public:
  Text(const TaskConfig& config, Stream stream) : Text(config, read_corpus(config), stream) {}

  Floor floor() const override { return {std::nullopt, "the entropy of the text's source is not known"}; }

  std::optional<double> bytes_a_symbol() const override {
    return bytes_a_symbol_ > 0 ? std::optional(bytes_a_symbol_) : std::nullopt;
  }

  std::uint64_t judged_batches(std::uint64_t asked) const override {
    return config().stride > 0 ? (judged_windows() + config().batch - 1) / config().batch : asked;
  }

  // Windows begin anywhere, so that the position tells nothing. A predictor knows no symbol before its
  // window, as a model does not: the first symbol of a window has no pair.
  Baseline baseline(std::size_t batches) const override {
    using Ids = std::span<const std::int32_t>;
    const NGrams ngrams(Ids(ids_).first(split_), shape().symbols);
    std::array<double, NGrams::longest> loss = {};  // by order
    double count = 0;
    Batch held_out;
    for (std::uint64_t k = 0; k < judged_batches(batches); ++k) {
      batch(Part::held_out, k, held_out);
      for (std::size_t i = 0; i < held_out.labels.size(); ++i) {
        if (held_out.labels[i] == ignored) continue;
        ++count;
        for (std::size_t known = 0; known < loss.size(); ++known) {
          const std::size_t there = std::min(known, i % shape().length + 1);
          const Ids before = Ids(held_out.ids).subspan(i + 1 - there, there);
          loss[known] -= elementary::log(ngrams.probability(before, held_out.labels[i]));
        }
      }
    }
    return {loss[1] / count, "bigrams of the training part, interpolated Kneser-Ney, on the held-out targets",
            loss[0] / count, loss[2] / count};
  }

 private:
  Text(const TaskConfig& config, Corpus corpus, Stream stream)
      : Task(config, {.length = config.length, .symbols = corpus.symbols, .outputs = corpus.symbols}, stream),
        ids_(std::move(corpus.ids)),
        split_(corpus.split),
        bytes_a_symbol_(corpus.bytes_a_symbol),
        order_(stream.substream(5)) {}

  void sequence(Part part, Stream& random, std::size_t b, Batch& into) const override {
    const std::size_t begin = part == Part::train ? 0 : split_;
    const std::size_t end = part == Part::train ? split_ : ids_.size();
    put(begin + random.below(end - begin - shape().length), b, into);
  }

  void numbered_sequence(Part part, std::uint64_t number, Stream& random, std::size_t b,
                         Batch& into) const override {
    if (part == Part::held_out && config().stride > 0)
      put_judged(number, b, into);
    else if (part == Part::train && config().windows == "blocks")
      put(block(number) * shape().length, b, into);
    else
      sequence(part, random, b, into);
  }

  void put(std::size_t at, std::size_t b, Batch& into) const {
    std::copy_n(&ids_[at], shape().length, ids(into, b));
    std::copy_n(&ids_[at + 1], shape().length, labels(into, b));
  }

  // Blocks that follow each other fill the training part; each epoch has another order of them. An order i -> (a i + c)
  // mod n is a permutation where a and n have no common divisor, and is known without all that came before.
  std::uint64_t block(std::uint64_t number) const {
    const std::uint64_t n = (split_ - 1) / shape().length;
    Stream draws = order_.substream(number / n);
    std::uint64_t a = 0;
    do a = 1 + draws.below(n);
    while (std::gcd(a, n) != 1);
    return (a * (number % n) + draws.below(n)) % n;
  }

  // Windows that begin a stride apart, the last as late as it can: every symbol but the first is a target once, where it
  // has the most symbols before it. A row of a batch behind the last window has no target.
  void put_judged(std::uint64_t number, std::size_t b, Batch& into) const {
    const std::size_t length = shape().length, last = ids_.size() - split_ - 1 - length;
    const std::size_t windows = judged_windows(), i = static_cast<std::size_t>(number);
    const std::size_t at = std::min(i * config().stride, last);
    put(split_ + at, b, into);
    const std::size_t before = std::min((i - 1) * config().stride, last);  // where the window before begins
    std::size_t known = i == 0 ? 0 : before + length - at;
    if (i >= windows) known = length;
    std::fill_n(labels(into, b), known, ignored);
  }

  std::uint64_t judged_windows() const {
    const std::size_t last = ids_.size() - split_ - 1 - shape().length;
    return 1 + (last + config().stride - 1) / config().stride;
  }

  std::vector<std::int32_t> ids_;
  std::size_t split_;
  double bytes_a_symbol_;
  Stream order_;
};

std::string setting_problem(const TaskConfig& config) {
  if (config.vocabulary < 2) return "vocabulary: a text needs at least 2 symbols";
  const std::vector<std::string> units = unit_names();
  if (std::ranges::find(units, config.unit) == units.end())
    return fmt::format("unit: expected one of {}", fmt::join(units, ", "));
  if (!config.vocabulary_file.empty() && (config.unit == "id" || config.unit == "byte"))
    return fmt::format(
        "vocabulary_file lists characters, words or tokens: leave it out, or choose another unit than {}",
        config.unit);
  if (config.stride > config.length)
    return "stride is above length: symbols between two windows would be left out";
  return config.text.empty() ? "text: expected the path of a text file" : "";
}

void add_text() {
  Registry<TaskKind>::all().add({.name = "text",
                                 .doc = "the next character, word or token of a text file",
                                 .place = 9,
                                 .accuracy = "positions with the right symbol",
                                 .vocabulary = 64,
                                 .next_token = true,
                                 .causal = true,
                                 .problem = setting_problem,
                                 .make = make<Text>});
}

}  // namespace

QKLAB_REGISTER(add_text)

}  // namespace qklab::tasks
