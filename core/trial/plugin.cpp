#include "core/trial/plugin.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>

#include "core/text/text_check.hpp"

namespace qklab {

namespace {

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw InputError(fmt::format("{}: {}", path, why));
}

// Throws InputError if this program cannot run the plugin's C++ code. Used for both kinds of header.
void check_build(const std::string& path, int abi, const char* compiler) {
  if (abi != plugin_abi) {
    fail(path,
         fmt::format("was built for plugin ABI {}, this qklab has {}; compile it again", abi, plugin_abi));
  }
  if (std::strcmp(compiler, __VERSION__) != 0) {
    fail(path, fmt::format("was built by compiler {}, this qklab by {}; compile it again with that one",
                           compiler, __VERSION__));
  }
}

// A function's static variable; written by load_plugin, before any trial runs.
FileIdentities& extensions() {
  static FileIdentities all;
  return all;
}

}  // namespace

FileIdentities plugins_of(const Experiment& experiment) {
  FileIdentities all = extensions();
  if (experiment.plugin && std::ranges::find(all, *experiment.plugin) == all.end())
    all.push_back(*experiment.plugin);
  return all;
}

void load_plugin(const std::string& path) {
  if (!std::filesystem::exists(path)) fail(path, "no such plugin");
  // dlopen searches the system's folders for a name without a slash.
  const std::string place = std::filesystem::absolute(path).string();
  // A config may name a library that the command line has loaded.
  static std::set<std::string> loaded;
  if (!loaded.insert(std::filesystem::canonical(path).string()).second) return;
  FileIdentity identity = identify_file(place);
  identity.path = readable(place);
  void* library = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) fail(path, fmt::format("cannot be loaded: {}", dlerror()));
  const auto* extension = static_cast<const ExtensionHeader*>(dlsym(library, "qklab_extension"));
  const auto* header = static_cast<const PluginHeader*>(dlsym(library, "qklab_plugin"));
  if (!extension && !header) {
    fail(
        path,
        "is no qklab plugin: it has no QKLAB_EXPERIMENT(...) or QKLAB_REGISTER(...), or was compiled without "
        "-DQKLAB_PLUGIN");
  }
  if (extension) {
    check_build(path, extension->abi, extension->compiler);
    try {
      extension->add();
    } catch (const Error& error) {
      fail(path, error.what());
    }
    extensions().push_back(identity);
  }
  if (header) {
    check_build(path, header->abi, header->compiler);
    declare_experiment(header->make, identity);
  }
  experiments();  // creates the experiment, so that its errors show here
}

}  // namespace qklab
