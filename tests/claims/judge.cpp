#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "core/claims/claims_json.hpp"
#include "core/claims/verdict_table.hpp"
#include "core/stats/intervals.hpp"
#include "core/text/columns.hpp"
#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::contains;

namespace {

struct Case {
  Config config;
  std::vector<Claim> claims;
  std::vector<Verdict> verdicts;

  const Verdict& verdict() const { return verdicts.at(0); }
  const SliceVerdict& slice(std::size_t i = 0) const { return verdicts.at(0).slices.at(i); }
};

// Judges a config's claims on invented results.
Case judged(const std::string& rest, const std::function<void(TrialRecord&)>& fill) {
  Case c{probe::config(rest), {}, {}};
  c.claims = probe::claims(c.config);
  c.verdicts = judge(c.claims, probe::results(c.config, fill));
  return c;
}

// One claim on `contrast`, with the sweep before it.
std::string claim(const std::string& sweep, const std::string& keys) {
  return sweep + "claims: [{id: C, text: t, metric: contrast, " + keys + "}]\n";
}

double seed_of(const TrialRecord& trial) { return trial.params.real("seed"); }

// Contrast is `center` with a spread of `noise` over seeds.
std::function<void(TrialRecord&)> noisy(double center, double noise) {
  return [=](TrialRecord& trial) { trial.scalars[0] = center + noise * probe::noise(trial).normal(); };
}

}  // namespace

TEST_CASE("a difference well inside, well outside and near what is demanded") {
  const std::string text = claim("seeds: 8\n", "test: difference, reference: 0, at_least: 1");
  CHECK(judged(text, noisy(2, 0.1)).verdict().outcome == Outcome::holds);
  CHECK(judged(text, noisy(0, 0.1)).verdict().outcome == Outcome::fails);
  const Case near = judged(text, noisy(1.03, 0.4));
  CHECK(near.verdict().outcome == Outcome::undecided);
  CHECK((near.slice().more_seeds.has_value() || contains(near.slice().note, "thousands of seeds")));
}

TEST_CASE("estimate, interval and p are Student's where a claim asks for them") {
  const Case c =
      judged(claim("seeds: 8\n", "test: difference, reference: 1, at_least: 0, about: mean, interval: t"),
             [](TrialRecord& trial) { trial.scalars[0] = 2.5 - seed_of(trial); });
  // Seeds give 1.5, 0.5 .. -5.5 above the reference: mean -2, standard error sqrt(6/8), t(7, 0.975) = 2.364624.
  const double error = std::sqrt(6.0 / 8);
  CHECK(std::abs(c.slice().estimate + 2) <= 1e-12);
  CHECK(std::abs(c.slice().low - (-2 - 2.3646242515927844 * error)) <= 1e-9);
  CHECK(std::abs(c.slice().high - (-2 + 2.3646242515927844 * error)) <= 1e-9);
  CHECK(std::abs(c.slice().p - 2 * student_cdf(-2 / error, 7)) <= 1e-12);
  CHECK(c.slice().seeds == 8);
}

TEST_CASE("no verdict is surer than its number of seeds") {
  for (const char* interval : {"sign", "rank", "t", "bootstrap"}) {
    CAPTURE(interval);
    const auto text = [&](int seeds) {
      return claim(fmt::format("seeds: {}\n", seeds),
                   fmt::format("test: difference, reference: 0, at_least: 1, interval: {}", interval));
    };
    const Case five = judged(text(5), noisy(1e6, 1)), six = judged(text(6), noisy(1e6, 1));
    CHECK(five.slice().p == 2.0 / 32);
    CHECK(five.verdict().outcome == Outcome::undecided);
    CHECK(five.slice().more_seeds == 1);
    CHECK(six.verdict().outcome == Outcome::holds);
  }
}

TEST_CASE("seeds at the limit speak for neither side, and equal ones have no mean to test") {
  const std::string text = "test: difference, reference: 0, at_least: 1";
  const auto at_limit = [](TrialRecord& trial) { trial.scalars[0] = 1; };
  for (const char* interval : {"sign", "rank", "t", "bootstrap"}) {
    CAPTURE(interval);
    const Case c = judged(claim("seeds: 32\n", text + ", interval: " + interval), at_limit);
    CHECK(c.verdict().outcome == Outcome::undecided);
    CHECK(!c.slice().note.empty());
  }
  const auto equal = [](TrialRecord& trial) { trial.scalars[0] = 2; };
  CHECK(judged(claim("seeds: 32\n", text), equal).verdict().outcome == Outcome::holds);
  CHECK(judged(claim("seeds: 32\n", text + ", interval: t"), equal).verdict().outcome == Outcome::undecided);
}

