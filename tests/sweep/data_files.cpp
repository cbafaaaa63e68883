#include "core/sweep/data_files.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>

#include "core/base/sha256.hpp"
#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

std::function<void()> while_it_reads;

int asked = 0;

std::string content_problem(const Parameters& p) {
  ++asked;
  const std::string content = read_file(p.text("first"));
  const bool enough = content.size() >= p.count("least");
  return enough ? "" : p.text("first") + ": holds " + content + " only";
}

// Reads one file always, and another where its mode is both.
const Experiment& reader() {
  if (const Experiment* known = find_experiment("reader")) return *known;
  const auto both = [](const Parameters& p) { return p.text("mode") == "both"; };
  Experiment reader;
  reader.name = "reader";
  reader.parameters = {choice("mode", "one", {"one", "both"}, ""),
                       text("first", "", "").file().content({"least"}, content_problem),
                       integer("least", 0, "bytes"), text("second", "/nowhere", "").file(both)};
  reader.scalars = {{"size", "", "of the first", ""}};
  reader.run = [](const Trial& trial, Result& result) {
    result.scalar("size", static_cast<double>(read_file(trial.params.text("first")).size()));
    if (while_it_reads) while_it_reads();
  };
  return register_experiment(reader);
}

Config config_of(const std::string& body, std::optional<FileIdentities> files = {}) {
  ConfigSource source;
  source.file = "t.yaml";
  source.text = "name: t\nexperiment: " + reader().name + "\n" + body;
  source.files = std::move(files);
  Diagnostics diagnostics;
  const Config config = parse_config(source, diagnostics);
  diagnostics.throw_if_any();
  return config;
}

struct Data : TemporaryFolder {
  std::string first = path + "/first", second = path + "/second";
  std::string one = "params: {first: '" + first + "'}\n";
  std::string both = "params: {mode: both, first: '" + first + "', second: '" + second + "'}\n";
  Data() {
    write_file(first, "alpha");
    write_file(second, "beta");
  }
};

}  // namespace

TEST_CASE(
    "data files: a trial's identity covers the content of every file it reads, and nothing else of them") {
  const Data data;
  const auto one = config_of(data.one).sweep.ids(), both = config_of(data.both).sweep.ids();
  namespace fs = std::filesystem;
  fs::last_write_time(data.first, fs::file_time_type::clock::now() - std::chrono::hours(1000));
  CHECK(config_of(data.one).sweep.ids() == one);
  write_file(data.second, "gamma");
  CHECK(config_of(data.one).sweep.ids() == one);  // does not read it
  CHECK(config_of(data.both).sweep.ids() != both);
  write_file(data.first, "delta");
  CHECK(config_of(data.one).sweep.ids() != one);
  write_file(data.first, "alpha");
  write_file(data.second, "beta");
  CHECK(config_of(data.one).sweep.ids() == one);
  CHECK(config_of(data.both).sweep.ids() == both);
}

TEST_CASE("data files: swapping the contents of two files is a change") {
  const Data data;
  const auto before = config_of(data.both).sweep.ids();
  write_file(data.first, "beta");
  write_file(data.second, "alpha");
  CHECK(config_of(data.both).sweep.ids() != before);
}

TEST_CASE("data files: trials that read none are what they were") {
  const Sweep sweep = config_of("").sweep;
  CHECK(sweep.files().empty());
  for (const TrialSpec& trial : specs_of(sweep)) CHECK(trial.id == trial_id(reader(), trial.params));
}

