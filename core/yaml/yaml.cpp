#include "core/yaml/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "core/base/value.hpp"
#include "core/text/text_check.hpp"

namespace qklab {

namespace {

// Far above any sensible config, far below what recursion over the nodes could not stand.
constexpr std::size_t max_nesting = 64;

struct TooDeep {
  YAML::Mark mark;
};

Place place_of(const YAML::Mark& mark, const std::string& file) {
  if (mark.is_null()) return {file, 1, 1};
  return {file, mark.line + 1, mark.column + 1};
}

// Looks at a document's events before any node is built: duplicated keys, aliases and tags are reported,
// and nesting is bounded. Aliases are refused since a few lines of them can stand for gigabytes.
class Inspector : public YAML::EventHandler {
 public:
  Inspector(const std::string& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

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
    diagnostics_.error(place_of(mark, file_), message);
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    // yaml-cpp marks plain text by '?' and quoted text by '!'.
    if (!tag.empty() && tag != "?" && tag != "!")
      error(mark, fmt::format("tags are not supported: remove '{}'", tag));
  }

  // A key or a value begins; `text` is null for what is not a scalar.
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

  const std::string& file_;
  Diagnostics& diagnostics_;
  std::vector<Collection> open_;
  int documents_ = 0;
  bool aliased_ = false;
};

}  // namespace

YAML::Node parse_yaml(const std::string& text, const std::string& file, Diagnostics& diagnostics) {
  if (const auto bad = find_bad_character(text)) {
    diagnostics.error({file, bad->line, bad->column}, bad->message);
    return {};
  }
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Inspector inspector(file, diagnostics);
    // The parser never gets past some stray characters, such as a '}': it yields empty documents for ever.
    while (inspector.documents() < 2 && parser.HandleNextDocument(inspector)) {
    }
    return inspector.aliased() ? YAML::Node() : YAML::Load(text);
  } catch (const TooDeep& e) {
    diagnostics.error(place_of(e.mark, file), fmt::format("nested more than {} levels deep", max_nesting));
  } catch (const YAML::Exception& e) {
    diagnostics.error(place_of(e.mark, file), fmt::format("no valid YAML: {}", e.msg));
  }
  return {};
}

Place place_of(const YAML::Node& node, const std::string& file) {
  if (!node.IsDefined()) return {file, 1, 1};
  Place place = place_of(node.Mark(), file);
  if (node.IsScalar() && node.Tag() == "!") ++place.column;
  return place;
}

}  // namespace qklab