TEST_CASE("a claim about a share of seeds counts those within the limits") {
  const auto stuck = [](TrialRecord& trial) {
    trial.scalars[0] = static_cast<int>(seed_of(trial)) % 10 == 3 ? 2.6 : 1.2;
  };
  const auto text = [](double share) {
    return claim("seeds: 40\n",
                 fmt::format("test: difference, reference: 0, at_most: 2, about: share, share: {}", share));
  };
  const Case c = judged(text(0.7), stuck);  // 36 of 40
  CHECK(c.verdict().outcome == Outcome::holds);
  CHECK(c.slice().estimate == 0.9);
  CHECK(c.slice().at_least == 0.7);
  CHECK(std::abs(c.slice().low - 0.7633626) <= 1e-7);  // of which 36 or more of 40 have a chance of 0.025
  CHECK(std::abs(c.slice().high - 0.9720746) <= 1e-7);
  CHECK(judged(text(0.9), stuck).verdict().outcome == Outcome::undecided);
  CHECK(judged(text(0.99), stuck).verdict().outcome == Outcome::fails);
}

TEST_CASE("a trend is told from chance by permutations, in fewer seeds than its size needs") {
  const std::string text = claim("sweep: {variance: [1, 2, 4, 8]}\nseeds: 3\n",
                                 "test: monotone, along: variance, at_least: 0, interval: permutation");
  const auto rising = [](TrialRecord& trial) {
    trial.scalars[0] = trial.params.real("variance") + seed_of(trial);
  };
  const Case c = judged(text, rising);
  CHECK(c.verdict().outcome == Outcome::holds);
  CHECK(c.slice().p <= 0.001);  // 2 / 24^3, to what 9999 permutations show
  const auto nothing = [](TrialRecord& trial) { trial.scalars[0] = probe::noise(trial).normal(); };
  CHECK(judged(text, nothing).verdict().outcome == Outcome::undecided);
}

TEST_CASE("as many more seeds as are asked for settle a slice, if they are like those that there are") {
  // Two of three seeds lie above the limit.
  const auto fill = [](TrialRecord& trial) {
    trial.scalars[0] = 1.2 + (static_cast<int>(seed_of(trial)) % 3 ? 0.5 : -0.5);
  };
  const auto text = [](std::uint64_t seeds) {
    return claim("seeds: " + std::to_string(seeds) + "\n", "test: difference, reference: 0, at_least: 1");
  };
  const Case few = judged(text(6), fill);
  REQUIRE(few.verdict().outcome == Outcome::undecided);
  REQUIRE(few.slice().more_seeds.has_value());
  const std::uint64_t more = *few.slice().more_seeds;
  CHECK(more > 10);
  CHECK(judged(text(6 + more), fill).verdict().outcome == Outcome::holds);
  CHECK(judged(text(5 + more), fill).verdict().outcome == Outcome::undecided);
}

TEST_CASE("equal seeds on both sides are compared in pairs") {
  // The seed shifts both sides alike, by far more than they differ.
  const auto fill = [](TrialRecord& trial) {
    trial.scalars[0] =
        100 * seed_of(trial) + 2 * trial.params.real("variance") + 0.01 * probe::noise(trial).normal();
  };
  const std::string sweep = "sweep: {variance: [1, 2]}\nseeds: 6\n";
  const std::string sides = "where: \"variance == 2\", against: \"variance == 1\"";
  const Case c = judged(claim(sweep, "test: difference, at_least: 1, " + sides), fill);
  CHECK(c.verdict().outcome == Outcome::holds);
  CHECK(std::abs(c.slice().estimate - 2) <= 0.1);
  CHECK(c.slice().trials == 12);
}