TEST_CASE("data files: size and hash are kept, and what is stored needs no file any more") {
  const Data data;
  const Config config = config_of(data.one);
  REQUIRE(config.source.files);
  REQUIRE(config.source.files->size() == 1);
  CHECK(config.source.files->front() == FileIdentity{data.first, 5, sha256("alpha")});
  CHECK(parse_files_json(files_json(*config.source.files)) == *config.source.files);
  const Scratch scratch;
  {
    Store store(scratch.db(), Store::Mode::write);
    store.set_source(config.source, "reader", 1);
    run_trials(config.sweep, store, {}, never);
  }
  std::filesystem::remove(data.first);
  const Store store(scratch.db(), Store::Mode::read);
  const Config again = config_of(data.one, store.source().files);
  CHECK(again.sweep.ids() == config.sweep.ids());
  const Results results = store.load(again.sweep, {});
  REQUIRE(results.trials.size() == 1);
  write_trials_csv(scratch.path + "/trials.csv", results);
  write_series_csv(scratch.path + "/series.csv", results);
  CHECK(read_csv(scratch.path, reader(), again.sweep.files()).trials.size() == 1);
  CHECK(contains(message_of([&] { read_csv(scratch.path, reader()); }), "is not that of these parameters"));
}

TEST_CASE("data files: one that cannot be read is told where it is named, before anything runs") {
  const Data data;
  const auto message = [](const std::string& body) { return message_of([&] { config_of(body); }); };
  CHECK(message("params:\n  first: /no/such/file\n") ==
        "t.yaml:4:10: 'first': /no/such/file: cannot be read: No such file or directory");
  CHECK(message("params: {first: /}\n") == "t.yaml:3:17: 'first': /: is a directory, not a file");
  // Each file of an axis is reported at its value, a default one where the experiment is named.
  CHECK(message("sweep: {first: [/none/a, '" + data.first + "', /none/b]}\n") ==
        "t.yaml:3:16: 'first': /none/a: cannot be read: No such file or directory\n"
        "t.yaml:3:16: 'first': /none/b: cannot be read: No such file or directory");
  CHECK(message("params: {mode: both}\n") ==
        "t.yaml:2:13: 'second': /nowhere: cannot be read: No such file or directory");
  CHECK(message("sweep: {mode: [one, both]}\nwhere: mode == 'one'\n") == "");
}

TEST_CASE("data files: content that would fail every trial is told where what it follows from is set") {
  const Data data;
  const auto message = [](const std::string& body) { return message_of([&] { config_of(body); }); };
  const std::string problem = "'first': " + data.first + ": holds alpha only";
  CHECK(message("params:\n  first: '" + data.first + "'\n  least: 6\n") == "t.yaml:4:11: " + problem);
  CHECK(message("sweep:\n  least: [1, 6]\nparams:\n  first: '" + data.first + "'\n") ==
        "t.yaml:6:11: " + problem);
  CHECK(message("params: {first: '" + data.first + "', least: 5}\n") == "");
  // A file that cannot be read is reported as such, and only once.
  CHECK(message("params: {first: /no/such/file, least: 5}\n") ==
        "t.yaml:3:17: 'first': /no/such/file: cannot be read: No such file or directory");
}

TEST_CASE("data files: content is looked at once for all trials to which the same holds") {
  const Data data;
  asked = 0;
  config_of(data.one + "sweep: {least: [1, 2]}\nseeds: 50\n");
  CHECK(asked == 2);
}

TEST_CASE("data files: content of what is no file is an error of the experiment") {
  const auto none = [](const Parameters&) { return std::string(); };
  CHECK(contains(message_of([&] { Schema{text("n", "1", "").content({}, none)}; }), "names no file"));
}

TEST_CASE("data files: a trial whose file changes while it runs does not pass for one of the file before") {
  const Data data;
  const auto run = [&](const std::function<void()>& meanwhile) {
    const Scratch scratch;
    const Sweep sweep = config_of(data.one).sweep;
    Store store(scratch.db(), Store::Mode::write);
    while_it_reads = meanwhile;
    run_trials(sweep, store, {}, never);
    while_it_reads = {};
    return store.load(sweep, {}).trials.at(0);
  };
  CHECK(run([&] { write_file(data.first, "alpha"); }).status == Status::done);
  const TrialRecord changed = run([&] { write_file(data.first, "other"); });
  CHECK(changed.status == Status::failed);
  CHECK_MESSAGE(contains(changed.message, data.first + " is no longer what it was"), changed.message);
}

TEST_CASE("data files: only text can name one") {
  CHECK(contains(message_of([] { Schema{integer("n", 1, "").file()}; }), "must be text"));
}
