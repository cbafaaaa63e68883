#include "core/weights/layouts/mapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/base/error.hpp"
#include "core/base/value.hpp"
#include "core/text/text_check.hpp"

namespace qklab::weights {

namespace {

constexpr std::string_view layer_place = "{layer}";

void replace_all(std::string& text, std::string_view what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

// The number of the layer whose array has this name, and what stands before the pattern.
struct Match {
  std::string prefix;
  int layer;
};
std::optional<Match> match(std::string_view name, std::string_view pattern) {
  const std::size_t at = pattern.find(layer_place);
  const std::string_view before = pattern.substr(0, at), after = pattern.substr(at + layer_place.size());
  if (!name.ends_with(after)) return std::nullopt;
  name.remove_suffix(after.size());
  const std::size_t digits = name.find_last_not_of("0123456789") + 1;  // 0 where all are digits
  const auto layer = parse_integer(name.substr(digits));
  name = name.substr(0, digits);
  if (!layer || *layer > 1'000'000 || !name.ends_with(before)) return std::nullopt;
  name.remove_suffix(before.size());
  if (!name.empty() && !name.ends_with('.')) return std::nullopt;
  return Match{std::string(name), static_cast<int>(*layer)};
}

}  // namespace

const std::string& Mapping::first() const {
  return !fused.empty() ? fused : !combined.empty() ? combined : query;
}

std::string at_layer(const std::string& pattern, int layer) {
  std::string name = pattern;
  replace_all(name, layer_place, std::to_string(layer));
  replace_all(name, "{previous}", std::to_string(layer - 1));
  return name;
}

std::optional<Found> find_if_there(const TensorFile& file, const std::string& pattern,
                                   const std::string& prefix) {
  std::map<std::string, std::vector<int>> found;
  for (const TensorInfo& each : file.tensors()) {
    const auto at = match(each.name, pattern);
    if (at && (prefix.empty() || at->prefix == prefix)) found[at->prefix].push_back(at->layer);
  }
  if (found.empty()) return std::nullopt;
  if (found.size() > 1) {
    std::vector<std::string> prefixes;
    for (const auto& [each, layers] : found) prefixes.push_back(fmt::format("'{}'", readable(each)));
    throw InputError(
        fmt::format("{}: has arrays '{}' with several prefixes: say by prefix which are meant: {}",
                    file.path(), pattern, fmt::join(prefixes, ", ")));
  }
  std::ranges::sort(found.begin()->second);
  return Found{found.begin()->first, found.begin()->second};
}

Found find_layers(const TensorFile& file, const std::string& pattern, const std::string& prefix) {
  auto found = find_if_there(file, pattern, prefix);
  if (!found) {
    const std::string wanted = prefix + at_layer(pattern, 0);
    const std::vector<std::string> names = file.names();
    throw InputError(fmt::format("{}: has no array '{}'{}; it has {}", file.path(), wanted,
                                 did_you_mean(wanted, names), names.empty() ? "none" : listed_names(names)));
  }
  return *std::move(found);
}

}  // namespace qklab::weights