TEST_CASE("a ratio is that of the same seeds, with its interval on the log scale") {
  const auto fill = [](TrialRecord& trial) {
    trial.scalars[0] = trial.params.real("variance") * std::exp(0.05 * probe::noise(trial).normal());
  };
  const std::string sweep = "sweep: {variance: [1, 3]}\nseeds: 8\n";
  const std::string sides = "where: \"variance == 3\", against: \"variance == 1\"";
  for (const char* interval : {"sign", "rank", "t", "bootstrap"}) {
    const std::string keys = ", interval: " + std::string(interval) + ", " + sides;
    const Case c = judged(claim(sweep, "test: ratio, at_least: 2.5" + keys), fill);
    CHECK(c.verdict().outcome == Outcome::holds);
    CHECK(std::abs(c.slice().estimate - 3) <= 0.3);
    CHECK(c.slice().low < c.slice().estimate);
    CHECK(c.slice().estimate < c.slice().high);
    CHECK(judged(claim(sweep, "test: ratio, at_least: 4" + keys), fill).verdict().outcome == Outcome::fails);
    const auto negative = [](TrialRecord& trial) { trial.scalars[0] = -1 - seed_of(trial); };
    const Case none = judged(claim(sweep, "test: ratio, at_least: 0.1" + keys), negative);
    CHECK(none.verdict().outcome != Outcome::holds);
  }
}

TEST_CASE("monotone trends along a parameter and along a series") {
  const std::string sweep = "sweep: {variance: [1, 2, 4, 8, 16]}\nseeds: 6\n";
  const auto falling = [](TrialRecord& trial) {
    trial.scalars[0] = -std::log(trial.params.real("variance")) + 0.01 * probe::noise(trial).normal();
    trial.series[0] = probe::series({4, 3, 2, 1 + 0.1 * probe::noise(trial).uniform()});
  };
  const std::string along = "test: monotone, along: variance, at_least: 0.9, direction: ";
  CHECK(judged(claim(sweep, along + "decreasing"), falling).verdict().outcome == Outcome::holds);
  CHECK(judged(claim(sweep, along + "increasing"), falling).verdict().outcome == Outcome::fails);
  const std::string series =
      sweep +
      "claims: [{id: C, text: t, metric: support, test: monotone, along: position, at_least: 0.9, "
      "direction: decreasing}]\n";
  CHECK(judged(series, falling).verdict().outcome == Outcome::holds);
}

TEST_CASE("the slope of a power law, along a parameter and from one layer to the next") {
  const std::string sweep = "sweep: {variance: [1, 2, 4, 8]}\nseeds: 6\n";
  const auto power = [](TrialRecord& trial) {
    trial.scalars[0] =
        std::pow(trial.params.real("variance"), 1.5) * std::exp(0.01 * probe::noise(trial).normal());
    trial.series[2] = probe::series({0.5, 0.125, std::pow(0.125, 3), std::pow(0.125, 9)});  // cubic
  };
  const Case c = judged(claim(sweep, "test: slope, along: variance, at_least: 1.4, at_most: 1.6"), power);
  CHECK(c.verdict().outcome == Outcome::holds);
  CHECK(std::abs(c.slice().estimate - 1.5) <= 0.05);
  const std::string cubic = sweep +
                            "claims: [{id: C, text: t, metric: residual, test: slope, lagged: true, "
                            "at_least: 2.9, at_most: 3.1}]\n";
  CHECK(std::abs(judged(cubic, power).slice().estimate - 3) <= 1e-9);
  CHECK(judged(cubic, power).verdict().outcome == Outcome::holds);
  // Rounding noise below the floor is left out; with it the slope is another.
  const auto drowned = [](TrialRecord& trial) {
    trial.series[2] = probe::series({0.5, 0.125, std::pow(0.125, 3), 1e-17, 2e-17});
  };
  const auto floored = [&](const std::string& floor) {
    return sweep +
           "claims: [{id: C, text: t, metric: residual, test: slope, lagged: true, at_least: 2.9, "
           "at_most: 3.1, floor: " +
           floor + "}]\n";
  };
  CHECK(judged(floored("1e-6"), drowned).verdict().outcome == Outcome::holds);
  CHECK(judged(floored("0"), drowned).verdict().outcome == Outcome::fails);
}

