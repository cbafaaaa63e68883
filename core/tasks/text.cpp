// text: the next character or word of a text file. Held out is the last tenth of the text, or a file of its
// own. The most frequent symbols of all that is read make the vocabulary; number 0 stands for all others,
// where there are any.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "core/base/error.hpp"
#include "core/schema/plugin.hpp"
#include "core/system/file.hpp"
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

Corpus read_corpus(const TaskConfig& config) {
  const auto split_up = config.unit == "word" ? words : characters;
  const std::string text = read_text(config.text);
  const std::string other = config.held_out.empty() ? "" : read_text(config.held_out);
  std::vector<std::string_view> symbols = split_up(text);
  const std::size_t own = symbols.size(), split = config.held_out.empty() ? own - own / 10 : own;
  for (const std::string_view symbol : split_up(other)) symbols.push_back(symbol);
  check_length(config, config.text, split, "to train on");
  check_length(config, config.held_out.empty() ? config.text : config.held_out, symbols.size() - split,
               "held out");
  Corpus corpus = encode(symbols, config.vocabulary);
  corpus.split = split;
  if (corpus.symbols < 2) throw InputError(fmt::format("{}: holds one {} only", config.text, config.unit));
  return corpus;
}

class Text : public Task {
 public:
  Text(const TaskConfig& config, Stream stream) : Text(config, read_corpus(config), stream) {}

  Floor floor() const override { return {std::nullopt, "the entropy of the text's source is not known"}; }

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

std::string text_problem(const TaskConfig& config) {
  if (config.vocabulary < 2) return "vocabulary: a text needs at least 2 symbols";
  if (config.unit != "character" && config.unit != "word") return "unit: expected character or word";
  return config.text.empty() ? "text: expected the path of a text file" : "";
}

void add_text() {
  Registry<TaskKind>::all().add({.name = "text",
                       .doc = "the next character or word of a text file",
                       .place = 9,
                       .accuracy = "positions with the right symbol",
                       .vocabulary = 64,
                       .next_token = true,
                       .causal = true,
                       .problem = text_problem,
                       .make = make<Text>});
}

}  // namespace

QKLAB_REGISTER(add_text)

}  // namespace qklab::tasks
