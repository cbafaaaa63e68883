#include "core/trial/trial_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/system/file.hpp"
#include "core/trial/trial_id.hpp"

namespace qklab {

FileNames::FileNames(std::string_view name) {
  const std::size_t first = std::min(name.find('.'), name.size()),
                    last = std::min(name.rfind('.'), name.size());
  folder = name.substr(0, first);
  if (last > first) number = name.substr(first + 1, last - first - 1);
  extension = last < name.size() ? name.substr(last + 1) : "";
}

bool is_reserved_folder(std::string_view name) {
  constexpr std::array<std::string_view, 6> taken = {"arrays",  "checkpoints", "logs",
                                                     "figures", "confirm",     "slurm"};
  return std::ranges::count(taken, name) > 0;
}

std::string trial_file(std::uint64_t trial, std::string_view name) {
  const FileNames parts(name);
  return fmt::format("{}/{}{}{}.{}", parts.folder, trial_name(trial), parts.number.empty() ? "" : ".",
                     parts.number, parts.extension);
}

bool TrialFiles::has(std::string_view name) const {
  std::error_code none;
  return std::filesystem::is_regular_file(path(name), none);
}

void TrialFiles::write(std::string_view name, std::string_view bytes) const {
  const std::string to = path(name);
  make_directories(to.substr(0, to.rfind('/')));
  write_file(to, bytes);
}

}  // namespace qklab
