#include "core/trial/trial_files.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "core/store/merge.hpp"
#include "core/store/store_health.hpp"
#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

// Leaves a file and two of a family; with `keep` 0 none.
const Experiment& keeper() {
  if (const Experiment* known = find_experiment("keeper")) return *known;
  Experiment keeper;
  keeper.name = "keeper";
  keeper.parameters = {real("x", 0.0, ""), integer("keep", 0, "").aside(),
                       integer("later", 0, "").added_later()};
  keeper.scalars = {{"drawn", "", "", ""}};
  keeper.files = {{"notes.txt", "", "", ""}, {"notes.S.txt", "", "", "step"}};
  keeper.run = [](const Trial& trial, Result& result) {
    result.scalar("drawn", trial.stream("x").uniform());
    if (trial.params.integer("keep") == 0 || !trial.keeps_files()) return;
    for (const char* name : {"notes.txt", "notes.2.txt", "notes.10.txt"}) {
      trial.file(name, std::string(name) + " of " + to_text(trial.params.real("x")));
      result.file(name);
    }
  };
  return register_experiment(keeper);
}

Sweep keepers(const std::string& keep) {
  return sweep_of(keeper(), "sweep: {x: [1, 2]}\nparams: {keep: " + keep + "}\n");
}

}  // namespace

TEST_CASE("files: the name of a declaration says folder, number and extension") {
  const FileNames one("weights.safetensors"), member("weights.12.safetensors");
  CHECK(one.folder == "weights");
  CHECK(one.number == "");
  CHECK(one.extension == "safetensors");
  CHECK(member.number == "12");
  CHECK(trial_file(1, "weights.safetensors") == "weights/0000000000000001.safetensors");
  CHECK(trial_file(1, "weights.12.safetensors") == "weights/0000000000000001.12.safetensors");
}

TEST_CASE("files: a declaration that names no file, or a folder that is taken, is an error") {
  const auto declared = [](const char* name) {
    Experiment experiment;
    experiment.name = "bad";
    experiment.run = [](const Trial&, Result&) {};
    experiment.files = {{name, "", "", ""}};
    return message_of([&] { register_experiment(experiment); });
  };
  for (const char* name : {"weights", "weights.", ".txt", "arrays.txt", "figures.S.txt", "a/b.txt"})
    CHECK_MESSAGE(contains(declared(name), "expected folder.extension"), name);
}

TEST_CASE("files: trials leave what they name, with checksums, and merging copies it") {
  const Scratch scratch, other;
  const Sweep sweep = keepers("1");
  {
    Store store(scratch.db(), Store::Mode::write);
    store.set_source({}, "keeper", 1);
    RunOptions options;
    options.directory = scratch.path;
    run_trials(sweep, store, options, never);
  }
  const std::string trial = trial_name(specs_of(sweep)[1].id);
  CHECK(read_file(scratch.path + "/notes/" + trial + ".txt") == "notes.txt of 2");
  CHECK(read_file(scratch.path + "/notes/" + trial + ".10.txt") == "notes.10.txt of 2");
  CHECK(check_store(scratch.path).is_good());
  CHECK(check_store(scratch.path).intact == 2);
  merge({scratch.path}, other.path + "/merged", "", false);
  CHECK(read_file(other.path + "/merged/notes/" + trial + ".2.txt") == "notes.2.txt of 2");
  CHECK(check_store(other.path + "/merged").is_good());
  write_file(scratch.path + "/notes/" + trial + ".2.txt", "changed");
  CHECK(check_store(scratch.path).arrays == std::vector<std::string>{"notes/" + trial + ".2.txt"});
}

TEST_CASE("files: a trial that is only computed again writes none") {
  const Sweep sweep = keepers("1");
  const Result result = run_trial(keeper(), specs_of(sweep)[0], never);
  CHECK(result.status == Status::done);
  CHECK(result.files.empty());
}

TEST_CASE("files: one that is not declared, or is named twice, fails the trial") {
  Result result(keeper());
  result.file("notes.3.txt");
  CHECK(contains(message_of([&] { result.file("notes.3.txt"); }), "file 'notes.3.txt' is set twice"));
  CHECK(contains(message_of([&] { result.file("note.txt"); }),
                 "declares no file 'note.txt' (did you mean 'notes.txt'?)"));
  CHECK(message_of([&] { result.file("notes.x.txt"); }) != "");
}

TEST_CASE("aside: trials that differ in such a parameter alone are others, and draw the same numbers") {
  const auto none = specs_of(keepers("0")), some = specs_of(keepers("3"));
  const auto later = specs_of(sweep_of(keeper(), "sweep: {x: [1, 2]}\nparams: {later: 3}\n"));
  for (std::size_t i = 0; i < none.size(); ++i) {
    CHECK(none[i].id != some[i].id);
    CHECK(stream_key(none[i].id, none[i].params) == none[i].id);
    CHECK(stream_key(some[i].id, some[i].params) == none[i].id);
    CHECK(stream_key(later[i].id, later[i].params) == later[i].id);
    CHECK(run_trial(keeper(), none[i], never).scalars == run_trial(keeper(), some[i], never).scalars);
    CHECK(run_trial(keeper(), none[i], never).scalars != run_trial(keeper(), later[i], never).scalars);
  }
}
