#include "core/cli/shipped.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/base/error.hpp"
#include "core/directory/version.hpp"

namespace qklab {

namespace fs = std::filesystem;

std::string shipped_directory() {
  const fs::path here = "configs";
  const fs::path installed = installed_prefix() / "share/qklab/configs";
  const fs::path source = fs::path(source_directory()) / "configs";
  std::error_code none;
  for (const fs::path& place : {installed, source}) {
    if (!fs::is_directory(place, none)) continue;
    return fs::equivalent(place, here, none) ? here.string() : place.string();
  }
  if (fs::is_directory(here, none)) return here.string();
  throw InputError(
      fmt::format("no shipped figures: neither {} nor {} is there", installed.string(), source.string()));
}

std::vector<std::string> shipped_figures() {
  const std::string directory = shipped_directory();
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  // Figures on which others depend come first, in the order of order.txt; the rest follows by name.
  auto next = names.begin();
  std::ifstream order(directory + "/order.txt");
  for (std::string name; std::getline(order, name);) {
    const auto found = std::find(next, names.end(), name);
    if (found != names.end()) std::rotate(next++, found, found + 1);
  }
  return names;
}

}  // namespace qklab
