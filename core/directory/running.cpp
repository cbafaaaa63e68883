#include "core/directory/running.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "core/base/error.hpp"
#include "core/base/value.hpp"
#include "core/sweep/sweep.hpp"
#include "core/system/file.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds between_writes{1};
constexpr std::chrono::seconds renewed_within{30};  // by a running run, on a slow or shared disk as well

std::string running_path(const std::string& directory) { return directory + "/running.csv"; }

std::optional<RunningTrial> parse_line(const std::string& line) {
  std::istringstream fields(line);
  std::string trial, step, of;
  if (!std::getline(fields, trial, ',') || !std::getline(fields, step, ',') || !std::getline(fields, of))
    return std::nullopt;
  const auto id = parse_trial_name(trial);
  const auto at = parse_integer(step), steps = parse_integer(of);
  if (!id || !at || !steps || *at < 0 || *steps < 1 || *at > *steps) return std::nullopt;
  return RunningTrial{*id, static_cast<std::uint64_t>(*at), static_cast<std::uint64_t>(*steps), 0};
}

}  // namespace

RunningFile::RunningFile(const std::string& directory)
    : path_(running_path(directory)), next_(std::chrono::steady_clock::now()) {
  std::error_code none;
  fs::remove(path_, none);  // left by a run that was killed
}

RunningFile::~RunningFile() {
  std::error_code none;
  if (written_) fs::remove(path_, none);
}

void RunningFile::update(const std::vector<RunningTrial>& running) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_ || (running.empty() && !written_)) return;
  next_ = now + between_writes;
  std::string text = "trial,step,of\n";
  for (const RunningTrial& each : running)
    text += fmt::format("{},{},{}\n", trial_name(each.id), each.step, each.of);
  try {
    write_file(path_, text);
    written_ = true;
  } catch (const Error&) {
  }
}

std::vector<RunningTrial> read_running(const std::string& directory) {
  const std::string path = running_path(directory);
  std::error_code none;
  const auto changed = fs::last_write_time(path, none);
  if (none || fs::file_time_type::clock::now() - changed > renewed_within) return {};
  std::vector<RunningTrial> running;
  try {
    std::istringstream lines(read_file(path));
    for (std::string line; std::getline(lines, line);)
      if (const auto trial = parse_line(line)) running.push_back(*trial);
  } catch (const Error&) {  // the run has just ended
  }
  return running;
}

}  // namespace qklab
