#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/flag.hpp"
#include "core/base/value.hpp"
#include "core/text/decimal.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

namespace {

std::string_view kind_of(const YAML::Node& node) {
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list";
  return node.IsScalar() ? "a value" : "nothing";
}

// Look-up without YAML::Node's operator[], which inserts the key into a map that lacks it.
YAML::Node find(const YAML::Node& map, std::string_view key) {
  if (map.IsMap())
    for (const auto& entry : map)
      if (entry.first.IsScalar() && entry.first.Scalar() == key) return entry.second;
  return YAML::Node(YAML::NodeType::Undefined);
}

}  // namespace

MapReader::MapReader(const YAML::Node& node, YamlFile file, Diagnostics& diagnostics, std::string what)
    : map_(node), file_(std::move(file)), diagnostics_(&diagnostics), what_(std::move(what)) {
  if (!map_.IsMap())
    diagnostics_->error(place(), fmt::format("{}: expected a map, got {}", what_, kind_of(map_)));
}

void MapReader::know(std::string_view key, KeyForm::Kind kind, std::vector<std::string> choices) {
  KeyForm& form = known_.try_emplace(std::string(key)).first->second;
  if (kind != KeyForm::Kind::any) form = {kind, std::move(choices)};
}

bool MapReader::has(std::string_view key) {
  know(key, KeyForm::Kind::any);
  return find(map_, key).IsDefined();
}

YAML::Node MapReader::node(std::string_view key) { return has(key) ? find(map_, key) : YAML::Node(); }

std::optional<std::string> MapReader::scalar(std::string_view key, std::string_view expected) {
  if (!has(key)) return std::nullopt;
  const YAML::Node value = node(key);
  if (value.IsScalar()) return value.Scalar();
  diagnostics_->error(place(key), fmt::format("{}: expected {}, got {}", key, expected, kind_of(value)));
  return std::nullopt;
}

std::optional<std::string> MapReader::text(std::string_view key) {
  know(key, KeyForm::Kind::text);
  return scalar(key, "text");
}

std::optional<double> MapReader::real(std::string_view key) {
  know(key, KeyForm::Kind::real);
  const auto text = scalar(key, "a number");
  if (!text) return std::nullopt;
  const auto number = parse_real(*text);
  if (number && std::isfinite(*number)) return number;
  diagnostics_->error(place(key), fmt::format("{}: expected a finite number, got '{}'", key, *text));
  return std::nullopt;
}

std::optional<std::int64_t> MapReader::integer(std::string_view key) {
  know(key, KeyForm::Kind::integer);
  const auto text = scalar(key, "an integer");
  if (!text) return std::nullopt;
  const auto number = parse_whole(*text);
  if (!number) diagnostics_->error(place(key), fmt::format("{}: expected an integer, got '{}'", key, *text));
  return number;
}

std::optional<bool> MapReader::boolean(std::string_view key) {
  know(key, KeyForm::Kind::boolean);
  const auto text = scalar(key, "true or false");
  if (!text) return std::nullopt;
  if (const auto flag = parse_flag(*text)) return flag;
  diagnostics_->error(place(key), fmt::format("{}: expected true or false, got '{}'", key, *text));
  return std::nullopt;
}

std::optional<std::string> MapReader::choice(std::string_view key, const std::vector<std::string>& choices) {
  know(key, KeyForm::Kind::choice, choices);
  const auto text = scalar(key, "a name");
  if (!text || std::find(choices.begin(), choices.end(), *text) != choices.end()) return text;
  diagnostics_->error(place(key), fmt::format("{}: expected one of {}, got '{}'{}", key,
                                              fmt::join(choices, ", "), *text, did_you_mean(*text, choices)));
  return std::nullopt;
}

std::vector<std::string> MapReader::texts(std::string_view key) {
  know(key, KeyForm::Kind::texts);
  if (!has(key)) return {};
  const YAML::Node value = node(key);
  if (value.IsScalar()) return {value.Scalar()};
  std::vector<std::string> out;
  if (value.IsSequence()) {
    for (const YAML::Node& item : value) {
      if (item.IsScalar()) {
        out.push_back(item.Scalar());
      } else {
        diagnostics_->error(place_of(item, file_),
                            fmt::format("{}: expected text, got {}", key, kind_of(item)));
      }
    }
    return out;
  }
  diagnostics_->error(place(key),
                      fmt::format("{}: expected text or a list of texts, got {}", key, kind_of(value)));
  return out;
}

std::string MapReader::required_text(std::string_view key) {
  if (!has(key)) diagnostics_->error(place(), fmt::format("{}: '{}' is missing", what_, key));
  return text(key).value_or("");
}

double MapReader::required_real(std::string_view key) {
  if (!has(key)) diagnostics_->error(place(), fmt::format("{}: '{}' is missing", what_, key));
  return real(key).value_or(std::numeric_limits<double>::quiet_NaN());
}

Place MapReader::place() const { return place_of(map_, file_); }

Place MapReader::place(std::string_view key) const {
  const YAML::Node value = find(map_, key);
  return place_of(value.IsDefined() ? value : map_, file_);
}

bool MapReader::is_verbatim(std::string_view key) const {
  const YAML::Node value = find(map_, key);
  return value.IsScalar() && file_.holds(value.Scalar(), value.Mark(), value.Tag() == "!" ? 1 : 0);
}

void MapReader::finish(const std::function<std::string(const std::string& key)>& better) {
  if (!map_.IsMap()) return;
  std::vector<std::string> known;
  for (const auto& [key, form] : known_) known.push_back(key);
  for (const auto& entry : map_) {
    if (!entry.first.IsScalar()) continue;  // parse_yaml has reported it
    const std::string& key = entry.first.Scalar();
    if (known_.contains(key)) continue;
    std::string hint = better ? better(key) : "";
    if (hint.empty()) hint = did_you_mean(key, known);
    if (hint.empty() && !known.empty()) hint = fmt::format(" (known: {})", fmt::join(known, ", "));
    diagnostics_->error(place_of(entry.first, file_),
                        fmt::format("unknown key '{}' in {}{}", key, what_, hint));
  }
}

}  // namespace qklab
