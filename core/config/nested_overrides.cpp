#include "core/config/nested_overrides.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace qklab {

namespace {

using Section = StrategyKind::Section;

// The map that holds a section's strategies; null if there is none.
YAML::Node section_node(const YAML::Node& settings, Section section) {
  switch (section) {
    case Section::sweep:
      return settings["sweep"];
    case Section::seeds:
      return settings["seeds"];
    case Section::config:
      return settings;
  }
  return {};
}

void add_nodes(const YAML::Node& settings, StrategyNodes& nodes) {
  if (!settings.IsMap()) return;
  for (const StrategyKind* kind : StrategyKinds::all().entries()) {
    const YAML::Node section = section_node(settings, kind->section);
    // Other seeds replace those that a strategy gave.
    if (kind->section == Section::seeds && section.IsDefined()) nodes.erase(kind->name);
    if (!section.IsDefined() || !section.IsMap()) continue;
    const YAML::Node node = section[kind->name];
    if (!node.IsDefined()) continue;
    nodes.erase(kind->name);
    if (node.IsMap()) nodes.emplace(kind->name, node);
  }
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += (c == '"' || c == '\\') ? std::string("\\") + c : std::string(1, c);
  return out + '"';
}

// In YAML's flow style. Quoted text, which yaml-cpp marks with the tag "!", stays so: "1" is no number.
std::string flow_text(const YAML::Node& node) {
  std::string out;
  const auto join = [&out](const std::string& item) { out += (out.empty() ? "" : ", ") + item; };
  if (node.IsMap()) {
    for (const auto& entry : node) join(flow_text(entry.first) + ": " + flow_text(entry.second));
    return "{" + out + "}";
  }
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) join(flow_text(item));
    return "[" + out + "]";
  }
  if (!node.IsScalar()) return "null";
  const std::string& text = node.Scalar();
  const bool plain = !text.empty() && text.find_first_of(" \t\n,[]{}:#\"'&*!|>%@`\\") == std::string::npos;
  return plain && node.Tag() != "!" ? text : quoted(text);
}

}  // namespace

StrategyNodes strategy_nodes(const YAML::Node& config, const std::string& preset) {
  StrategyNodes nodes;
  add_nodes(config, nodes);
  const YAML::Node presets = config["presets"];
  if (presets.IsDefined() && presets.IsMap() && presets[preset].IsDefined())
    add_nodes(presets[preset], nodes);
  return nodes;
}

bool NestedOverrides::take(std::string_view key, std::string_view value, const Place& place,
                           Diagnostics& diagnostics) {
  std::string_view rest = key;
  if (rest.starts_with("seeds.")) rest.remove_prefix(6);
  const auto dot = rest.find('.');
  if (dot == std::string_view::npos) return false;
  const StrategyKind* const kind = StrategyKinds::all().find(rest.substr(0, dot));
  if (!kind || (kind->section == Section::seeds) != key.starts_with("seeds.")) return false;
  rest.remove_prefix(dot + 1);
  const auto known = nodes_.find(kind->name);
  if (known == nodes_.end()) {
    diagnostics.error(
        place,
        fmt::format("this config has no {0} that could be changed: give all of it, {1}", kind->name,
                    kind->section == Section::seeds ? fmt::format("'seeds={{{}: {{...}}}}'", kind->name)
                                                    : fmt::format("'{}={{...}}'", kind->name)));
    return true;
  }
  Change& change = changes_.try_emplace(kind->name, Change{YAML::Clone(known->second), {}}).first->second;
  change.arguments.push_back(place.file);
  try {
    YAML::Node at = change.node;
    for (auto next = rest.find('.'); next != std::string_view::npos; next = rest.find('.')) {
      const std::string name(rest.substr(0, next));
      if (!at[name].IsDefined() || !at[name].IsMap()) break;
      at.reset(at[name]);
      rest.remove_prefix(next + 1);
    }
    at[std::string(rest)] = YAML::Load(std::string(value));
  } catch (const YAML::Exception& error) {
    diagnostics.error(place, error.msg);
  }
  return true;
}

std::vector<NestedOverrides::Changed> NestedOverrides::changed() const {
  std::vector<Changed> all;
  for (const auto& [kind, change] : changes_) {
    const std::string text = fmt::format("{}: {}", kind, flow_text(change.node));
    const Section section = StrategyKinds::all().find(kind)->section;
    all.push_back({kind,
                   section == Section::config  ? text
                   : section == Section::sweep ? fmt::format("sweep: {{{}}}", text)
                                               : fmt::format("seeds: {{{}}}", text),
                   Place{fmt::format("{}", fmt::join(change.arguments, ", "))}});
  }
  return all;
}

}  // namespace qklab
