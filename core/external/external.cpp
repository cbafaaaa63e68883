#include "core/external/external.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>

#include "core/external/declaration.hpp"
#include "core/external/worker.hpp"
#include "core/trial/unlisted.hpp"

namespace qklab {
namespace {

struct Known {
  Command command;
  std::string declaration;
  const Experiment* experiment;
};

const Experiment& make(const Command& command, const std::string& declaration) {
  Experiment experiment = declared_experiment(declaration);
  const auto names = experiment_names();
  if (std::ranges::find(names, experiment.name) != names.end())
    throw InputError(fmt::format("'{}' is the name of an experiment of qklab", experiment.name));
  const auto workers = std::make_shared<ExternalWorkers>(command, declaration);
  // The experiment stays where it is, as whoever runs a trial of it relies on.
  const auto place = std::make_shared<const Experiment*>(nullptr);
  experiment.run = [workers, place](const Trial& trial, Result& result) {
    workers->run(**place, trial, result);
  };
  const Experiment& kept = keep_unlisted(std::move(experiment));
  *place = &kept;
  return kept;
}

}  // namespace

const Experiment& external_experiment(const Command& command, std::string& declaration) {
  // Several configs of one process may name the same command, and its workers are worth keeping.
  static std::mutex mutex;
  static std::deque<Known> all;
  const std::lock_guard lock(mutex);
  if (declaration.empty()) declaration = declaration_of(command);
  for (const Known& known : all)
    if (known.command == command && known.declaration == declaration) return *known.experiment;
  try {
    all.push_back({command, declaration, &make(command, declaration)});
    return *all.back().experiment;
  } catch (const Error& error) {
    throw InputError(fmt::format("{}: {}", fmt::join(command.words, " "), error.what()));
  }
}

}  // namespace qklab
