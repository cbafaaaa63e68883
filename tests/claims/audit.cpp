#include "core/claims/audit/null_models.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::contains;

namespace {

Audit audited(const std::string& keys, const std::function<void(TrialRecord&)>& fill) {
  const Config config =
      probe::config("sweep: {variance: [1, 2, 3, 4]}\nseeds: 12\nclaims: [{id: C, text: t, " + keys + "}]\n");
  return audit(probe::claims(config), probe::results(config, fill)).at(0);
}

// Contrast is 1 at variance 4, and 0.2 elsewhere, up to noise.
void selective(TrialRecord& trial) {
  trial.scalars[0] = (trial.params.real("variance") == 4 ? 1 : 0.2) + 0.01 * probe::noise(trial).normal();
  trial.series[0] = probe::series({0.1, 0.2, 0.3, 0.4 + 0.1 * trial.scalars[0]});
  trial.series[1] = trial.series[0];
}

}  // namespace

TEST_CASE("a claim about where a metric is large has no finding") {
  const Audit audit = audited(
      "metric: contrast, test: difference, reference: 0, at_least: 0.5, where: \"variance == 4\"", selective);
  CHECK(audit.outcome == Outcome::holds);
  CHECK(audit.finding.empty());
  CHECK(audit.nulls.at(0).slices == 20);
  CHECK(audit.nulls.at(0).held == 0);
  CHECK(audit.nulls.at(3).held == 1);
}

TEST_CASE("a claim that every trial bears out is found") {
  const std::string where = ", where: \"variance == 4\"";
  CHECK(contains(
      audited("metric: contrast, test: difference, reference: 0, at_least: 0.1" + where, selective).finding,
      "nothing here could make it fail"));
  CHECK(contains(audited("metric: contrast, test: bound, at_most: 9" + where, selective).finding,
                 "nothing here could make it fail"));
}

TEST_CASE("a claim that holds whatever the parameters is found") {
  // Half of the trials of each point are above 0.5, so that no single trial decides.
  const auto same = [](TrialRecord& trial) {
    trial.scalars[0] =
        static_cast<int>(trial.params.real("seed")) < 11 ? 1 + probe::noise(trial).uniform() : 0;
  };
  CHECK(contains(
      audited("metric: contrast, test: difference, reference: 0, at_least: 0.5, where: \"variance == 4\"",
              same)
          .finding,
      "dealt out to the points at random"));
}

TEST_CASE("a comparison that allows for no difference is found, and one that asks for some is not") {
  const std::string sides = "where: \"variance == 3\", against: \"variance == 2\"";
  CHECK(contains(audited("metric: contrast, test: difference, at_most: 0.2, " + sides, selective).finding,
                 "nothing differs"));
  CHECK(audited("metric: contrast, test: difference, at_least: 0.5, where: \"variance == 4\", against: "
                "\"variance == 2\"",
                selective)
            .finding.empty());
}

TEST_CASE("trends of series and agreement with a theory are told from none") {
  const Audit trend = audited("metric: support, test: monotone, along: position, at_least: 0.9", selective);
  CHECK(trend.outcome == Outcome::holds);
  CHECK(trend.finding.empty());
  const auto spread = [](TrialRecord& trial) {
    trial.series[0] = probe::series({trial.params.real("variance"), 0, 0, 0});
    trial.series[1] = trial.series[0];
  };
  const Audit theory = audited("metric: support, test: agreement, tolerance: 0.1, by: [variance]", spread);
  CHECK(theory.outcome == Outcome::holds);
  CHECK(theory.nulls.at(0).held == 0);
  CHECK(theory.finding.empty());
}

TEST_CASE("a claim that does not hold has no finding, and checks are left out") {
  CHECK(audited("metric: contrast, test: difference, reference: 0, at_least: 5", selective).finding.empty());
  const Config config =
      probe::config("seeds: 2\nchecks: [{id: B, text: t, metric: contrast, test: bound, at_least: 0}]\n");
  CHECK(audit(probe::claims(config), probe::results(config, selective)).empty());
}

TEST_CASE("a claim that holds for a null model as well is found, and one that it fails is not") {
  const Config config = probe::config(
      "sweep: {variance: [1, 2, 3, 4]}\nseeds: 12\nclaims:\n"
      "  - {id: large, text: t, metric: contrast, test: difference, reference: 0, at_least: 0.5, where: "
      "\"variance == 4\"}\n"
      "  - {id: some, text: t, metric: contrast, test: difference, reference: 0, at_least: 0.1, where: "
      "\"variance == 4\"}\n");
  const std::vector<Claim> claims = probe::claims(config);
  // The model reaches 0.3 to 1 on its own, and only 0.2 without what it needs.
  const Results real = probe::results(config, [](TrialRecord& trial) {
    trial.scalars[0] = (trial.params.real("variance") == 4 ? 1 : 0) + 0.01 * probe::noise(trial).normal();
  });
  const Results null = probe::results(
      config, [](TrialRecord& trial) { trial.scalars[0] = 0.2 + 0.01 * probe::noise(trial).normal(); });
  std::vector<Audit> audits = audit(claims, real);
  add_model(audits, claims, Null::uniform, null);
  add_model(audits, claims, Null::no_layers, std::nullopt);
  CHECK(audits.at(0).by_model.empty());
  CHECK(audits.at(0).finding.empty());
  CHECK(contains(audits.at(1).by_model, "whose attention is uniform"));
  CHECK(audits.at(1).nulls.at(4).held == 1);
  CHECK(audits.at(1).nulls.at(5).slices == 0);
  CHECK(contains(audit_table(audits, 100), "no layers"));
}

TEST_CASE("the parameters of null models, where an experiment has them") {
  Experiment experiment;
  experiment.parameters = {
      choice("attention", "softmax", {"softmax", "uniform"}, "d"),
      integer("layers", 2, "d").range(0, 4),
  };
  experiment.check = [](const Parameters& p) -> std::string {
    return p.integer("layers") == 0 && p.text("attention") == "softmax" ? "no" : "";
  };
  Parameters params(experiment.parameters);
  params.set(0, Value(std::string("softmax")));
  params.set(1, Value(std::int64_t{2}));
  const auto& [labels, uniform, no_layers] = null_models();
  CHECK_FALSE(with_null(labels, experiment, params).has_value());  // no such parameter
  const auto frozen = with_null(uniform, experiment, params);
  REQUIRE(frozen.has_value());
  CHECK(frozen->text("attention") == "uniform");
  CHECK(frozen->integer("layers") == 2);
  CHECK_FALSE(with_null(no_layers, experiment, params).has_value());  // refused by the experiment
  CHECK(with_null(no_layers, experiment, *frozen)->integer("layers") == 0);
  experiment.parameters = {choice("attention", "softmax", {"softmax", "linear"}, "d")};
  Parameters other(experiment.parameters);
  other.set(0, Value(std::string("softmax")));
  CHECK_FALSE(with_null(uniform, experiment, other).has_value());  // no such value
}
