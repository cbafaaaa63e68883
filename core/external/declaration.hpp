// What a program that runs as an experiment states about itself, and the messages that are exchanged with it.
// docs/process-experiment.md describes them for whoever writes such a program.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/trial/experiment.hpp"

namespace qklab {

inline constexpr int external_protocol = 1;

// A program's first line, {"hello": {...}, "protocol": 1}, with the words of the command that are files added to those
// that it names: they are looked for once, and results are stored with this. Throws InputError for a line that is no
// such declaration.
std::string complete_declaration(const std::string& first_line, const std::vector<std::string>& command);

// The experiment of a complete declaration, without `run`. Each file becomes a parameter source_1, source_2, ..., through
// which its content is part of a trial's identity. Throws InputError where the declaration contradicts itself.
Experiment declared_experiment(const std::string& declaration);

// A number of a message. JSON has no NaN and no infinity: null, or their names as text, stand for them. Throws Error.
double number_of(const nlohmann::json& json);

// {"trial": NAME, "parameters": {...}}
std::string trial_message(const Experiment& experiment, const Trial& trial);
// Takes over a message that ends the trial: "result", "failed" or "diverged". Throws Error for any other.
void take_result(const nlohmann::json& message, Result& result);

}  // namespace qklab
