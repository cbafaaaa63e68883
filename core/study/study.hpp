// A study: a sweep and the run directory that its results lie in. For programs of one's own, as the verbs of
// qklab's are; nothing here prints.
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
#include "core/study/run.hpp"

namespace qklab {

class Study {
 public:
  // Reads a YAML file and checks it, its figures and its claims; overrides as on the command line,
  // "mean=0,0.5". `directory`: where its results go, by default results/<name>. Nothing is written. Throws
  // InputError with every message, each with its place in the file.
  static Study of_config(const std::string& file, const std::vector<std::string>& overrides = {},
                         const std::string& preset = "fast", std::string directory = {});
  // What a run directory holds the results of. Throws InputError where it is none.
  static Study open(const std::string& directory);

  const Config& config() const { return loaded_.config; }
  const std::vector<Figure>& figures() const { return loaded_.figures; }
  const std::vector<Claim>& claims() const { return loaded_.claims; }
  const std::string& directory() const { return directory_; }

  // Runs what is missing and derives tables, figures, verdicts and report; see run.hpp, whose
  // request.directory is set by the study. Throws InputError before anything is written where the sweep or a
  // figure cannot be.
  RunEnd run(RunRequest request = {}, const Listener& listener = {}, const std::atomic<bool>& stop = never);

  // Finished trials in the sweep's order, with all that figures and claims read and the series that are
  // named.
  Results results(const std::vector<std::string>& series = {}) const;
  std::vector<Verdict> judge() const;  // of the claims, on what is finished
  // What does not follow from the results of all that was derived from them, a line each; see
  // compare/verify.hpp.
  std::vector<std::string> verify() const;
  // Runs finished trials again, `count` drawn at random; see compare/replay.hpp. Returns what differs, a line
  // each.
  std::vector<std::string> replay(std::size_t count, const Sameness& wanted = {}) const;

 private:
  static const std::atomic<bool> never;

  Study(Loaded loaded, std::string directory)
      : loaded_(std::move(loaded)), directory_(std::move(directory)) {}

  Loaded loaded_;
  std::string directory_;
};

}  // namespace qklab
