// Training described once: each choice of task, model, optimizer and run, as a parameter of experiments, as a
// member of the structs that it sets, and as model.json calls it.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/train/trainer.hpp"

namespace qklab::train {

// Which parameters a training leaves as files.
enum class Saving { none, final, evaluations };
inline constexpr std::array<Named<Saving>, 3> savings = {
    {{"none", Saving::none}, {"final", Saving::final}, {"evaluations", Saving::evaluations}}};

struct Training {
  tasks::TaskConfig task;
  TrainConfig config;
  bool common_draws = false;  // initial parameters are drawn by the seed and the task alone
  std::string from = {};      // a file of parameters to start from; "": none
  Saving saving = Saving::none;
};

struct Field {
  std::optional<Parameter> parameter;  // none: it follows from others
  std::string section, written;        // in model.json; empty: not there
  std::function<void(Training&, const Parameters&)> read;
  std::function<nlohmann::ordered_json(const Training&)> write;
};

// In the order of an experiment's parameters. Made anew when registries have grown, as these say what can be chosen.
std::shared_ptr<const std::vector<Field>> fields();

// `labels`, for experiments that declare their own parameters: with shuffled ones nothing can be learned.
Parameter labels();

// The parameters of all fields, then those that entries of registries have for themselves.
Schema schema();

// Sets what `p` has a parameter for, of all fields or of those named.
void read(Training& into, const Parameters& p, const std::vector<std::string>& names = {});

// The training of an experiment that has all parameters of schema().
Training training_of(const Parameters& params);
// Why such a training cannot run, for the check of the experiment; "" where it can.
std::string problem(const Parameters& params);

// The sections of model.json that say what a run is.
nlohmann::ordered_json written(const Training& of);

}  // namespace qklab::train
