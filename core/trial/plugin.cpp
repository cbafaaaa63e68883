#include "core/trial/plugin.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstring>
#include <filesystem>

#include "core/text/text_check.hpp"

namespace qklab {

const Experiment& load_plugin(const std::string& path) {
  const auto fail = [&path](const std::string& why) -> void {
    throw InputError(fmt::format("{}: {}", path, why));
  };
  if (!std::filesystem::exists(path)) fail("no such plugin");
  // dlopen would search the system's folders for a name without a slash.
  const std::string place = std::filesystem::absolute(path).string();
  FileIdentity identity = identify_file(place);
  identity.path = readable(place);
  void* library = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) fail(fmt::format("cannot be loaded: {}", dlerror()));
  const auto* header = static_cast<const PluginHeader*>(dlsym(library, "qklab_plugin"));
  if (!header)
    fail("is no qklab plugin: it has no QKLAB_EXPERIMENT(...), or was compiled without -DQKLAB_PLUGIN");
  if (header->abi != plugin_abi) {
    fail(fmt::format("was built for plugin ABI {}, this qklab has {}; compile it again", header->abi,
                     plugin_abi));
  }
  if (std::strcmp(header->compiler, __VERSION__) != 0) {
    fail(fmt::format("was built by compiler {}, this qklab by {}; compile it again with that one",
                     header->compiler, __VERSION__));
  }
  Experiment experiment = header->make();
  experiment.plugin = identity;
  return register_experiment(std::move(experiment));
}

}  // namespace qklab
