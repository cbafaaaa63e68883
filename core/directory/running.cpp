#include "core/directory/running.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/nan.hpp"
#include "core/sweep/sweep.hpp"
#include "core/system/file.hpp"
#include "core/text/json_numbers.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds between_writes{1};
constexpr std::chrono::seconds renewed_within{30};  // by a running run, on a slow or shared disk as well

std::string running_path(const std::string& directory) { return directory + "/running.json"; }

}  // namespace

Json running_json(const RunningTrial& trial) {
  Json metrics = Json::object();
  for (const ToldMetric& told : trial.told) {
    metrics[told.name] = {{"last", json_in_full(told.last)},
                          {"step", json_numbers(told.step)},
                          {"value", json_numbers(told.value)}};
  }
  return {{"trial", trial_name(trial.id)},
          {"about", trial.about},
          {"step", trial.step},
          {"of", trial.of},
          {"seconds_left", json_in_full(trial.left)},
          {"metrics", std::move(metrics)}};
}

namespace {

double number(const Json& json) { return json.is_null() ? nan : json.get<double>(); }

std::vector<double> numbers(const Json& json) {
  std::vector<double> list;
  for (const Json& each : json) list.push_back(number(each));
  return list;
}

// Throws Json::exception or Error for what no run has written.
RunningTrial trial_of(const Json& json) {
  RunningTrial trial;
  const auto id = parse_trial_name(json.at("trial").get<std::string>());
  trial.step = json.at("step").get<std::uint64_t>();
  trial.of = json.at("of").get<std::uint64_t>();
  if (!id || trial.of == 0 || trial.step > trial.of) throw Error("running.json is damaged");
  trial.id = *id;
  trial.about = json.at("about").get<std::string>();
  trial.left = number(json.at("seconds_left"));
  for (const auto& [name, metric] : json.at("metrics").items()) {
    ToldMetric told{name, number(metric.at("last")), numbers(metric.at("step")), numbers(metric.at("value"))};
    if (told.step.size() != told.value.size()) throw Error("running.json is damaged");
    trial.told.push_back(std::move(told));
  }
  return trial;
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

void RunningFile::update(const RunningTrials& running) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_ || (running.trials.empty() && !written_)) return;
  next_ = now + between_writes;
  Json trials = Json::array();
  for (const RunningTrial& each : running.trials) trials.push_back(running_json(each));
  const Json all = {{"seconds_left", json_in_full(running.left)}, {"trials", std::move(trials)}};
  const std::string text = all.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  try {
    write_file(path_, text);
    written_ = true;
  } catch (const Error&) {
  }
}

RunningTrials read_running(const std::string& directory) {
  const std::string path = running_path(directory);
  std::error_code none;
  const auto changed = fs::last_write_time(path, none);
  if (none) return {};
  const auto age = fs::file_time_type::clock::now() - changed;
  if (age > renewed_within) return {};
  // The clocks of a shared disk and of this machine may differ.
  const double since = std::max(0.0, std::chrono::duration<double>(age).count());
  const auto now = [since](double left) { return left > since ? left - since : left >= 0 ? 0 : nan; };
  RunningTrials running;
  try {
    const Json json = Json::parse(read_file(path));
    running.left = now(number(json.at("seconds_left")));
    for (const Json& each : json.at("trials")) {
      running.trials.push_back(trial_of(each));
      running.trials.back().left = now(running.trials.back().left);
    }
  } catch (const Error&) {  // the run has just ended
    return {};
  } catch (const Json::exception&) {  // damaged
    return {};
  }
  return running;
}

}  // namespace qklab
