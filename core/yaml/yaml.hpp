// Reads YAML and keeps positions: typed look-ups that report to Diagnostics and suggest the nearest key.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace qklab {

// A YAML text and its name in messages. Copies share the text.
class YamlFile {
 public:
  YamlFile(std::string name, std::string text);

  const std::string& name() const { return name_; }
  const std::string& text() const { return lines_->text; }
  // The position of a mark. yaml-cpp counts columns in bytes, but people and their editors count characters.
  Place at(const YAML::Mark& mark) const;
  // Whether the text holds these bytes at `behind` bytes after the mark.
  bool holds(std::string_view bytes, const YAML::Mark& mark, std::size_t behind) const;

 private:
  struct Lines {
    std::string text;
    std::vector<std::size_t> begins;  // offset of each line's first character, without a byte order mark
    std::vector<std::size_t> inner;   // offsets of bytes that are not the first of a character, ascending
  };
  std::string name_;
  std::shared_ptr<const Lines> lines_;
};

// Parses one YAML document. Syntax errors, aliases, tags, several documents and duplicate keys (at any depth)
// are reported to `diagnostics`.
YAML::Node parse_yaml(const YamlFile& file, Diagnostics& diagnostics);

// The position where the node begins; for quoted text, the character after the quote.
Place place_of(const YAML::Node& node, const YamlFile& file);

// What a look-up expects of a key's value.
struct KeyForm {
  enum class Kind { any, text, texts, real, integer, boolean, choice };
  Kind kind = Kind::any;
  std::vector<std::string> choices = {};  // for a choice
};
using KeyForms = std::map<std::string, KeyForm, std::less<>>;

// A map whose keys are known. Each look-up marks its key as known; finish() reports the others.
//     MapReader map(node, file, diagnostics, "figure");
//     auto plot = map.text("plot").value_or("line");
//     map.finish();
class MapReader {
 public:
  // A node that is not a map is reported, and every look-up then finds nothing.
  MapReader(const YAML::Node& node, YamlFile file, Diagnostics& diagnostics, std::string what);

  bool has(std::string_view key);
  YAML::Node node(std::string_view key);  // null node if absent
  std::optional<std::string> text(std::string_view key);
  std::optional<double> real(std::string_view key);  // finite
  std::optional<std::int64_t> integer(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::string> choice(std::string_view key, const std::vector<std::string>& choices);
  std::vector<std::string> texts(std::string_view key);  // a scalar or a list of scalars
  // Like text(), but reports a missing key.
  std::string required_text(std::string_view key);
  double required_real(std::string_view key);

  Place place() const;                      // the map's position
  Place place(std::string_view key) const;  // the position of the key's value, or of the map
  // Whether the key's text is written in the file exactly as text() returns it, so that a message can point
  // at one of its characters. False for a block (> or |), and for text with escapes or over several lines.
  bool is_verbatim(std::string_view key) const;
  Diagnostics& diagnostics() { return *diagnostics_; }
  // All keys that were looked up so far, with what was expected of them.
  const KeyForms& known() const { return known_; }
  const YamlFile& file() const { return file_; }
  // `hint` returns the text that follows the report of an unknown key, where it knows better than "did you
  // mean".
  void finish(const std::function<std::string(const std::string& key)>& hint = {});

 private:
  // Notes the key as known. A look-up that expects something replaces one that does not.
  void know(std::string_view key, KeyForm::Kind kind, std::vector<std::string> choices = {});
  std::optional<std::string> scalar(std::string_view key, std::string_view expected);

  YAML::Node map_;
  YamlFile file_;
  Diagnostics* diagnostics_;
  std::string what_;
  KeyForms known_;
};

}  // namespace qklab