TEST_CASE("agreement is judged by the norm that is asked for") {
  const auto fill = [](TrialRecord& trial) {
    trial.series[0] = probe::series({0.5, 0.5, 0.5, 0.9 + 0.001 * probe::noise(trial).uniform()});
    trial.series[1] = probe::series({0.5, 0.5, 0.5, 0.5});
  };
  const auto text = [](const std::string& keys) {
    return "seeds: 6\nclaims: [{id: C, text: t, metric: support, test: agreement, " + keys + "}]\n";
  };
  CHECK(judged(text("tolerance: 0.45"), fill).verdict().outcome == Outcome::holds);
  CHECK(judged(text("tolerance: 0.3"), fill).verdict().outcome == Outcome::fails);
  CHECK(std::abs(judged(text("tolerance: 1, norm: rms"), fill).slice().estimate - 0.2) <= 1e-3);
  CHECK(std::abs(judged(text("tolerance: 1, norm: mean"), fill).slice().estimate - 0.1) <= 1e-3);
  const Case allowed = judged(text("tolerance: 0.3, sampling: samples"), fill);
  CHECK(allowed.slice().at_most > 0.3);
  const auto shorter = [&](TrialRecord& trial) {
    fill(trial);
    trial.series[1].index.pop_back();
    trial.series[1].value.pop_back();
  };
  CHECK(judged(text("tolerance: 10"), shorter).verdict().outcome == Outcome::undecided);
}

TEST_CASE("a bound is violated by a single value, and told where") {
  const auto fill = [](TrialRecord& trial) {
    trial.series[0] = probe::series({0.1, 0.2, seed_of(trial) == 2 ? -0.5 : 0.3});
  };
  const auto text = [](const std::string& keys) {
    return "seeds: 4\nclaims: [{id: C, text: t, metric: support, test: bound, " + keys + "}]\n";
  };
  const Case c = judged(text("at_least: 0"), fill);
  CHECK(c.verdict().outcome == Outcome::fails);
  CHECK(c.slice().estimate == -0.5);
  CHECK(contains(c.slice().note, "position 3"));
  CHECK(contains(c.slice().note, "(seed=2)"));  // what tells it from others, and no more
  CHECK(contains(c.slice().note, "1 of 12"));
  CHECK(judged(text("at_least: 0, tolerance: 0.6"), fill).verdict().outcome == Outcome::holds);
  const Case swept = judged("params: {samples: 7}\nsweep: {norm: [pre, post]}\n" + text("at_least: 0"), fill);
  CHECK(contains(swept.slice().note, "(norm=pre seed=2)"));
}

TEST_CASE("a value that is no number never lets a claim hold") {
  const auto poisoned = [](TrialRecord& trial) {
    trial.scalars[0] = seed_of(trial) == 1 ? probe::not_a_number : 5;
    trial.series[0] = probe::series({1, trial.scalars[0], 3, 4});
    trial.series[1] = trial.series[0];
    trial.series[2] = probe::series({0.5, 0.1, trial.scalars[0], 0.001});
  };
  const std::string sweep = "sweep: {variance: [1, 2, 3]}\nseeds: 4\nclaims: [{id: C, text: t, ";
  const std::string sides = "where: \"variance == 2\", against: \"variance == 1\"";
  for (const std::string& keys : std::vector<std::string>{
           "metric: contrast, test: difference, reference: 0, at_least: 1",
           "metric: contrast, test: difference, reference: 0, at_least: 1, interval: bootstrap",
           "metric: contrast, test: difference, at_least: -1, " + sides,
           "metric: contrast, test: ratio, at_least: 0.5, " + sides,
           "metric: contrast, test: ratio, at_least: 0.5, interval: bootstrap, " + sides,
           "metric: contrast, test: monotone, along: variance, at_least: -1",
           "metric: support, test: monotone, along: position, at_least: -1",
           "metric: contrast, test: slope, along: variance, at_least: -9",
           "metric: residual, test: slope, lagged: true, at_least: -9",
           "metric: support, test: agreement, tolerance: 9",
           "metric: contrast, test: agreement, reference: 5, tolerance: 9",
           "metric: contrast, test: bound, at_least: 0", "metric: support, test: bound, at_least: 0",
           "metric: support, at: min, test: difference, reference: 0, at_least: 0"}) {
    CAPTURE(keys);
    const Case c = judged(sweep + keys + "}]\n", poisoned);
    CHECK(c.verdict().outcome == Outcome::undecided);
    CHECK(!c.slice().note.empty());
  }
}

