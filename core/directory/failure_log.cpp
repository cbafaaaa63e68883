#include "core/directory/failure_log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "core/directory/version.hpp"
#include "core/system/file.hpp"

namespace qklab {

namespace {

constexpr std::size_t most_files = 1000;

std::string host() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "?";
}

}  // namespace

FailureLog::FailureLog(std::string directory, Telling telling)
    : directory_(std::move(directory)),
      telling_(std::move(telling)),
      log_(std::make_shared<spdlog::logger>(
          "run", std::make_shared<spdlog::sinks::basic_file_sink_mt>(directory_ + "/run.log"))) {
  log_->set_pattern("%Y-%m-%dT%H:%M:%S%z %l %v");
  log_->flush_on(spdlog::level::info);
}

void FailureLog::say(const std::string& line) { log_->info(line); }

std::string FailureLog::add(const TrialSpec& trial, const Result& result) {
  std::string line = fmt::format("{} {}: {} ({})", name_of(result.status), trial_name(trial.id),
                                 result.message, telling_.text(trial.params));
  log_->warn(line);
  if (files_++ >= most_files) return line;
  const std::string file = fmt::format("logs/{}.log", trial_name(trial.id));
  std::string text =
      fmt::format("trial {}: {}\n{}\n\nafter {:.3f} s on {}, {:%FT%TZ}\n\n", trial_name(trial.id),
                  name_of(result.status), result.message, result.seconds, host(),
                  fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
  for (std::size_t i = 0; i < trial.params.schema().size(); ++i)
    text += fmt::format("{}={}\n", trial.params.schema()[i].name, to_text(trial.params[i]));
  make_directories(directory_ + "/logs");
  write_file(directory_ + "/" + file, text + "\n" + version_text() + "\n");
  return fmt::format("{}; {}/{}", line, directory_, file);
}

void FailureLog::drop_those_of(const Store& store) const {
  const std::string logs = directory_ + "/logs";
  if (!std::filesystem::exists(logs)) return;
  const auto statuses = store.statuses();
  std::vector<std::filesystem::path> settled;
  for (const auto& entry : std::filesystem::directory_iterator(logs)) {
    const auto id = parse_trial_name(entry.path().stem().string());
    const auto found = id ? statuses.find(*id) : statuses.end();
    if (found != statuses.end() && found->second == Status::done) settled.push_back(entry.path());
  }
  for (const auto& file : settled) std::filesystem::remove(file);
}

}  // namespace qklab
