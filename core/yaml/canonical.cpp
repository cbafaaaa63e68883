#include "core/yaml/canonical.hpp"

#include <map>

#include "core/base/value.hpp"

namespace qklab {
namespace {

// Lengths before texts, so that no text can imitate the end of another one.
std::string counted(const std::string& text) { return std::to_string(text.size()) + ":" + text; }

std::string number_or_text(const std::string& scalar) {
  const auto number = parse_real(scalar);
  return counted(number ? shortest(*number) : scalar);
}

}  // namespace

std::string canonical_text(const YAML::Node& node, const std::set<std::string>& without) {
  if (node.IsScalar()) return number_or_text(node.Scalar());
  std::string text;
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) text += canonical_text(item);
    return "[" + text + "]";
  }
  if (!node.IsMap()) return "~";
  std::map<std::string, std::string> sorted;
  for (const auto& entry : node) {
    const std::string key = canonical_text(entry.first);
    if (entry.first.IsScalar() && without.contains(entry.first.Scalar())) continue;
    sorted[key] = canonical_text(entry.second);
  }
  for (const auto& [key, value] : sorted) text += key + value;
  return "{" + text + "}";
}

}  // namespace qklab
