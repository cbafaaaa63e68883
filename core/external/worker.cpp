#include "core/external/worker.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/external/declaration.hpp"
#include "core/process/dialog.hpp"
#include "core/text/text_check.hpp"
#include "core/trial/trial_id.hpp"

namespace qklab {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds look_up{50};  // how often a wait is interrupted to see whether the user asked to stop
constexpr std::chrono::seconds start_limit{120};  // for a program's first line; large libraries load slowly
constexpr std::size_t shown = 200;                // characters of what cannot be understood
constexpr std::size_t longest_name = 64;          // bytes, of a metric that is shown while it runs

// One worker a core: libraries of the program are not to start threads of their own.
std::vector<std::string> environment() {
  std::vector<std::string> set;
  for (const char* const name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"})
    if (!std::getenv(name)) set.push_back(fmt::format("{}=1", name));
  return environment_without([](std::string_view) { return false; }, std::move(set));
}

std::unique_ptr<Dialog> start(const Command& command) {
  return std::make_unique<Dialog>(Process{command.words, environment()});
}

std::string declaration_of(Dialog& worker, const Command& command) {
  if (const auto line = worker.line(start_limit)) return complete_declaration(*line, command.words);
  const bool ended = worker.ended();
  const std::string how = worker.how_it_ended();
  throw Error(ended ? fmt::format("{} before it declared itself", how)
                    : fmt::format("said nothing for {} s, and {}", start_limit.count(), how));
}

// The message of a line; throws Error for what is none, or belongs to another trial.
nlohmann::json message_of(const std::string& line, const std::string& trial) {
  const auto message = nlohmann::json::parse(line, nullptr, false);
  if (!message.is_object())
    throw Error(fmt::format("wrote a line that is no message: {}", line.substr(0, shown)));
  const auto of = message.find("trial");
  if (of == message.end() || *of != trial)
    throw Error(fmt::format("answered for another trial: {}", line.substr(0, shown)));
  return message;
}

void tell_progress(const nlohmann::json& message, const Trial& trial) {
  const auto step = message.find("progress"), of = message.find("of");
  if (!step->is_number_unsigned() || of == message.end() || !of->is_number_unsigned() || *of == 0)
    throw Error("progress: expected a step, and of how many");
  const auto values = message.value("values", nlohmann::json::object());
  if (!values.is_object()) throw Error("progress: values: expected a map from names to numbers");
  std::vector<MetricValue> told;
  for (const auto& [name, value] : values.items()) {
    if (name.empty() || name.size() > longest_name || readable(name) != name)
      throw Error(fmt::format("progress: values: '{}' is no name", readable(name.substr(0, longest_name))));
    told.push_back({name, number_of(value)});
  }
  trial.progress(step->get<std::uint64_t>(), of->get<std::uint64_t>(), told);
}

// Waits for the message that ends the trial.
nlohmann::json answer_of(Dialog& worker, const Trial& trial, double limit) {
  const std::string name = trial_name(trial.id);
  const auto begin = Clock::now();
  for (;;) {
    trial.check();
    const auto line = worker.line(look_up);
    if (line) {
      nlohmann::json message = message_of(*line, name);
      if (!message.contains("progress")) return message;
      tell_progress(message, trial);
    } else if (worker.ended()) {
      throw Error("");  // how it ended says all
    }
    if (limit > 0 && std::chrono::duration<double>(Clock::now() - begin).count() > limit)
      throw Error(fmt::format("took longer than its limit of {} s", shortest(limit)));
  }
}

}  // namespace

std::string declaration_of(const Command& command) {
  try {
    const auto worker = start(command);
    return declaration_of(*worker, command);
  } catch (const Error& error) {
    throw InputError(fmt::format("{}: {}", fmt::join(command.words, " "), error.what()));
  }
}

ExternalWorkers::ExternalWorkers(Command command, std::string declaration)
    : command_(std::move(command)), declaration_(std::move(declaration)) {}

ExternalWorkers::~ExternalWorkers() = default;

std::unique_ptr<Dialog> ExternalWorkers::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
  }
  auto worker = start(command_);
  if (declaration_of(*worker, command_) != declaration_)
    throw Error("the program declares itself otherwise than when the run began; run the same command again");
  return worker;
}

void ExternalWorkers::give_back(std::unique_ptr<Dialog> worker) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(worker));
}

void ExternalWorkers::run(const Experiment& experiment, const Trial& trial, Result& result) {
  auto worker = take();
  nlohmann::json answer;
  try {
    worker->send(trial_message(experiment, trial));
    answer = answer_of(*worker, trial, command_.limit);
  } catch (const Error& error) {
    const std::string what = error.what(), end = worker->how_it_ended();
    throw Error(fmt::format("the program {}{}{}", what, what.empty() ? "" : "; it ", end));
  } catch (const Cancelled&) {
    worker->how_it_ended();
    throw;
  }
  give_back(std::move(worker));
  take_result(answer, result);
}

}  // namespace qklab
