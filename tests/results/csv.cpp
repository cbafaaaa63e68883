#include "core/results/csv.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>

#include "core/results/results.hpp"
#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace fs = std::filesystem;

namespace {

std::vector<std::vector<std::string>> rows_of(const std::string& path) {
  std::vector<std::vector<std::string>> rows;
  CsvReader csv(path);
  while (csv.next()) rows.push_back(csv.fields());
  return rows;
}

bool identical(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// Trials with awkward parameters, scalars and series.
Results awkward_results(const Sweep& sweep) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  Results results;
  results.experiment = &walker();
  Stream stream(1, 2, "awkward");
  sweep.for_each([&](const TrialSpec& spec) {
    TrialRecord trial{spec.id, spec.params, Status::done, "", {}, std::vector<Series>(2)};
    trial.status = static_cast<Status>(1 + stream.below(3));
    const auto number = [&] {
      const double special[] = {0.0, -0.0, inf, -inf, 5e-324, 0.1};
      const std::uint64_t pick = stream.below(8);
      return pick < 6 ? special[pick] : std::bit_cast<double>(stream.bits() & 0xffefffffffffffffu);
    };
    trial.scalars = {number(), stream.below(2) ? std::nan("") : number()};
    for (Series& series : trial.series) {
      for (std::uint64_t i = stream.below(4); i > 0; --i) {
        series.index.push_back(number());
        series.value.push_back(stream.below(4) ? number() : std::nan(""));
      }
    }
    results.trials.push_back(std::move(trial));
    return true;
  });
  return results;
}

void write_both(const std::string& directory, const Results& results) {
  write_trials_csv(directory + "/trials.csv", results);
  write_series_csv(directory + "/series.csv", results);
}

Sweep awkward_sweep() {
  return sweep_of(walker(), R"(
sweep:
  number: [-5, 0, 7]
  scale: [0.1, 1e-300, .inf, 100000]
  label: [plain, '', 'a,b', 'say "hi"', "two\nlines", "Größe 量"]
  flag: [true, false]
)");
}

}  // namespace

TEST_CASE("fields are quoted where they must be, and only there") {
  const Scratch scratch;
  const std::string path = scratch.path + "/a.csv";
  const std::vector<std::string> row = {"plain", "a,b", "say \"hi\"", "two\nlines", "cr\r", "", "\"", " x "};
  CsvWriter csv(path);
  for (const std::string& field : row) csv.field(field);
  csv.end_row();
  csv.finish();
  CHECK(read_file(path) == "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"cr\r\",,\"\"\"\", x \n");
  CHECK(rows_of(path) == std::vector<std::vector<std::string>>{row});
}

TEST_CASE("line ends of both kinds are read, and the lines of messages are right") {
  const Scratch scratch;
  const std::string path = scratch.path + "/a.csv";
  write_file(path, "a,b\r\n1,\"x\ny\"\n3,4\r\n");
  CHECK(rows_of(path) == std::vector<std::vector<std::string>>{{"a", "b"}, {"1", "x\ny"}, {"3", "4"}});
  const auto refusal = [&](const std::string& content) {
    write_file(path, content);
    return message_of([&] { rows_of(path); });
  };
  CHECK(refusal("a,b\n1,2,3\n") == path + ":2: 3 fields where the first line has 2");
  CHECK(refusal("a,b\n\"x\ny\",2\n\n") == path + ":4: 1 fields where the first line has 2");
  CHECK(refusal("a,b\n1,2") == path + ":2: the file is cut short: its last line has no end");
  CHECK(refusal("a,b\n1,\"2\n") == path + ":2: a quote is not closed");
  CHECK(refusal("a,b\n1,2\"\n") == path + ":2: a quote within text that is not quoted");
  CHECK(refusal("a,b\n1,\"2\"x\n") == path + ":2: text after a closing quote");
  CHECK(refusal("a,b\n1\r,2\n") == path + ":2: a carriage return within a line");
  CHECK(contains(message_of([&] { rows_of(scratch.path + "/none.csv"); }), "none.csv: cannot be read"));
}

