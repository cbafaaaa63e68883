// A study: a sweep and the run directory with its results. It is the interface for other programs, made of the
// functions that the verbs of qklab call. Nothing here prints.
//
//     Study study = Study::of_config("walk.yaml", {"mean=0,0.5", "seeds=8"});
//     study.run();
//     for (const Verdict& verdict : study.judge()) ...
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "core/compare/replay.hpp"
#include "core/study/beforehand.hpp"
#include "core/study/confirm.hpp"
#include "core/study/run.hpp"

namespace qklab {

class Study {
 public:
  // Reads a YAML file and checks it together with its figures and claims; overrides are written as on the
  // command line, "mean=0,0.5". `directory` is for the results, by default results/<name>. Nothing is
  // written. Throws InputError with every message, each with its position in the file.
  static Study of_config(const std::string& file, const std::vector<std::string>& overrides = {},
                         const std::string& preset = "fast", std::string directory = {});
  // Opens the results of a run directory. Throws InputError if it is not one.
  static Study open(const std::string& directory);

  const Config& config() const { return loaded_.config; }
  const std::vector<Figure>& figures() const { return loaded_.figures; }
  const std::vector<Claim>& claims() const { return loaded_.claims; }
  const std::string& directory() const { return directory_; }

  // Runs what is missing and derives tables, figures, verdicts and report; see run.hpp. The study sets
  // request.directory. Throws InputError before anything is written if the sweep or a figure is impossible.
  RunEnd run(RunRequest request = {}, const Listener& listener = {}, const std::atomic<bool>& stop = never);

  // Runs what the claims read on the seeds that the config reserves, and judges these; see confirm.hpp.
  ConfirmEnd confirm(const RunRequest& request = {}, const Listener& listener = {},
                     const std::atomic<bool>& stop = never);

  // Finished trials in the sweep's order, with all series that figures and claims read and those that are
  // named.
  Results results(const std::vector<std::string>& series = {}) const;
  std::vector<Verdict> judge() const;  // the verdicts of the claims on finished trials
  // One line for each derived output that does not follow from the results; see compare/verify.hpp.
  std::vector<std::string> verify() const;
  // Runs `count` finished trials, chosen at random, again; see compare/replay.hpp. Returns the differences,
  // one line each.
  std::vector<std::string> replay(std::size_t count, const Sameness& wanted = {}) const;

 private:
  static const std::atomic<bool> never;

  Study(Loaded loaded, std::string directory)
      : loaded_(std::move(loaded)), directory_(std::move(directory)) {}

  Loaded loaded_;
  std::string directory_;
};

}  // namespace qklab