TEST_CASE("slices are judged one by one, and a claim that some of them bear out holds in part") {
  const auto fill = [](TrialRecord& trial) {
    trial.scalars[0] = trial.params.real("mean") + 0.01 * probe::noise(trial).normal();
  };
  const Case c = judged(claim("sweep: {mean: [2, -1, 0.5]}\nseeds: 8\n",
                              "test: difference, reference: 0, at_least: 0, by: [mean]"),
                        fill);
  CHECK(c.verdict().outcome == Outcome::in_part);
  REQUIRE(c.verdict().slices.size() == 3);
  CHECK(c.slice(0).at[0].first == "mean");
  CHECK(std::get<double>(c.slice(0).at[0].second) == -1);  // in the order of values
  CHECK(c.slice(0).outcome == Outcome::fails);
  CHECK(c.slice(1).outcome == Outcome::holds);
  CHECK(c.slice(2).outcome == Outcome::holds);
}

TEST_CASE("many slices need more evidence each, unless all of them have it") {
  // Sixty slices without any effect: some p falls below 0.05 by chance.
  const auto nothing = [](TrialRecord& trial) { trial.scalars[0] = probe::noise(trial).normal(); };
  const std::string text = claim("sweep: {mean: {linspace: [0, 1, 60]}}\nseeds: 8\n",
                                 "test: difference, reference: 0, at_least: 0, by: [mean], interval: t");
  const Case c = judged(text, nothing);
  std::size_t below = 0;
  std::vector<double> p;
  for (const SliceVerdict& slice : c.verdict().slices) {
    below += slice.p <= level;
    p.push_back(slice.p);
    CHECK(slice.outcome == Outcome::undecided);
  }
  CHECK(below > 0);
  const std::vector<double> adjusted = hochberg(p);
  for (std::size_t i = 0; i < p.size(); ++i) CHECK(c.slice(i).p_adjusted == adjusted[i]);
  CHECK(c.verdict().p == *std::min_element(adjusted.begin(), adjusted.end()));
  // Each of sixty has all eight seeds above the limit, which would not do for one of sixty alone.
  CHECK(judged(text, noisy(9, 1)).verdict().outcome == Outcome::holds);
}

TEST_CASE("claims do not weaken one another, but share a false discovery rate") {
  const auto fill = [](TrialRecord& trial) {
    trial.scalars[0] = probe::noise(trial).normal();
    trial.scalars[1] = seed_of(trial) + 1;
  };
  const std::string sweep = "sweep: {mean: {linspace: [0, 1, 20]}}\nseeds: 7\n";
  const std::string lone =
      "{id: E, text: t, metric: entropy, test: difference, reference: 0, at_least: 0, where: \"mean == 0\"}";
  const Case two = judged(
      sweep + "claims: [" + lone +
          ", {id: C, text: t, metric: contrast, test: difference, reference: 0, at_least: 0, by: [mean]}]\n",
      fill);
  CHECK(two.verdict().outcome == Outcome::holds);
  CHECK(two.verdict().p == 2.0 / 128);
  CHECK(two.verdict().false_discovery_rate == 4.0 / 128);
}

TEST_CASE("a seed that diverged or failed counts against a claim, unless the claim leaves it out") {
  const auto text = [](const std::string& keys) {
    return claim("sweep: {variance: [1, 2]}\nseeds: 9\n",
                 "test: difference, reference: 0, at_least: 0.5, by: [variance]" + keys);
  };
  const auto fill = [](TrialRecord& trial) {
    trial.scalars[0] = 1 + 0.01 * seed_of(trial);
    if (trial.params.real("variance") != 2) return;
    if (seed_of(trial) == 0) trial.status = Status::failed;
    if (seed_of(trial) == 1) trial.status = Status::diverged, trial.scalars[0] = 1e9;
  };
  const Config config = probe::config(text(""));
  Results results = probe::results(config, fill);
  results.trials.pop_back();  // variance 2, seed 8
  const std::vector<Verdict> verdicts = judge(probe::claims(config), results);
  const SliceVerdict& whole = verdicts[0].slices[0];
  CHECK(whole.seeds == 9);
  CHECK(whole.missing.failed + whole.missing.diverged + whole.missing.not_run == 0);
  CHECK(whole.outcome == Outcome::holds);
  const SliceVerdict& rest = verdicts[0].slices[1];
  CHECK(rest.seeds == 8);
  CHECK(rest.missing.failed == 1);
  CHECK(rest.missing.diverged == 1);
  CHECK(rest.missing.not_run == 1);
  CHECK(rest.outcome == Outcome::undecided);
  CHECK(rest.p == 2 * 37.0 / 256);  // six of eight
  CHECK(contains(rest.note, "2 seeds diverged or failed and counted against"));

  const Case out = judged(text(", lost: left_out"), fill);
  CHECK(out.slice(1).seeds == 7);
  CHECK(out.slice(1).outcome == Outcome::holds);
  CHECK(contains(out.slice(1).note, "2 seeds diverged or failed and left out"));
  CHECK(contains(judged(text(", interval: t"), fill).slice(1).note, "claim the median"));

  for (TrialRecord& trial : results.trials) trial.status = Status::diverged;
  const std::vector<Verdict> none = judge(probe::claims(config), results);
  CHECK(none[0].outcome == Outcome::fails);
  CHECK(judge(probe::claims(config), Results{config.experiment, {}, {}})[0].slices[0].note == "no trials");
  CHECK(judge(probe::claims(config), Results{config.experiment, {}, {}})[0].outcome == Outcome::undecided);
}

