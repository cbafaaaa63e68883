#include "core/cli/verbs/overview.hpp"

#include <doctest/doctest.h>

using namespace qklab;

namespace {

Loaded figure(const std::string& name, std::initializer_list<bool> demands) {
  Loaded loaded;
  loaded.config.name = name;
  for (const bool demand : demands) {
    Claim claim;
    claim.demand_holds = demand;
    loaded.claims.push_back(claim);
  }
  return loaded;
}

Verdict verdict(const std::string& id, Outcome outcome, std::initializer_list<Outcome> slices) {
  Verdict verdict{id, outcome, {}};
  for (const Outcome each : slices) {
    verdict.slices.emplace_back();
    verdict.slices.back().outcome = each;
  }
  return verdict;
}

}  // namespace

TEST_CASE("all claims of all figures stand in one table, and those that fall short are marked") {
  using enum Outcome;
  const Loaded short_name = figure("phase", {true, false, true}),
               long_name = figure("entropy_collapse", {false}), unjudged = figure("late", {true}),
               without = figure("plain", {});
  const std::vector<FigureEnd> ends = {
      {&short_name,
       {.verdicts = {verdict("C1", holds, {holds, holds}), verdict("C2", fails, {fails}),
                     verdict("longer_one", in_part, {holds, undecided, fails})}}},
      {&long_name, {.verdicts = {verdict("C3", undecided, {undecided})}}},
      {&unjudged, {.missing = 7}},
      {&without, {}}};
  CHECK(overview(ends, false) ==
        "figure            claim       verdict\n"
        "phase             C1          holds (2 of 2)\n"
        "phase             C2          fails\n"
        "phase             longer_one  holds in part (1 of 3), falls short: it is demanded to hold\n"
        "entropy_collapse  C3          undecided\n"
        "late              -           not judged: 7 trials have not been run\n"
        "plain             -           no claims\n");
  CHECK(overview(ends, true).find("\x1b[31mfails\x1b[0m\n") != std::string::npos);
}
