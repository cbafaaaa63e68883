// Programs that run trials, one trial at a time each, and are kept alive between trials.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/external/command.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {

class Dialog;

// Starts the command and returns what it declares. Throws InputError where it cannot be started, says nothing or says
// nothing that can be read.
std::string declaration_of(const Command& command);

class ExternalWorkers {
 public:
  // A worker that does not make this declaration is not asked anything.
  ExternalWorkers(Command command, std::string declaration);
  ~ExternalWorkers();

  // Runs the trial in a worker that is idle, or in a new one. Throws Error, and ends the worker, where it dies, takes
  // longer than the command's limit, or answers with anything but this trial's result.
  void run(const Experiment& experiment, const Trial& trial, Result& result);

 private:
  std::unique_ptr<Dialog> take();
  void give_back(std::unique_ptr<Dialog> worker);

  const Command command_;
  const std::string declaration_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Dialog>> idle_;
};

}  // namespace qklab