TEST_CASE("a byte order mark in front of a file is passed over, and nowhere else") {
  const Scratch scratch;
  const std::string mark = "\xEF\xBB\xBF";
  const auto rows = [&](const std::string& text) {
    write_file(scratch.path + "/t.csv", text);
    return rows_of(scratch.path + "/t.csv");
  };
  CHECK(rows(mark + "a,b\r\n1,2\r\n") == rows("a,b\n1,2\n"));
  CHECK(rows(mark + "\"a\",b\n") == rows("a,b\n"));
  CHECK(rows(mark).empty());
  CHECK(rows("a\n" + mark + "\n")[1][0] == mark);
}

TEST_CASE("what is written is read back exactly") {
  const Scratch scratch;
  const Results written = awkward_results(awkward_sweep());
  REQUIRE(written.trials.size() == 3 * 4 * 6 * 2);
  write_both(scratch.path, written);
  const Results read = read_csv(scratch.path, walker());
  CHECK(read.loaded_series == std::vector<std::string>{"walk", "squares"});
  REQUIRE(read.trials.size() == written.trials.size());
  for (std::size_t i = 0; i < read.trials.size(); ++i) {
    const TrialRecord &a = written.trials[i], &b = read.trials[i];
    CAPTURE(trial_name(a.id));
    CHECK(a.id == b.id);
    CHECK(a.params.values() == b.params.values());
    CHECK(a.status == b.status);
    for (std::size_t s = 0; s < 2; ++s) {
      CHECK(identical(a.scalars[s], b.scalars[s]));
      REQUIRE(a.series[s].value.size() == b.series[s].value.size());
      for (std::size_t k = 0; k < a.series[s].value.size(); ++k) {
        CHECK(identical(a.series[s].index[k], b.series[s].index[k]));
        CHECK(identical(a.series[s].value[k], b.series[s].value[k]));
      }
    }
  }
  Scratch again;
  write_both(again.path, read);
  for (const char* name : {"/trials.csv", "/series.csv"})
    CHECK(read_file(again.path + name) == read_file(scratch.path + name));
}

TEST_CASE("columns stand in declared order, and an index is written as a whole number") {
  const Scratch scratch;
  Results results;
  results.experiment = &walker();
  sweep_of(walker(), "params: {number: 4, label: x}\n").for_each([&](const TrialSpec& spec) {
    results.trials.push_back({spec.id,
                              spec.params,
                              Status::diverged,
                              "no",
                              {0.5, std::nan("")},
                              {{{1, 100000, 0.5}, {1e5, std::nan(""), -2}}, {}}});
    return true;
  });
  write_both(scratch.path, results);
  const std::string name = trial_name(results.trials[0].id);
  CHECK(read_file(scratch.path + "/trials.csv") ==
        "trial,status,number,length,scale,label,flag,seed,sum,even\n" + name +
            ",diverged,4,3,1,x,false,0,0.5,\n");
  CHECK(read_file(scratch.path + "/series.csv") == "trial,metric,index,value\n" + name + ",walk,1,1e+05\n" +
                                                       name + ",walk,100000,nan\n" + name + ",walk,0.5,-2\n");
}

TEST_CASE("a file without a parameter that was added later is read with its default") {
  const Scratch scratch;
  const Results written = awkward_results(walker_sweep(3));
  write_both(scratch.path, written);
  Experiment grown = walker();
  grown.parameters.add(real("width", 2, "").added_later());
  const Results read = read_csv(scratch.path, grown);
  REQUIRE(read.trials.size() == written.trials.size());
  for (std::size_t i = 0; i < read.trials.size(); ++i) {
    CHECK(read.trials[i].id == written.trials[i].id);
    CHECK(read.trials[i].params.real("width") == 2);
    CHECK(identical(read.trials[i].scalars[0], written.trials[i].scalars[0]));
  }
  write_both(scratch.path, read);
  CHECK(read_csv(scratch.path, grown).trials.size() == written.trials.size());
  CHECK(contains(message_of([&] { read_csv(scratch.path, walker()); }), "expected 'sum'"));
  grown = walker();
  grown.parameters.add(real("width", 2, ""));
  write_both(scratch.path, written);
  CHECK(contains(message_of([&] { read_csv(scratch.path, grown); }), "expected 'width'"));
}

