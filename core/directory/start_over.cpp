#include "core/directory/start_over.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/base/error.hpp"
#include "core/store/store_file.hpp"
#include "core/system/file.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

// Only run directories are moved, so that a wrong --out does not move a folder of pictures or sources.
bool is_ours(const fs::path& directory) {
  if (fs::is_empty(directory)) return true;
  constexpr const char* files[] = {"run.db", "run.db.lock", "manifest.json", "run.log"};
  return std::ranges::any_of(files, [&](const char* file) { return fs::exists(directory / file); });
}

bool is_within(const fs::path& inner, const fs::path& outer) {
  return std::ranges::mismatch(outer, inner).in1 == outer.end();
}

fs::path free_name(const fs::path& directory) {
  for (int n = 1;; ++n) {
    fs::path name = directory;
    name += fmt::format(".before-{}", n);
    if (!fs::exists(fs::symlink_status(name))) return name;
  }
}

}  // namespace

std::string move_aside(const std::string& directory) {
  if (!fs::exists(directory)) return "";
  // Resolves links, dots and a slash at the end, so that a suffix can be added to the name.
  const fs::path place = fs::canonical(directory);
  const auto refuse = [&](const std::string& why) {
    throw InputError(fmt::format("--fresh: {} cannot be moved aside: {}", place.string(), why));
  };
  if (!fs::is_directory(place)) refuse("it is no folder");
  if (!is_ours(place)) refuse("it is no run directory; choose another --out DIR");
  if (is_within(fs::current_path(), place)) refuse("the command is run within it; change to another folder");
  const WriterLock nobody_writes(place.string() + "/run.db");
  const fs::path aside = free_name(place);
  std::error_code error;
  fs::rename(place, aside, error);
  if (error) refuse(error.message());
  make_directories(place.string());
  return aside.string();
}

}  // namespace qklab
