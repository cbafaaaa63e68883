// text: the next character or word of a text file. Held out is the last tenth of the text, or a file of its
// own. The most frequent symbols of all that is read make the vocabulary; number 0 stands for all others,
// where there are any.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <span>

#include "core/base/elementary.hpp"
#include "core/base/error.hpp"
#include "core/schema/plugin.hpp"
#include "core/system/file.hpp"
#include "core/tasks/ngrams.hpp"
#include "core/tasks/task.hpp"
#include "core/text/text_check.hpp"

namespace qklab::tasks {

namespace {

std::string read_text(const std::string& path) {
  std::string text = read_file(find_data_file(path));
  if (const auto bad = find_bad_character(text)) {
    throw InputError(
        fmt::format("{}:{}:{}: {} (byte {} of the file); text must be UTF-8: convert it with iconv", path,
                    bad->line, bad->column, bad->message, bad->offset));
  }
  return text;
}

// Runs of letters, digits, apostrophes and all that is not ASCII; any other sign is a word of its own, and
// white space is none.
std::vector<std::string_view> words(std::string_view text) {
  const auto in_word = [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0x80 || std::isalnum(u) || c == '\'';
  };
  std::vector<std::string_view> symbols;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && in_word(text[end])) ++end;
    if (end == i) ++end;
    if (!std::isspace(static_cast<unsigned char>(text[i]))) symbols.push_back(text.substr(i, end - i));
    i = end;
  }
  return symbols;
}

struct Corpus {
  std::vector<std::int32_t> ids;
  std::size_t symbols = 0;
  std::size_t split = 0;  // where what is held out begins
};

Corpus encode(const std::vector<std::string_view>& text, std::size_t vocabulary) {
  std::map<std::string_view, std::size_t> count;
  for (const std::string_view symbol : text) ++count[symbol];
  std::vector<std::pair<std::string_view, std::size_t>> ranked(count.begin(), count.end());
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  const bool others = ranked.size() > vocabulary;
  if (others) ranked.resize(vocabulary - 1);
  std::map<std::string_view, std::int32_t> id;
  for (const auto& [symbol, n] : ranked) id.emplace(symbol, static_cast<std::int32_t>(id.size() + others));
  Corpus corpus;
  corpus.symbols = ranked.size() + others;
  for (const std::string_view symbol : text) {
    const auto found = id.find(symbol);
    corpus.ids.push_back(found == id.end() ? 0 : found->second);
  }
  return corpus;
}

void check_length(const TaskConfig& config, const std::string& path, std::size_t have, const char* part) {
  if (have > config.length) return;
  throw InputError(
      fmt::format("{}: {} {}s {} are too few for a sequence of length {} and its next {}; shorten length, or "
                  "use a longer text",
                  path, have, config.unit, part, config.length, config.unit));
}

// The symbols of one file.
struct Reading {
  std::string text;
  std::vector<std::string_view> symbols;  // which lie in `text`

  Reading(const TaskConfig& config, const std::string& path)
      : text(path.empty() ? "" : read_text(path)),
        symbols(config.unit == "word" ? words(text) : characters(text)) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
};

// Of a text without a held-out file, the last tenth is held out.
std::size_t split_of(const TaskConfig& config, const Reading& own) {
  return own.symbols.size() - (config.held_out.empty() ? own.symbols.size() / 10 : 0);
}

void check_own(const TaskConfig& config, const Reading& own) {
  const std::size_t split = split_of(config, own);
  check_length(config, config.text, split, "to train on");
  if (config.held_out.empty()) check_length(config, config.text, own.symbols.size() - split, "held out");
}

void check_held_out(const TaskConfig& config, const Reading& other) {
  if (!config.held_out.empty()) check_length(config, config.held_out, other.symbols.size(), "held out");
}

void check_variety(const TaskConfig& config, const Reading& own, const Reading& other) {
  const auto is_first = [&own](std::string_view symbol) { return symbol == own.symbols[0]; };
  if (std::ranges::all_of(own.symbols, is_first) && std::ranges::all_of(other.symbols, is_first))
    throw InputError(fmt::format("{}: holds one {} only", config.text, config.unit));
}

Corpus read_corpus(const TaskConfig& config) {
  const Reading own(config, config.text), other(config, config.held_out);
  check_own(config, own);
  check_held_out(config, other);
  check_variety(config, own, other);
  std::vector<std::string_view> symbols = own.symbols;
  symbols.insert(symbols.end(), other.symbols.begin(), other.symbols.end());
  Corpus corpus = encode(symbols, config.vocabulary);
  corpus.split = split_of(config, own);
  return corpus;
}

template <class Check> std::string problem_of(const Check& check) {
  try {
    check();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

class Text : public Task {
 public:
  Text(const TaskConfig& config, Stream stream) : Text(config, read_corpus(config), stream) {}

  Floor floor() const override { return {std::nullopt, "the entropy of the text's source is not known"}; }

  // Windows begin anywhere, so that the position tells nothing. A predictor knows no symbol before its
  // window, as a model does not: the first symbol of a window has no pair.
  Baseline baseline(std::size_t batches) const override {
    using Ids = std::span<const std::int32_t>;
    const NGrams ngrams(Ids(ids_).first(split_), shape().symbols);
    std::array<double, NGrams::longest> loss = {};  // by order
    double count = 0;
    Batch held_out;
    for (std::uint64_t k = 0; k < batches; ++k) {
      batch(Part::held_out, k, held_out);
      for (std::size_t i = 0; i < held_out.labels.size(); ++i, ++count) {
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
        split_(corpus.split) {}

  void sequence(Part part, Stream& random, std::size_t b, Batch& into) const override {
    const std::size_t begin = part == Part::train ? 0 : split_;
    const std::size_t end = part == Part::train ? split_ : ids_.size();
    const std::size_t at = begin + random.below(end - begin - shape().length);
    std::copy_n(&ids_[at], shape().length, ids(into, b));
    std::copy_n(&ids_[at + 1], shape().length, labels(into, b));
  }

  std::vector<std::int32_t> ids_;
  std::size_t split_;
};

std::string setting_problem(const TaskConfig& config) {
  if (config.vocabulary < 2) return "vocabulary: a text needs at least 2 symbols";
  if (config.unit != "character" && config.unit != "word") return "unit: expected character or word";
  return config.text.empty() ? "text: expected the path of a text file" : "";
}

}  // namespace

std::string text_problem(const TaskConfig& config) {
  return problem_of([&] {
    const Reading own(config, config.text), none(config, "");
    check_own(config, own);
    if (config.held_out.empty()) check_variety(config, own, none);
  });
}

std::string held_out_problem(const TaskConfig& config) {
  return problem_of([&] {
    const Reading other(config, config.held_out);
    check_held_out(config, other);
    if (!text_problem(config).empty()) return;  // told of the text
    check_variety(config, Reading(config, config.text), other);
  });
}

namespace {

void add_text() {
  Registry<TaskKind>::all().add({.name = "text",
                                 .doc = "the next character or word of a text file",
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
