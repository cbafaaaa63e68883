// The standing of verdicts, the hash of a claim, and what is kept of its history.
#include "core/confirm/standing.hpp"

#include <doctest/doctest.h>

#include "core/claims/claims_json.hpp"
#include "core/claims/verdict_table.hpp"
#include "core/confirm/looks.hpp"
#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::contains;

namespace {

using enum Outcome;

SliceVerdict slice(double mean, Outcome outcome, std::size_t seeds = 8) {
  SliceVerdict slice;
  slice.at = {{"mean", mean}};
  slice.outcome = outcome;
  slice.estimate = mean + 0.5;
  slice.seeds = slice.trials = seeds;
  return slice;
}

Outcome whole(const std::vector<SliceVerdict>& slices) {
  std::size_t held = 0;
  for (const SliceVerdict& each : slices) held += each.outcome == holds ? 1 : 0;
  return held == slices.size() ? holds : held > 0 ? in_part : fails;
}

Verdict verdict(std::vector<SliceVerdict> slices) {
  Verdict verdict{"C", whole(slices), std::move(slices)};
  return verdict;
}

Claim claim(const std::string& hash = "1", const std::string& means = "[0, 1]",
            const std::string& seeds = "8") {
  Claim claim = probe::claims(probe::config("sweep: {mean: " + means + "}\nseeds: " + seeds +
                                            "\nclaims: [{id: C, text: t, metric: contrast, test: difference, "
                                            "reference: 0, at_least: 0, by: [mean]}]\n"))
                    .at(0);
  claim.hash = hash;
  return claim;
}

Verdict compared(const Verdict& exploring, const Verdict& reserved, const Claim& now = claim()) {
  std::vector<Verdict> verdicts = {exploring};
  const ReservedVerdicts fresh{{claim("1", "[0, 1]", "[7, 8, 9]")}, {reserved}};
  give_standing({now}, verdicts, &fresh);
  return verdicts[0];
}

std::string hash_of(const std::string& keys) {
  return probe::claims(probe::config("claims:\n  - {" + keys + "}\n")).at(0).hash;
}

}  // namespace

TEST_CASE("reserved seeds say nothing of points at which they did not run") {
  const Verdict all = verdict({slice(0, holds), slice(1, holds)});
  CHECK(compared(all, all).standing == Standing::confirmed);
  for (const char* means : {"[0, 1, 2]", "[0]", "[0, 2]"}) {
    const Verdict other = compared(all, all, claim("1", means));
    CHECK(other.standing == Standing::exploratory);
    CHECK(contains(other.standing_note, "other points"));
  }
}

TEST_CASE("what holds is confirmed where reserved seeds hold too, slice by slice") {
  const Verdict both =
      compared(verdict({slice(0, holds), slice(1, holds)}), verdict({slice(0, holds), slice(1, holds)}));
  CHECK(both.standing == Standing::confirmed);
  CHECK(both.slices[1].standing == Standing::confirmed);
  CHECK(both.slices[1].fresh->estimate == 1.5);

  const Verdict one =
      compared(verdict({slice(0, holds), slice(1, holds)}), verdict({slice(0, holds), slice(1, undecided)}));
  CHECK(one.standing == Standing::not_confirmed);
  CHECK(one.slices[0].standing == Standing::confirmed);
  CHECK(one.slices[1].standing == Standing::not_confirmed);
  CHECK(one.fresh == in_part);

  // A slice that does not hold needs no confirmation, and gets none from reserved seeds that do.
  const Verdict part =
      compared(verdict({slice(0, holds), slice(1, fails)}), verdict({slice(0, holds), slice(1, holds)}));
  CHECK(part.standing == Standing::confirmed);
  CHECK(part.slices[1].standing == Standing::exploratory);
  CHECK(compared(verdict({slice(0, fails)}), verdict({slice(0, fails)})).standing == Standing::exploratory);
}

TEST_CASE("a claim that was changed or added since, and a slice without reserved seeds, is exploratory") {
  const Verdict changed = compared(verdict({slice(0, holds)}), verdict({slice(0, holds)}), claim("2"));
  CHECK(changed.standing == Standing::exploratory);
  CHECK(contains(changed.standing_note, "changed after reserved seeds had run"));
  CHECK_FALSE(changed.slices[0].fresh.has_value());

  const Verdict more = compared(verdict({slice(0, holds), slice(1, holds)}), verdict({slice(0, holds)}));
  CHECK(more.standing == Standing::exploratory);
  CHECK(more.slices[0].standing == Standing::confirmed);

  std::vector<Verdict> verdicts = {verdict({slice(0, holds)})};
  const ReservedVerdicts none;
  give_standing({claim()}, verdicts, &none);
  CHECK(contains(verdicts[0].standing_note, "was not there"));
  give_standing({claim()}, verdicts, nullptr, "why");
  CHECK(verdicts[0].standing == Standing::exploratory);
  CHECK(verdicts[0].standing_note == "why");
}