TEST_CASE("a point that diverged for every seed cannot drop out of what is pooled") {
  const Case c =
      judged(claim("sweep: {variance: [1, 2]}\nseeds: 8\n", "test: difference, reference: 0, at_most: 5"),
             [](TrialRecord& trial) {
               trial.scalars[0] = 1 + 0.1 * seed_of(trial);
               if (trial.params.real("variance") == 2) trial.status = Status::diverged;
             });
  CHECK(c.verdict().outcome == Outcome::fails);
  CHECK(c.slice().seeds == 8);
}

TEST_CASE("a seed that lacks some of its trials is left out: seeds are compared over the same points") {
  // Contrast is the variance; the seed whose trial at variance 1 is missing would have twice the median.
  const Config config = probe::config(
      claim("sweep: {variance: [1, 3]}\nseeds: 5\n", "test: difference, reference: 0, at_least: 1"));
  Results results =
      probe::results(config, [](TrialRecord& trial) { trial.scalars[0] = trial.params.real("variance"); });
  std::erase_if(results.trials,
                [](const TrialRecord& t) { return t.params.real("variance") == 1 && seed_of(t) == 4; });
  const SliceVerdict slice = judge(probe::claims(config), results)[0].slices[0];
  CHECK(slice.estimate == 2);
  CHECK(slice.seeds == 4);
  CHECK(contains(slice.note, "1 seed without all trials left out"));
}

TEST_CASE("a seed that one side lacks is left out on both") {
  const Config config = probe::config(
      claim("sweep: {variance: [1, 2]}\nseeds: 8\n",
            "test: difference, at_least: 0, where: \"variance == 2\", against: \"variance == 1\""));
  // Without pairs, the side with the seed of 1e6 would be far above.
  Results results = probe::results(config, [](TrialRecord& trial) {
    trial.scalars[0] = seed_of(trial) == 7 ? 1e6 : seed_of(trial) + 0.1 * trial.params.real("variance");
  });
  std::erase_if(results.trials,
                [](const TrialRecord& t) { return t.params.real("variance") == 1 && seed_of(t) == 7; });
  const SliceVerdict slice = judge(probe::claims(config), results)[0].slices[0];
  CHECK(slice.seeds == 7);
  CHECK(std::abs(slice.estimate - 0.1) <= 1e-9);
  CHECK(contains(slice.note, "1 seed without a counterpart left out"));
}

TEST_CASE("missing trials are counted on both sides of a comparison") {
  const std::string text =
      claim("sweep: {variance: [1, 2]}\nseeds: 4\n",
            "test: difference, at_least: 0, where: \"variance == 2\", against: \"variance == 1\"");
  const Config config = probe::config(text);
  Results results = probe::results(config, noisy(0, 1));
  results.trials.erase(results.trials.begin());  // variance 1, seed 0
  CHECK(judge(probe::claims(config), results)[0].slices[0].missing.not_run == 1);
}

TEST_CASE("one seed gives an estimate and no verdict") {
  const Case c = judged(claim("seeds: 1\n", "test: difference, reference: 0, at_least: 1"), noisy(9, 0));
  CHECK(c.verdict().outcome == Outcome::undecided);
  CHECK(c.slice().estimate == 9);
  CHECK(std::isnan(c.slice().low));
  CHECK(contains(c.slice().note, "2 seeds"));
}

