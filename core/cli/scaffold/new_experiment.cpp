#include "core/cli/scaffold/new_experiment.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "core/cli/command.hpp"
#include "core/cli/scaffold/template.hpp"
#include "core/config/config.hpp"
#include "core/directory/version.hpp"
#include "core/system/file.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

std::string fill(std::string_view text, std::string_view mark, std::string_view value) {
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t found = text.find(mark, at);
    out += text.substr(at, found - at);
    if (found == std::string_view::npos) return out;
    out += value;
    at = found + mark.size();
  }
}

void write_new(const std::string& path, const std::string& content) {
  write_file(path, content);
  fmt::print("wrote {}\n", path);
}

void refuse_overwriting(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (fs::exists(path)) throw InputError(fmt::format("{}: exists; nothing was written", path));
  }
}

// Quotes text as an argument in CMake's language.
std::string cmake_quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"' || c == '$') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

// The line that a plugin's CMakeLists.txt includes: the installed package, or the tree that this program was
// built in.
std::string plugin_cmake() {
  const fs::path installed = installed_prefix() / "lib/cmake/qklab/plugin.cmake";
  return fs::exists(installed)
             ? fmt::format("find_package(qklab REQUIRED PATHS {})", cmake_quoted(installed_prefix().string()))
             : fmt::format("include({})", cmake_quoted(source_directory() + "/cmake/plugin.cmake"));
}

}  // namespace

void check_experiment_name(const std::string& name) {
  bool identifier = !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0]));
  for (const char c : name)
    identifier = identifier && (std::isalnum(static_cast<unsigned char>(c)) || c == '_');
  if (!identifier) {
    throw InputError(
        fmt::format("'{}' is no name for an experiment: letters, digits and _ only, no digit first", name));
  }
  // Names with a meaning in CMake or YAML; the experiment's name is also that of the target and of the
  // config.
  static const std::set<std::string> taken = {
      "all",     "clean",         "depend", "edit_cache", "help",
      "install", "package",       "test",   "preinstall", "package_source",
      "null",    "rebuild_cache", "Null",   "NULL",       "list_install_components"};
  if (taken.contains(name))
    throw InputError(
        fmt::format("'{}' is no name for an experiment: CMake or YAML takes it for something else", name));
  if (find_experiment(name)) throw InputError(fmt::format("there is an experiment '{}' already", name));
}

void new_plugin(const std::string& name, const std::string& directory) {
  refuse_overwriting({directory});
  make_directories(directory);
  write_new(fmt::format("{}/{}.cpp", directory, name), fill(experiment_template, "NAME", name));
  write_new(fmt::format("{}/{}.yaml", directory, name), fill(config_template, "NAME", name));
  write_new(directory + "/CMakeLists.txt",
            fill(fill(cmake_template, "@NAME@", name), "@PLUGIN@", plugin_cmake()));
  const std::string build = directory + "/build";
  fmt::print("build: {} && {}\n", shell_line({"cmake", "-S", directory, "-B", build}),
             shell_line({"cmake", "--build", build}));
  fmt::print("run:   {}\n", shell_line({"qklab", "run", fmt::format("{}/{}.yaml", directory, name),
                                        "--plugin", fmt::format("{}/{}.so", build, name)}));
  fmt::print("test:  {}\n", shell_line({"ctest", "--test-dir", build}));
}

void new_in_tree(const std::string& name) {
  const std::string source = fmt::format("experiments/{}.cpp", name),
                    config = fmt::format("configs/{}.yaml", name),
                    test = fmt::format("tests/experiments/{}.cpp", name);
  if (!fs::exists("core/trial/experiment.hpp")) {
    throw InputError("--in-tree: the current folder is not the root of qklab's source");
  }
  refuse_overwriting({source, config, test});
  write_new(source, fill(experiment_template, "NAME", name));
  write_new(config, fill(config_template, "NAME", name));
  write_new(test, fill(test_template, "NAME", name));
  fmt::print("build and test: ./lab test\nrun: build/release/qklab run {}\n", config);
}

}  // namespace qklab
