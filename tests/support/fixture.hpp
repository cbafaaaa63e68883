// An experiment with invented results, for all tests of figures and claims.
#pragma once

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>

#include "core/claims/claim.hpp"
#include "core/figures/figure.hpp"
#include "core/system/file.hpp"

namespace qklab::probe {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

inline const Experiment& experiment() {
  static const Experiment& registered = []() -> const Experiment& {
    Experiment e;
    e.name = "probe";
    e.doc = "invented results";
    e.parameters = Schema{real("mean", 0, "of the eigenvalues"), real("variance", 1, "of the eigenvalues"),
                          choice("norm", "pre", {"post", "pre", "none"}, "where layer norm stands"),
                          integer("samples", 4000, "draws")};
    e.scalars = {{"contrast", "", "max - min support", ""}, {"entropy", "nats", "of attention", ""}};
    e.series = {{"support", "", "probability to be attended to", "position"},
                {"support_theory", "", "closed form of support", "position"},
                {"residual", "", "distance from rank one", "layer"}};
    e.overlays = {{"support", "support_theory"}};
    e.claims =
        "- {id: own, text: contrast is large, test: difference, metric: contrast, reference: 0, at_least: "
        "0.9}\n"
        "- {id: other, text: entropy is positive, test: bound, metric: entropy, at_least: 0}\n";
    e.run = [](const Trial&, Result&) {};
    return register_experiment(std::move(e));
  }();
  return registered;
}

// A config of this experiment; `rest` contains params, sweep, seeds, figures and claims.
inline Config config(const std::string& rest, Diagnostics& diagnostics) {
  experiment();
  ConfigSource source;
  source.file = "test.yaml";
  source.text = "name: test\nexperiment: probe\n" + rest;
  return parse_config(source, diagnostics);
}

inline Config config(const std::string& rest) {
  Diagnostics diagnostics;
  Config result = config(rest, diagnostics);
  diagnostics.throw_if_any();
  return result;
}

inline std::vector<Figure> figures(const Config& config) {
  Diagnostics diagnostics;
  auto result = parse_figures(config, diagnostics);
  diagnostics.throw_if_any();
  return result;
}

inline std::vector<Claim> claims(const Config& config) {
  Diagnostics diagnostics;
  auto result = parse_claims(config, diagnostics);
  diagnostics.throw_if_any();
  return result;
}

// The messages of a config's figures and claims, joined by newlines.
inline std::string complaints(const std::string& rest) {
  Diagnostics diagnostics;
  const Config parsed = config(rest, diagnostics);
  parse_figures(parsed, diagnostics);
  parse_claims(parsed, diagnostics);
  std::string text;
  for (const std::string& message : diagnostics.messages()) text += message + '\n';
  return text;
}

inline Series series(std::vector<double> values) {
  Series s;
  for (std::size_t i = 0; i < values.size(); ++i) s.index.push_back(static_cast<double>(i + 1));
  s.value = std::move(values);
  return s;
}

// A stream of noise that depends only on the trial.
inline Stream noise(const TrialRecord& trial) {
  return Stream(static_cast<std::uint64_t>(trial.params.integer("seed")), trial.id, "noise");
}

// Results of all trials of a config; `fill` sets scalars, series and status of each. At first both scalars
// are NaN and all series are empty.
inline Results results(const Config& config, const std::function<void(TrialRecord&)>& fill) {
  Results r;
  r.experiment = config.experiment;
  config.sweep.for_each([&](const TrialSpec& spec) {
    TrialRecord trial;
    trial.id = spec.id;
    trial.params = spec.params;
    trial.scalars.assign(2, not_a_number);
    trial.series.resize(3);
    fill(trial);
    r.trials.push_back(std::move(trial));
    return true;
  });
  return r;
}

// A new directory, removed at the end of the scope.
struct Folder {
  std::filesystem::path path;
  explicit Folder(const std::string& name)
      : path(std::filesystem::temp_directory_path() / ("qklab_" + name + "_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string& name) const { return read_file((path / name).string()); }
};

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace qklab::probe
