#include "core/compare/verify.hpp"

#include <doctest/doctest.h>

#include "core/claims/claims_json.hpp"
#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::contains;

namespace {

const std::string text =
    "sweep: {variance: [1, 2]}\nseeds: 8\n"
    "figures: [{name: contrast, x: variance, y: contrast}]\n"
    "claims: [own]\n";

void fill_noise(TrialRecord& trial) {
  trial.scalars[0] = 1 + 0.1 * probe::noise(trial).normal();
  trial.scalars[1] = 0.3;
  trial.series[0] = probe::series({0.1, 0.2 / 3});
}

// A directory as a run leaves it, with CSVs only.
struct Reference {
  Config config = probe::config(text);
  probe::Folder folder{"verify"};
  std::string path = folder.path.string();

  Reference() {
    const Results results = probe::results(config, fill_noise);
    write_trials_csv(path + "/trials.csv", results);
    write_series_csv(path + "/series.csv", results);
    for (const Figure& figure : probe::figures(config)) draw(figure, results, path);
    const auto claims = probe::claims(config);
    write_file(path + "/claims.json", claims_json(config, claims, judge(claims, results)));
  }
  std::vector<std::string> differences() const {
    return verify_directory(config, read_csv(path, *config.experiment), path);
  }
  void replace(const std::string& name, const std::string& from, const std::string& to) const {
    std::string content = folder.file(name);
    const std::size_t found = content.find(from);
    REQUIRE(found != std::string::npos);
    write_file(path + "/" + name, content.replace(found, from.size(), to));
  }
};

}  // namespace

TEST_CASE("figures and verdicts follow from the CSVs alone") { CHECK(Reference().differences().empty()); }

TEST_CASE("a changed verdict, figure or measurement is told with its line") {
  {
    const Reference reference;
    reference.replace("claims.json", "\"holds\"", "\"fails\"");
    REQUIRE(reference.differences().size() == 1);
    CHECK(contains(reference.differences()[0], "claims.json:"));
    CHECK(contains(reference.differences()[0], "fails"));
  }
  {
    const Reference reference;
    reference.replace("figures/contrast.csv", "1,", "1,9");
    REQUIRE(reference.differences().size() == 1);
    CHECK(contains(reference.differences()[0], "contrast.csv:2"));
  }
  {
    const Reference reference;
    const std::string trials = reference.folder.file("trials.csv");
    const std::string value = shortest(probe::results(reference.config, fill_noise).trials[0].scalars[0]);
    reference.replace("trials.csv", value, "0.5");
    CHECK(reference.differences().size() == 2);  // the figure and the verdict no longer follow
  }
}

TEST_CASE("a table that was edited, cut or lengthened is told with its line and what differs") {
  const probe::Folder folder("tables");
  const auto file = [&](const char* name, const std::string& text) {
    write_file((folder.path / name).string(), text);
    return (folder.path / name).string();
  };
  const std::string table = "trial,value\n0123456789abcdef,0.125\n0123456789abcdee,0.5\n";
  const std::string expected = file("expected", table);
  const auto said = [&](const std::string& text) {
    return first_difference(file("stored", text), expected).value_or("nothing");
  };
  CHECK(said(table) == "nothing");
  CHECK(contains(said("trial,value\n0123456789abcdef,0.175\n0123456789abcdee,0.5\n"), "stored:2: stored '"));
  CHECK(contains(said("trial,value\n0123456789abcdef,0.175\n0123456789abcdee,0.5\n"),
                 "0.17', but the results are"));
  CHECK(contains(said("trial,value\n0123456789abcdef,0.125\n"), "stored:3: stored '(end)'"));
  CHECK(contains(said(table + "more\n"), "stored:4: "));
  CHECK(contains(said(table.substr(0, table.size() - 1)), "stored:3: "));  // the last line has no end
  CHECK(contains(*first_difference((folder.path / "none").string(), expected), "missing"));
}

TEST_CASE("figures that are missing or that nobody asked for are told") {
  const Reference reference;
  std::filesystem::remove(reference.folder.path / "figures" / "contrast.csv");
  write_file(reference.path + "/figures/other.csv", "x\n");
  const auto differences = reference.differences();
  REQUIRE(differences.size() == 2);
  CHECK(contains(differences[0], "missing"));
  CHECK(contains(differences[1], "other.csv: belongs to no figure"));
}

TEST_CASE("a difference within rounding, as another processor leaves it, is none") {
  const Reference reference;
  const std::string csv = reference.folder.file("figures/contrast.csv");
  const double value = std::stod(csv.substr(csv.find("\n1,") + 3));
  reference.replace("figures/contrast.csv", shortest(value), shortest(value * (1 + 1e-14)));
  CHECK(reference.differences().empty());
  reference.replace("figures/contrast.csv", shortest(value * (1 + 1e-14)), shortest(value * (1 + 1e-6)));
  CHECK(reference.differences().size() == 1);
}
