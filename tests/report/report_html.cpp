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
  CHECK(data["diverged"] == 28);
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