TEST_CASE("a file without a scalar that was added later is read without it") {
  const Scratch scratch;
  const Results written = awkward_results(walker_sweep(3));
  write_both(scratch.path, written);
  Experiment grown = walker();
  grown.scalars.insert(grown.scalars.begin() + 1, {"odd", "", "", "", Bits::exact, true});
  const Results read = read_csv(scratch.path, grown);
  REQUIRE(read.trials.size() == written.trials.size());
  for (std::size_t i = 0; i < read.trials.size(); ++i) {
    CHECK(read.trials[i].id == written.trials[i].id);
    REQUIRE(read.trials[i].scalars.size() == 3);
    CHECK(identical(read.trials[i].scalars[0], written.trials[i].scalars[0]));
    CHECK(std::isnan(read.trials[i].scalars[1]));
    CHECK(identical(read.trials[i].scalars[2], written.trials[i].scalars[1]));
  }
  grown.scalars[1].added_later = false;
  CHECK(contains(message_of([&] { read_csv(scratch.path, grown); }), "expected 'odd'"));
}

TEST_CASE("each fault of a file is told with its line") {
  const Scratch scratch;
  Results results = awkward_results(walker_sweep(2));
  for (TrialRecord& trial : results.trials) trial.series[0] = {{1, 2}, {3, 4}};
  write_both(scratch.path, results);
  const std::string trials = scratch.path + "/trials.csv", series = scratch.path + "/series.csv";
  CHECK(message_of([&] { read_csv(scratch.path, walker()); }) == "");
  const std::string first = trial_name(results.trials[0].id), second = trial_name(results.trials[1].id);

  const auto refusal = [&](const std::string& path, const std::string& from, const std::string& to) {
    std::string content = read_file(path);
    const std::size_t at = content.find(from);
    REQUIRE(at != std::string::npos);
    const std::string before = content;
    write_file(path, content.replace(at, from.size(), to));
    const std::string message = message_of([&] { read_csv(scratch.path, walker()); });
    write_file(path, before);
    return message;
  };
  CHECK(refusal(trials, "trial,status", "trial,state") ==
        trials + ":1: column 2 is 'state', expected 'status'");
  CHECK(contains(refusal(trials, first + ",", first + ",un"),
                 trials + ":2: status: expected done, failed, diverged or"));
  CHECK(contains(refusal(trials, second, "12"),
                 trials + ":3: trial: expected 16 hexadecimal digits, got '12'"));
  CHECK(contains(refusal(trials, second, first), trials + ":3: trial " + first + " is not that of these"));
  CHECK(contains(refusal(trials, ",3,1,plain", ",x,1,plain"), trials + ":2: length: expected"));
  CHECK(contains(refusal(trials, ",3,1,plain", ",4,1,plain"), "is not that of these parameters"));
  CHECK(contains(refusal(series, ",walk,2,4", ",walk,2,four"), series + ":3: value: expected a number"));
  CHECK(contains(refusal(series, ",walk,2,4", ",stroll,2,4"),
                 series + ":3: experiment 'walker' has no series"));
  CHECK(
      contains(refusal(series, first, "0000000000000000"), series + ":2: trial 0000000000000000 is not in"));
  const std::string rows = read_file(trials);
  write_file(trials, rows + rows.substr(rows.find('\n') + 1));
  CHECK(contains(message_of([&] { read_csv(scratch.path, walker()); }), " stands there twice"));
}

TEST_CASE("a file that cannot be written leaves the one before it in place, and nothing beside it") {
  const Scratch scratch;
  const Results results = awkward_results(walker_sweep(1000));
  write_file(scratch.path + "/trials.csv", "before\n");
  std::string message;
  {
    const FileSizeLimit limit(10000);
    message = message_of([&] { write_trials_csv(scratch.path + "/trials.csv", results); });
  }
  CHECK(contains(message, scratch.path + "/trials.csv: cannot be written: "));
  CHECK(read_file(scratch.path + "/trials.csv") == "before\n");
  CHECK(!fs::exists(scratch.path + "/trials.csv.part"));
}
