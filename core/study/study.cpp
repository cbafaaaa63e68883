#include "core/study/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/compare/stored.hpp"
#include "core/compare/verify.hpp"
#include "core/confirm/confirming_run.hpp"
#include "core/directory/series_needed.hpp"

namespace qklab {

const std::atomic<bool> Study::never{false};

Study Study::of_config(const std::string& file, const std::vector<std::string>& overrides,
                       const std::string& preset, std::string directory) {
  ConfigSource source = read_source(file);
  source.overrides = overrides;
  source.preset = preset;
  Loaded loaded = load_config(source);
  if (directory.empty()) directory = default_directory(loaded.config);
  return {std::move(loaded), std::move(directory)};
}

Study Study::open(const std::string& directory) { return {open_directory(directory).loaded, directory}; }

RunEnd Study::run(RunRequest request, const Listener& listener, const std::atomic<bool>& stop) {
  request.directory = directory_;
  for (const std::string& remark : look_ahead(loaded_, request))
    if (listener.remark) listener.remark(remark);
  return qklab::run(loaded_, request, listener, stop);
}

ConfirmEnd Study::confirm(const RunRequest& request, const Listener& listener,
                          const std::atomic<bool>& stop) {
  ConfirmPlan plan = plan_confirmation(directory_, request);
  for (const std::string& remark : plan.remarks)
    if (listener.remark) listener.remark(remark);
  return qklab::confirm(plan, listener, stop);
}

Results Study::results(const std::vector<std::string>& series) const {
  if (!std::filesystem::exists(store_path(directory_))) return open_directory(directory_).results;
  std::vector<std::string> wanted = series_needed(loaded_.figures, loaded_.claims);
  for (const std::string& name : series)
    if (std::ranges::find(wanted, name) == wanted.end()) wanted.push_back(name);
  return Store(store_path(directory_), Store::Mode::read).load(loaded_.config.sweep, wanted);
}

std::vector<Verdict> Study::judge() const {
  return judge_directory(loaded_.config, loaded_.claims, results(), directory_);
}

std::vector<std::string> Study::verify() const {
  return verify_directory(loaded_.config, results(), directory_);
}

std::vector<std::string> Study::replay(std::size_t count, const Sameness& wanted) const {
  const Stored stored = find_stored({.target = directory_, .trials = count});
  std::vector<std::string> differences;
  for (const TrialRecord& trial : stored.chosen)
    for (const std::string& difference : replay_trial(stored, trial, wanted, never))
      differences.push_back(fmt::format("{}: {}", trial_name(trial.id), difference));
  return differences;
}

}  // namespace qklab
