// Reads YAML and keeps positions: typed look-ups that report to Diagnostics and suggest the nearest key.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace qklab {

// A YAML text and what it is called in messages. Copies share the text.
class YamlFile {
 public:
  YamlFile(std::string name, std::string text);

  const std::string& name() const { return name_; }
  const std::string& text() const { return lines_->text; }
  // yaml-cpp counts columns in bytes, people and their editors in characters.
  Place at(const YAML::Mark& mark) const;
  // Whether these bytes stand there, so many bytes behind the mark.
  bool holds(std::string_view bytes, const YAML::Mark& mark, std::size_t behind) const;

 private:
  struct Lines {
    std::string text;
    std::vector<std::size_t> begins;  // offset of each line's first character, without a byte order mark
    std::vector<std::size_t> inner;   // offsets of bytes with which no character begins, ascending
  };
  std::string name_;
  std::shared_ptr<const Lines> lines_;
};

// Parses one YAML document. Syntax errors, anchors/aliases to itself, several documents and duplicated
// keys (at any depth) go to `diagnostics`.
YAML::Node parse_yaml(const YamlFile& file, Diagnostics& diagnostics);

// Where the node begins; of quoted text, the character after the quote.
Place place_of(const YAML::Node& node, const YamlFile& file);

// A map whose keys are known. Each look-up marks its key as known; finish() reports the others.
//     MapReader map(node, file, diagnostics, "figure");
//     auto plot = map.text("plot").value_or("line");
//     map.finish();
class MapReader {
 public:
  // A node that is not a map is reported, and every look-up then finds nothing.
  MapReader(const YAML::Node& node, YamlFile file, Diagnostics& diagnostics, std::string what);

  bool has(std::string_view key);
  YAML::Node node(std::string_view key);  // null node where absent
  std::optional<std::string> text(std::string_view key);
  std::optional<double> real(std::string_view key);  // finite
  std::optional<std::int64_t> integer(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::string> choice(std::string_view key, const std::vector<std::string>& choices);
  std::vector<std::string> texts(std::string_view key);  // a scalar or a list of scalars
  // Like text(), but reports a missing key.
  std::string required_text(std::string_view key);
  double required_real(std::string_view key);

  Place place() const;                      // of the map
  Place place(std::string_view key) const;  // of the key's value, or of the map
  // Whether the key's text begins at its place and reads in the file as it does here: not where it is a block
  // (> or |), has escapes, or is broken over lines. Only then one of its characters can be pointed at.
  bool is_verbatim(std::string_view key) const;
  Diagnostics& diagnostics() { return *diagnostics_; }
  const YamlFile& file() const { return file_; }
  // `hint`: what is said of an unknown key behind it, where it knows better than "did you mean" does.
  void finish(const std::function<std::string(const std::string& key)>& hint = {});

 private:
  std::optional<std::string> scalar(std::string_view key, std::string_view expected);

  YAML::Node map_;
  YamlFile file_;
  Diagnostics* diagnostics_;
  std::string what_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace qklab
