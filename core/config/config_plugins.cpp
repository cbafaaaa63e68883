#include "core/config/config_plugins.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "core/trial/plugin.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

void load_plugins_of(const ConfigSource& source) {
  const YamlFile file(source.file, source.text);
  Diagnostics elsewhere;  // what else is wrong with the config is reported when it is parsed
  const YAML::Node root = parse_yaml(file, elsewhere);
  if (!root.IsMap() || !root["plugin"]) return;
  const YAML::Node plugin = root["plugin"];
  Diagnostics diagnostics;
  MapReader map(root, file, diagnostics, "config");
  for (const std::string& name : map.texts("plugin")) {
    const std::string path =
        (std::filesystem::path(source.file).parent_path() / std::filesystem::path(name)).string();
    try {
      load_plugin(path);
    } catch (const InputError& error) {
      diagnostics.error(place_of(plugin, file), fmt::format("plugin: {}", error.what()));
    }
  }
  diagnostics.throw_if_any();
}

}  // namespace qklab
