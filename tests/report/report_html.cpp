#include "core/report/report_html.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "core/report/page_asset.hpp"
#include "core/report/report_data.hpp"
#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::contains;
using Json = nlohmann::json;

namespace {

const std::string hostile = "</script><script>alert(1)</script>{{data}}&\\u2028";

struct Report {
  Config config;
  std::string data, html;

  explicit Report(const std::string& rest, const std::function<void(TrialRecord&)>& fill)
      : config(probe::config(rest)) {
    const Results results = probe::results(config, fill);
    const auto claims = probe::claims(config);
    data = report_data_json(config, probe::figures(config), claims, judge(claims, results), results,
                            {{"commit", hostile}});
    html = report_html(config.name + hostile, data);
  }
  Json json() const { return Json::parse(data); }
};

void fill_hostile(TrialRecord& trial) {
  trial.scalars = {1 / (1 + trial.params.real("variance")), probe::not_a_number};
  trial.series[0] = probe::series({0.1, 0.2, 1.0 / 3});
  trial.series[1] = trial.series[0];
  if (trial.params.real("seed") == 1) trial.status = Status::diverged;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

const std::string sweep =
    "sweep: {mean: [0, 1], variance: {logspace: [0.01, 100, 7]}, norm: [pre, post]}\nseeds: 3\n";

}  // namespace

TEST_CASE("the data hold verdicts, figures, every trial, config and provenance") {
  const Report report(
      sweep +
          "figures:\n"
          "  - {x: position, y: support, color: variance, facet: mean, where: \"norm == 'pre'\"}\n"
          "  - {plot: band, x: variance, y: contrast, color: norm, facet: mean, log: x}\n"
          "  - {plot: heatmap, x: variance, y: mean, color: contrast, facet: norm, log: x}\n"
          "  - {x: variance, y: contrast}\n"
          "claims: [own, other]\n",
      fill_hostile);
  const Json data = report.json();
  CHECK(data["claims"].size() == 2);
  CHECK(data["trial_count"] == 84);
  REQUIRE(data["lost"].size() == 1);
  CHECK(data["lost"][0]["status"] == "diverged");
  CHECK(data["lost"][0]["count"] == 28);
  CHECK(data["lost"][0]["trials"].size() == 56);  // the second of each three seeds
  CHECK(data["lost"][0]["trials"][0] == 1);
  CHECK(data["not_run"] == 0);
  CHECK(data["trials"]["ids"].get<std::string>().size() == 16 * 84);
  CHECK(data["trials"]["scalars"][1]["values"][0].is_null());
  REQUIRE(data["figures"].size() == 4);
  CHECK(data["figures"][0]["panels"].size() == 2);
  CHECK(data["figures"][0]["panels"][0]["curves"].size() == 7);
  CHECK(data["figures"][0]["panels"][0]["curves"][0]["theory"][2] == 0.333333);
  CHECK(data["figures"][1]["panels"][1]["curves"][1]["label"] == "pre");
  CHECK(data["figures"][2]["panels"][0]["cells"].size() == 2);
  CHECK(data["figures"][2]["panels"][0]["cells"][0].size() == 7);
  CHECK(contains(data["figures"][3]["error"], "average over"));  // the others are shown all the same
  CHECK(data["provenance"]["commit"] == hostile);
  const Json& parameters = data["config"]["parameters"];
  CHECK(parameters[0]["name"] == "mean");
  CHECK(parameters[0]["values"] == "0, 1");
  CHECK(parameters[0]["changed"] == true);
  CHECK(parameters[3]["name"] == "samples");
  CHECK(parameters[3]["changed"] == false);
  CHECK(data["effects"][0]["effects"][0]["parameter"] == "variance");
  CHECK(contains(data["effects"].back()["metric"], "diverged"));
  CHECK(data["effects"].back()["effects"][0]["parameter"] == "seed");
  CHECK(data["effects"].back()["effects"][0]["share"] == 1);
}

TEST_CASE("a figure names the trials behind each of its points, and a claim what its test was told") {
  const Report report(
      sweep +
          "figures:\n"
          "  - {x: position, y: support, color: variance, facet: mean, where: \"norm == 'pre'\"}\n"
          "  - {plot: heatmap, x: variance, y: mean, color: contrast, facet: norm, log: x}\n"
          "claims: [{id: C, text: It falls., metric: support, at: last, test: difference, "
          "reference: 0.5, at_most: 0}]\n",
      fill_hostile);
  const Json data = report.json();
  // Trials are counted in the sweep's order: mean, variance, norm, seed; the second seed diverged.
  const Json& curve = data["figures"][0]["panels"][1]["curves"][2];
  CHECK(curve["trials"][0] == Json::array({42 + 2 * 6, 1, 42 + 2 * 6 + 2, 1}));
  CHECK(curve["trials"][1].is_null());  // the same as before
  const Json& map = data["figures"][1]["panels"][0];
  const int post = map["facets"][0]["value"] == "post" ? 3 : 0;
  CHECK(map["trials"][7 + 2] == Json::array({42 + 2 * 6 + post, 1, 42 + 2 * 6 + post + 2, 1}));
  CHECK(map["lost"].size() == 14);
  CHECK(map["lost"][0]["whole"] == false);
  CHECK(data["figures"][1]["left_out"]["text"] == "28 trials left out: 28 diverged");
  CHECK(data["claims"][0]["at"] == "last");
  CHECK(data["claims"][0]["asked"] == Json::parse(R"([["at","last"],["reference","0.5"]])"));
}

TEST_CASE("numbers that say which trial it is keep all their digits") {
  const Report report("params: {samples: 9007199254740991}\nseeds: 2\n", [](TrialRecord& trial) {
    trial.scalars = {0.1234567890123, 1};
  });
  const Json trials = report.json()["trials"];
  CHECK(trials["parameters"][3]["values"][0] == 9007199254740991);
  CHECK(trials["scalars"][0]["values"][0] == 0.1234567890123);
}

TEST_CASE("curves of trials are there up to a limit") {
  const Json series = Report(sweep +
                                 "figures: [{x: position, y: support, color: variance, facet: mean, "
                                 "where: \"norm == 'pre'\"}]\n",
                             fill_hostile)
                          .json()["series"];
  CHECK(series["names"] == Json::parse(R"(["support","support_theory"])"));
  CHECK(series["indices"].size() == 1);  // which all share
  CHECK(series["curves"].size() == 84);
  CHECK(series["curves"][0] == Json::parse("[0,0,[0.1,0.2,0.333333],1,0,[0.1,0.2,0.333333]]"));
}

TEST_CASE("nothing that comes from a config becomes markup") {
  const Report report(
      "figures: [{x: position, y: support, title: \"</script><script>alert(1)</script>\"}]\n"
      "claims: [{id: C, text: \"</script><img src=x onerror=alert(1)>{{title}}\", metric: contrast, "
      "test: bound, at_least: 0}]\n",
      fill_hostile);
  CHECK(!contains(report.html, "<script>alert"));
  CHECK(!contains(report.html, "<img src=x"));
  CHECK(contains(report.html, "\\u003c/script>\\u003cscript>alert(1)"));
  CHECK(contains(report.html, "{{title}}"));  // a marker in what is put in is text
  // As many scripts end as the page itself has, each where the page ends it.
  CHECK(count(report.html, "</script>") == count(std::string(page_asset("page.html")), "</script>"));
  CHECK(contains(report.html, "<title>test&lt;/script&gt;"));
  CHECK(report.json()["claims"][0]["text"] == "</script><img src=x onerror=alert(1)>{{title}}");
}

TEST_CASE("the page needs no network") {
  const Report report("figures: [{x: position, y: support}]\n", fill_hostile);
  for (const char* reference : {"src=", "href=\"http", "@import", "url("})
    CHECK_MESSAGE(!contains(report.html, reference), reference);
  CHECK(contains(report.html, "default-src 'none'"));
  CHECK(contains(report.html, "uPlot (v1"));  // its notice goes with it
}

TEST_CASE("equal results give the same report to the byte") {
  const std::string text =
      sweep + "figures: [{plot: heatmap, x: variance, y: mean, color: contrast, facet: norm}]\n";
  CHECK(Report(text, fill_hostile).html == Report(text, fill_hostile).html);
}

TEST_CASE("a report of 100000 trials stays below 30 MB") {
  const Report report(
      "sweep: {mean: {linspace: [-1, 1, 100]}, variance: {logspace: [0.001, 1000, 100]}}\nseeds: 10\n",
      [](TrialRecord& trial) {
        Stream stream = probe::noise(trial);
        trial.scalars = {stream.normal(), stream.uniform()};
      });
  CHECK(report.json()["trials"]["count"] == 100000);
  CHECK(report.html.size() < 30'000'000);
}
