// An experiment that computes nothing, with a parameter of every kind, and functions that read its configs.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "tests/support/reading.hpp"

namespace qklab::specimen {

inline Experiment make() {
  Experiment experiment;
  experiment.name = "specimen";
  experiment.doc = "For tests of configs.";
  experiment.parameters = {
      integer("dim", 64, "width").range(1, 8192),
      integer("length", 32, "tokens").range(1, 4096),
      real("mean", 0.0, "of the spectrum").range(-10, 10),
      real("variance", 1.0, "of the spectrum").at_least(0),
      real("temperature", "divides the logits")
          .above(0)
          .derived("sqrt(dim)", [](const Parameters& p) { return std::sqrt(p.real("dim")); }),
      choice("norm", "pre", {"none", "pre", "post"}, "layer norm"),
      boolean("skip", true, "residual connections"),
      text("task", "sort", "what to learn"),
      real("init.mean", 0.0, "at the start"),
      real("init.variance", 1.0, "at the start").at_least(0),
      integer("train.steps", 300, "updates").at_least(0),
      real("limit", 1.0, "may be infinite").nonfinite_allowed(),
  };
  experiment.check = [](const Parameters& p) -> std::string {
    return p.integer("dim") == 13 ? "dim is unlucky" : "";
  };
  experiment.run = [](const Trial&, Result&) {};
  return experiment;
}

inline const Experiment& experiment() {
  if (const Experiment* known = find_experiment("specimen")) return *known;
  return register_experiment(make());
}

using test::Reading;

inline Reading read_file_text(const std::string& text, const std::vector<std::string>& overrides = {},
                              const std::string& preset = "fast") {
  experiment();
  return test::read_config(text, overrides, preset);
}

// `body` begins at line 3 of the config.
inline Reading read(const std::string& body, const std::vector<std::string>& overrides = {},
                    const std::string& preset = "fast") {
  return read_file_text("name: t\nexperiment: specimen\n" + body, overrides, preset);
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

// The values of the named parameters, one line per trial: "mean=0 seed=1".
inline std::vector<std::string> trials(const Sweep& sweep, const std::vector<std::string>& names) {
  std::vector<std::string> out;
  sweep.for_each([&](const TrialSpec& trial) {
    std::string line;
    for (const std::string& name : names) {
      const auto i = sweep.experiment().parameters.find(name);
      line += (line.empty() ? "" : " ") + name + "=" + to_text(trial.params[*i]);
    }
    out.push_back(line);
    return true;
  });
  return out;
}

// The trials of a config that must be valid; otherwise its messages.
inline std::string trials_of(const std::string& body, const std::vector<std::string>& names,
                             const std::vector<std::string>& overrides = {},
                             const std::string& preset = "fast") {
  const Reading reading = read(body, overrides, preset);
  if (!reading.messages.empty()) return joined(reading.messages);
  return joined(trials(reading.config.sweep, names));
}

}  // namespace qklab::specimen
