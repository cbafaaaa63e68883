#include <fmt/format.h>

#include "core/system/file.hpp"
#include "core/weights/layouts/mapping.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab::weights {

namespace {

// A name with {layer} in it; `needed`: whether it must have one.
void read_pattern(MapReader& map, const char* key, std::string& into, bool needed = true) {
  const auto text = map.text(key);
  if (!text) return;
  into = *text;
  if (needed && into.find("{layer}") == std::string::npos && into.find("{previous}") == std::string::npos)
    map.diagnostics().error(map.place(key),
                            fmt::format("'{}': expected a name with {{layer}} in it, got '{}'", key, into));
}

int read_count(MapReader& map, const char* key) {
  const auto count = map.integer(key);
  if (!count) return 0;
  if (*count < 1 || *count > 1 << 20)
    map.diagnostics().error(
        map.place(key), fmt::format("'{}': expected an integer in [1, {}], got {}", key, 1 << 20, *count));
  return static_cast<int>(*count);
}

void check(MapReader& map, const Mapping& mapping) {
  const int ways = (mapping.query.empty() && mapping.key.empty() ? 0 : 1) + (mapping.fused.empty() ? 0 : 1) +
                   (mapping.combined.empty() ? 0 : 1);
  if (ways != 1 || mapping.query.empty() != mapping.key.empty())
    map.diagnostics().error(map.place(), "a mapping needs either query and key, or fused, or combined");
  if (mapping.first().find("{previous}") != std::string::npos)
    map.diagnostics().error(map.place(), "{previous} is for norms: queries and keys have {layer}");
}

}  // namespace

Mapping read_mapping(const std::string& path) {
  const YamlFile file(path, read_file(path));
  Diagnostics diagnostics;
  const YAML::Node node = parse_yaml(file, diagnostics);
  diagnostics.throw_if_any();
  MapReader map(node, file, diagnostics, "mapping");
  Mapping mapping;
  mapping.needs_biases = true;
  read_pattern(map, "query", mapping.query);
  read_pattern(map, "key", mapping.key);
  read_pattern(map, "fused", mapping.fused);
  read_pattern(map, "combined", mapping.combined);
  read_pattern(map, "query_bias", mapping.query_bias);
  read_pattern(map, "key_bias", mapping.key_bias);
  read_pattern(map, "fused_bias", mapping.fused_bias);
  read_pattern(map, "norm", mapping.norm);
  read_pattern(map, "norm_bias", mapping.norm_bias);
  read_pattern(map, "first_norm", mapping.first_norm, false);
  read_pattern(map, "first_norm_bias", mapping.first_norm_bias, false);
  mapping.is_out_in = map.choice("order", {"out_in", "in_out"}).value_or("out_in") == "out_in";
  mapping.is_interleaved = map.boolean("interleaved").value_or(false);
  mapping.is_rotary = map.boolean("rotary").value_or(false);
  mapping.heads = read_count(map, "heads");
  mapping.groups = read_count(map, "groups");
  map.finish();
  if (diagnostics.empty()) check(map, mapping);
  diagnostics.throw_if_any();
  return mapping;
}

}  // namespace qklab::weights