TEST_CASE("both estimates stand in the table and in claims.json") {
  const Config config = probe::config("confirm: {seeds: 4}\n");
  Claim shown = probe::claims(probe::config("claims: [own]\n")).at(0);
  shown.id = "C";
  shown.hash = "1";
  const Verdict one =
      compared(verdict({slice(0, holds), slice(1, holds)}), verdict({slice(0, holds), slice(1, fails, 4)}));
  const std::string table = verdict_table({shown}, {one}, 200, false);
  CHECK(contains(table, "holds (2 of 2), not confirmed"));
  CHECK(contains(table, "confirmed by 8 reserved seeds: 0.5"));
  CHECK(contains(table, "not confirmed by 4 reserved seeds: 1.5, fails"));
  const std::string json = claims_json(config, {shown}, {one});
  CHECK(contains(json, "\"standing\": \"not confirmed\""));
  CHECK(contains(json, "\"seeds\": 4"));
  // Without reserved seeds, claims.json is what it was before there were any.
  CHECK_FALSE(contains(claims_json(probe::config(""), {shown}, {one}), "standing"));
}

TEST_CASE("demand: confirmed asks that it holds, and for reserved seeds once these were judged") {
  Claim demanding = claim();
  demanding.demand_confirmed = true;
  Verdict held = verdict({slice(0, holds)});
  CHECK_FALSE(falls_short(demanding, held));
  CHECK(falls_short(demanding, verdict({slice(0, fails)})));
  held.rounds = 1;
  held.standing = Standing::exploratory;
  CHECK(falls_short(demanding, held));
  held.standing = Standing::not_confirmed;
  CHECK(falls_short(demanding, held));
  held.standing = Standing::confirmed;
  CHECK_FALSE(falls_short(demanding, held));
  CHECK(contains(
      probe::complaints("claims: [{id: C, text: t, test: difference, metric: contrast, reference: 0, "
                        "at_least: 0, demand: confirmed}]\n"),
      "demand: no seeds are reserved"));
}

TEST_CASE("a claim's hash depends on all that decides it, and not on how it is written") {
  const std::string keys =
      "id: C, text: t, test: difference, metric: contrast, reference: 0, at_least: 0.5, by: [mean]";
  const std::string hash = hash_of(keys);
  CHECK(hash.size() == 16);
  CHECK(hash_of("by: [\"mean\"], at_least: .50, id: 'C', text: t, test: difference, metric: contrast, "
                "reference: 0") == hash);
  CHECK(hash_of(keys + ", demand: holds, paper: (ours)") == hash);
  for (const auto& [from, to] :
       std::initializer_list<std::pair<const char*, const char*>>{{"text: t", "text: u"},
                                                                  {"at_least: 0.5", "at_least: 0.4"},
                                                                  {"at_least", "at_most"},
                                                                  {"contrast", "entropy"},
                                                                  {"reference: 0", "reference: 1"},
                                                                  {"[mean]", "[variance]"},
                                                                  {"id: C", "id: D"},
                                                                  {"text: t", "text: t, interval: bootstrap"},
                                                                  {"text: t", "text: t, where: mean < 1"}}) {
    std::string other = keys;
    other.replace(other.find(from), std::string(from).size(), to);
    CAPTURE(other);
    CHECK(hash_of(other) != hash);
  }
}

TEST_CASE("a look is new on the first verdict, and on more seeds or trials") {
  History history;
  const auto look = [&](const SliceVerdict& each) { return is_new_look(history, {verdict({each})}); };
  CHECK(look(slice(0, holds)));
  history.looks[{"C", "mean=0"}] = {8, 8, 0};
  CHECK_FALSE(look(slice(0, holds)));
  CHECK_FALSE(look(slice(0, fails, 4)));
  CHECK(look(slice(0, undecided, 9)));
  CHECK(look(slice(1, holds)));
  SliceVerdict unfinished = slice(0, holds, 9);
  unfinished.missing.not_run = 1;
  CHECK_FALSE(look(unfinished));
}
