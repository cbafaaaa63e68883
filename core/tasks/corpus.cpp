#include "core/tasks/corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "core/base/error.hpp"
#include "core/system/file.hpp"
#include "core/text/text_check.hpp"
#include "core/text/words.hpp"

namespace qklab::tasks {

namespace {

// The most frequent symbols, as many as the vocabulary has; of equally frequent ones the least come first.
template <class Symbol> Corpus encode(const std::vector<Symbol>& text, std::size_t vocabulary) {
  struct Kind {
    Symbol symbol;
    std::size_t count = 0;
    std::int32_t id = 0;
  };
  std::vector<Kind> kinds;  // in the order in which the text has them
  std::unordered_map<Symbol, std::size_t> known;
  Corpus corpus;
  corpus.ids.reserve(text.size());
  for (const Symbol& symbol : text) {
    const auto [found, is_new] = known.try_emplace(symbol, kinds.size());
    if (is_new) kinds.push_back({symbol});
    ++kinds[found->second].count;
    corpus.ids.push_back(static_cast<std::int32_t>(found->second));
  }
  std::vector<Kind*> ranked;
  for (Kind& kind : kinds) ranked.push_back(&kind);
  std::ranges::sort(ranked, [](const Kind* a, const Kind* b) {
    return a->count != b->count ? a->count > b->count : a->symbol < b->symbol;
  });
  const bool others = ranked.size() > vocabulary;
  if (others) ranked.resize(vocabulary - 1);
  for (std::size_t i = 0; i < ranked.size(); ++i) ranked[i]->id = static_cast<std::int32_t>(i + others);
  for (std::int32_t& id : corpus.ids) id = kinds[static_cast<std::size_t>(id)].id;
  corpus.symbols = ranked.size() + others;
  return corpus;
}

Corpus encode(const std::vector<std::string_view>& text, const Vocabulary& known) {
  Corpus corpus;
  corpus.symbols = known.size;
  const auto further = static_cast<std::int32_t>(known.size);
  for (const std::string_view symbol : text) {
    const auto found = known.ids.find(symbol);
    const bool is_known = found != known.ids.end();
    corpus.ids.push_back(is_known ? found->second : known.others >= 0 ? known.others : further);
    if (corpus.ids.back() == further) corpus.symbols = known.size + 1;
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

struct Unit {
  std::string name;
  std::vector<std::string_view> (*split)(std::string_view text);
};
const std::array<Unit, 4> units = {
    {{"character", characters}, {"word", words}, {"token", tokens}, {"byte", bytes}}};

// Numbers instead of text.
constexpr const char* id_unit = "id";

std::vector<std::string_view> split(const TaskConfig& config, std::string_view text) {
  return std::ranges::find(units, config.unit, &Unit::name)->split(text);
}

// The symbols of one file.
struct Reading {
  std::string text;
  std::vector<std::string_view> symbols;  // which lie in `text`

  Reading(const TaskConfig& config, const std::string& path)
      : text(path.empty() ? "" : read_text(path)), symbols(split(config, text)) {}
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

bool all_are(const Reading& text, std::string_view symbol) {
  return std::ranges::all_of(text.symbols, [=](std::string_view each) { return each == symbol; });
}

void check_variety(const TaskConfig& config, const Reading& own, const Reading& other) {
  if (all_are(own, own.symbols[0]) && all_are(other, own.symbols[0]))
    throw InputError(fmt::format("{}: holds one {} only", config.text, config.unit));
}

// The text from a symbol on.
std::string_view rest_of(std::string_view text, const std::vector<std::string_view>& symbols,
                         std::size_t first) {
  return text.substr(static_cast<std::size_t>(symbols[first].data() - text.data()));
}

// The ids of a tokenizer, and where what is held out begins.
struct Numbered {
  std::vector<std::int32_t> ids;
  std::size_t split;

  explicit Numbered(const TaskConfig& config) : ids(read_ids(config.text)) {
    split = ids.size() - (config.held_out.empty() ? ids.size() / 10 : 0);
    check_length(config, config.text, split, "to train on");
    if (config.held_out.empty()) check_length(config, config.text, ids.size() - split, "held out");
  }

  void add_held_out(const TaskConfig& config) {
    if (config.held_out.empty()) return;
    const std::vector<std::int32_t> other = read_ids(config.held_out);
    check_length(config, config.held_out, other.size(), "held out");
    ids.insert(ids.end(), other.begin(), other.end());
  }

  void check_variety(const TaskConfig& config) const {
    if (std::ranges::all_of(ids, [this](std::int32_t id) { return id == ids[0]; }))
      throw InputError(fmt::format("{}: holds one id only", config.text));
  }
};

// Ids stay what they are unless the largest is beyond the vocabulary.
Corpus numbered_corpus(const TaskConfig& config) {
  Numbered all(config);
  all.add_held_out(config);
  all.check_variety(config);
  const auto largest = static_cast<std::size_t>(*std::ranges::max_element(all.ids));
  Corpus corpus;
  if (largest >= config.vocabulary) {
    corpus = encode(all.ids, config.vocabulary);
  } else {
    corpus.symbols = largest + 1;
    corpus.ids = std::move(all.ids);
  }
  corpus.split = all.split;
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

}  // namespace

std::string read_text(const std::string& path) {
  std::string text = read_file(find_data_file(path));
  if (path.ends_with(".npy"))
    throw InputError(fmt::format("{}: is an array of numbers: set unit to id", path));
  if (const auto bad = find_bad_character(text)) {
    throw InputError(
        fmt::format("{}:{}:{}: {} (byte {} of the file); text must be UTF-8: convert it with iconv", path,
                    bad->line, bad->column, bad->message, bad->offset));
  }
  return text;
}

std::vector<std::string> unit_names() {
  std::vector<std::string> names;
  for (const Unit& unit : units) names.push_back(unit.name);
  names.push_back(id_unit);
  return names;
}

Corpus read_corpus(const TaskConfig& config) {
  if (config.unit == id_unit) return numbered_corpus(config);
  const Reading own(config, config.text), other(config, config.held_out);
  check_own(config, own);
  check_held_out(config, other);
  check_variety(config, own, other);
  std::vector<std::string_view> symbols = own.symbols;
  symbols.insert(symbols.end(), other.symbols.begin(), other.symbols.end());
  Corpus corpus = config.vocabulary_file.empty()
                      ? encode(symbols, config.vocabulary)
                      : encode(symbols, read_vocabulary(config.vocabulary_file, config.unit));
  corpus.split = split_of(config, own);
  const std::string_view judged =
      config.held_out.empty() ? rest_of(own.text, own.symbols, corpus.split) : std::string_view(other.text);
  corpus.bytes_a_symbol =
      static_cast<double>(judged.size()) / static_cast<double>(corpus.ids.size() - corpus.split);
  return corpus;
}

std::string text_problem(const TaskConfig& config) {
  return problem_of([&] {
    if (config.unit == id_unit) {
      const Numbered own(config);
      if (config.held_out.empty()) own.check_variety(config);
      return;
    }
    const Reading own(config, config.text), none(config, "");
    check_own(config, own);
    if (config.held_out.empty()) check_variety(config, own, none);
  });
}

std::string held_out_problem(const TaskConfig& config) {
  return problem_of([&] {
    if (config.unit == id_unit) {
      if (!text_problem(config).empty())
        return void(read_ids(config.held_out));  // the rest is told of the text
      Numbered own(config);
      own.add_held_out(config);
      return own.check_variety(config);
    }
    const Reading other(config, config.held_out);
    check_held_out(config, other);
    if (!config.held_out.empty() && !all_are(other, other.symbols[0]))
      return;  // a long text need not be read again
    std::optional<Reading> own;
    try {
      check_own(config, own.emplace(config, config.text));
    } catch (const InputError&) {
      return;  // told of the text
    }
    check_variety(config, *own, other);
  });
}

std::string vocabulary_problem(const TaskConfig& config) {
  if (config.vocabulary_file.empty()) return "";
  return problem_of([&] { read_vocabulary(config.vocabulary_file, config.unit); });
}

}  // namespace qklab::tasks
