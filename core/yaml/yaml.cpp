#include "core/yaml/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "core/base/value.hpp"
#include "core/text/text_check.hpp"

namespace qklab {

namespace {

// Far more than any sensible config needs, and far less than recursion over the nodes can handle.
constexpr std::size_t max_nesting = 64;

struct TooDeep {
  YAML::Mark mark;
};

// Checks a document's events before any node is built: reports duplicate keys, aliases and tags, and limits
// nesting. Aliases are refused since a few lines of them can expand to gigabytes.
class Inspector : public YAML::EventHandler {
 public:
  Inspector(const YamlFile& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) error(mark, "unexpected text after the end of the document");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { value(mark, nullptr); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    error(mark, "aliases (*name) are not supported: write the value out");
    aliased_ = true;
    value(mark, nullptr);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& text) override {
    check_tag(mark, tag);
    value(mark, &text);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open(mark, false);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open(mark, true);
  }
  void OnMapEnd() override { open_.pop_back(); }

  int documents() const { return documents_; }
  bool aliased() const { return aliased_; }

 private:
  struct Collection {
    bool map;
    bool key_next = true;
    std::set<std::string> keys = {};
  };

  void error(const YAML::Mark& mark, std::string_view message) {
    diagnostics_.error(file_.at(mark), message);
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    // yaml-cpp reports plain text with the tag '?' and quoted text with '!'.
    if (!tag.empty() && tag != "?" && tag != "!")
      error(mark, fmt::format("tags are not supported: remove '{}'", tag));
  }

  // Called when a key or a value begins; `text` is null unless it is a scalar.
  void value(const YAML::Mark& mark, const std::string* text) {
    if (open_.empty() || !open_.back().map) return;
    Collection& map = open_.back();
    if (map.key_next) check_key(mark, text, map);
    map.key_next = !map.key_next;
  }

  void check_key(const YAML::Mark& mark, const std::string* text, Collection& map) {
    if (!text) return error(mark, "expected a name before ':'");
    if (*text == "<<") return error(mark, "merge keys (<<) are not supported: write the values out");
    if (!map.keys.insert(*text).second) error(mark, fmt::format("key '{}' is written twice", *text));
  }

  void open(const YAML::Mark& mark, bool map) {
    value(mark, nullptr);
    if (open_.size() == max_nesting) throw TooDeep{mark};
    open_.push_back({.map = map});
  }

  const YamlFile& file_;
  Diagnostics& diagnostics_;
  std::vector<Collection> open_;
  int documents_ = 0;
  bool aliased_ = false;
};

}  // namespace

YamlFile::YamlFile(std::string name, std::string text) : name_(std::move(name)) {
  const auto lines = std::make_shared<Lines>();
  constexpr std::string_view mark = "\xEF\xBB\xBF";  // the byte order mark, which yaml-cpp does not count
  lines->begins.push_back(text.starts_with(mark) ? mark.size() : 0);
  std::size_t at = 0;
  for (const std::string_view character : characters(text)) {
    for (std::size_t i = 1; i < character.size(); ++i) lines->inner.push_back(at + i);
    at += character.size();
    if (character == "\n") lines->begins.push_back(at);
  }
  lines->text = std::move(text);
  lines_ = lines;
}

Place YamlFile::at(const YAML::Mark& mark) const {
  if (mark.is_null()) return {name_, 1, 1};
  const auto line = std::min(static_cast<std::size_t>(mark.line), lines_->begins.size() - 1);
  const std::size_t begin = lines_->begins[line], end = begin + static_cast<std::size_t>(mark.column);
  const auto inner =
      std::ranges::lower_bound(lines_->inner, end) - std::ranges::lower_bound(lines_->inner, begin);
  return {name_, mark.line + 1, mark.column + 1 - static_cast<int>(inner)};
}

bool YamlFile::holds(std::string_view bytes, const YAML::Mark& mark, std::size_t behind) const {
  if (mark.is_null() || static_cast<std::size_t>(mark.line) >= lines_->begins.size()) return false;
  const std::size_t at =
      lines_->begins[static_cast<std::size_t>(mark.line)] + static_cast<std::size_t>(mark.column) + behind;
  return at <= text().size() && std::string_view(text()).substr(at).starts_with(bytes);
}

YAML::Node parse_yaml(const YamlFile& file, Diagnostics& diagnostics) {
  const std::string& text = file.text();
  if (const auto bad = find_bad_character(text)) {
    diagnostics.error({file.name(), bad->line, bad->column}, bad->message);
    return {};
  }
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Inspector inspector(file, diagnostics);
    // The parser never advances past some stray characters, such as '}': it yields empty documents for ever.
    while (inspector.documents() < 2 && parser.HandleNextDocument(inspector)) {
    }
    return inspector.aliased() ? YAML::Node() : YAML::Load(text);
  } catch (const TooDeep& e) {
    diagnostics.error(file.at(e.mark), fmt::format("nested more than {} levels deep", max_nesting));
  } catch (const YAML::Exception& e) {
    diagnostics.error(file.at(e.mark), fmt::format("no valid YAML: {}", e.msg));
  }
  return {};
}

Place place_of(const YAML::Node& node, const YamlFile& file) {
  if (!node.IsDefined()) return {file.name(), 1, 1};
  Place place = file.at(node.Mark());
  if (node.IsScalar() && node.Tag() == "!") ++place.column;
  return place;
}

}  // namespace qklab