TEST_CASE("verdicts are the same every time, the bootstrap included") {
  const std::string text =
      claim("seeds: 6\n", "test: difference, reference: 0, at_least: 0.5, interval: bootstrap");
  const Case a = judged(text, noisy(1, 1)), b = judged(text, noisy(1, 1));
  CHECK(claims_json(a.config, a.claims, a.verdicts) == claims_json(b.config, b.claims, b.verdicts));
  CHECK(a.slice().low < a.slice().estimate);
}

TEST_CASE("a demanded claim that does not hold falls short") {
  const std::string keys = "test: difference, reference: 0, at_least: 1, demand: holds";
  const Case good = judged(claim("seeds: 6\n", keys), noisy(5, 0.1));
  CHECK(!falls_short(good.claims, good.verdicts));
  const Case bad = judged(claim("seeds: 4\n", keys), noisy(0, 0.1));
  CHECK(falls_short(bad.claims, bad.verdicts));
  const Case undecided = judged(claim("seeds: 1\n", keys), noisy(5, 0));
  CHECK(falls_short(undecided.claims, undecided.verdicts));
}

TEST_CASE("claims.json has every field, and null for what is no number") {
  const Case c =
      judged(claim("sweep: {norm: [pre, post]}\n", "test: difference, reference: 0, at_least: 1, by: [norm]"),
             noisy(9, 0));
  const std::string json = claims_json(c.config, c.claims, c.verdicts);
  for (const char* part :
       {"\"verdict\": \"undecided\"", "\"norm\": \"post\"", "\"interval\": [\n            null,",
        "\"at_least\": 1.0", "\"at_most\": null", "\"correction\": \"Hochberg"})
    CHECK_MESSAGE(contains(json, part), part, " in ", json);
  CHECK(!contains(json, "NaN"));
}

TEST_CASE("the table on the terminal says what was found, and cannot drive the terminal") {
  const std::string text =
      "sweep: {mean: [0, 2]}\nseeds: 8\n"
      "claims: [{id: C, text: \"contrast is large\\e[2Jindeed\", metric: contrast, test: difference, "
      "reference: 0, at_least: 1, by: [mean]}]\n";
  const Case c = judged(
      text, [](TrialRecord& trial) { trial.scalars[0] = trial.params.real("mean") + 0.01 * seed_of(trial); });
  const std::string plain = verdict_table(c.claims, c.verdicts, 100, false);
  CHECK(contains(plain, "holds in part (1 of 2)"));
  CHECK(contains(plain, "mean=2"));
  CHECK(contains(plain, ">= 1"));
  CHECK(contains(plain, "8 seeds"));
  CHECK(!contains(plain, "\x1b"));
  CHECK(contains(verdict_table(c.claims, c.verdicts, 100, true), "\x1b[33m"));
  for (const int width : {40, 72, 200}) {
    std::string line;
    std::istringstream lines(verdict_table(c.claims, c.verdicts, width, false));
    while (std::getline(lines, line)) CHECK(line.size() <= 100);
  }
}

TEST_CASE(
    "lines of the table are counted in columns of the terminal, where letters may be two wide or none") {
  const auto lines_of = [](const std::string& word) {
    std::string words;
    for (int i = 0; i < 30; ++i) words += (i ? " " : "") + word;
    const Case c = judged("seeds: 2\nclaims: [{id: C, text: \"" + words +
                              "\", metric: contrast, test: difference, reference: 0, at_least: 1}]\n",
                          [](TrialRecord& trial) { trial.scalars[0] = 2 + 0.01 * seed_of(trial); });
    std::vector<std::string> lines;
    std::istringstream table(verdict_table(c.claims, c.verdicts, 72, false));
    for (std::string line; std::getline(table, line);) lines.push_back(line);
    return lines;
  };
  const auto ascii = lines_of("aaaa");
  // Two wide letters; four with an accent that stands above them; a control character of Unicode.
  for (const char* word : {"\xE6\xBC\xA2\xE5\xAD\x97", "aaa\\u0301a\\u0301", "aaa\\u009Ba"}) {
    CAPTURE(word);
    const auto lines = lines_of(word);
    REQUIRE(lines.size() == ascii.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      CHECK(columns_of(lines[i]) == columns_of(ascii[i]));
      CHECK(lines[i].find("\xC2\x9B") == std::string::npos);
    }
  }
}
