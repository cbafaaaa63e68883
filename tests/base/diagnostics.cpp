#include <doctest/doctest.h>

#include "core/base/error.hpp"

using namespace qklab;

TEST_CASE("a diagnostic keeps its place, its message and the name that it suggests") {
  Diagnostics diagnostics;
  const std::vector<std::string> names = {"mean", "variance"};
  diagnostics.error({"sweep.yaml", 3, 7},
                    "unknown parameter 'mena'" + did_you_mean("mena", names) + "; there are mean, variance");
  diagnostics.error({"argument 'seeds='"}, "the value is missing");
  diagnostics.error({"argument 'seeds='"}, "the value is missing");  // told once
  try {
    diagnostics.throw_if_any();
    FAIL("nothing was thrown");
  } catch (const InputError& error) {
    REQUIRE(error.diagnostics.size() == 2);
    CHECK(error.diagnostics[0].place.line == 3);
    CHECK(error.diagnostics[0].place.column == 7);
    CHECK(error.diagnostics[0].message ==
          "unknown parameter 'mena' (did you mean 'mean'?); there are mean, variance");
    CHECK(error.diagnostics[0].suggestion == "mean");
    CHECK(error.diagnostics[1].place.file == "argument 'seeds='");
    CHECK(error.diagnostics[1].suggestion.empty());
    CHECK(std::string(error.what()) ==
          "sweep.yaml:3:7: unknown parameter 'mena' (did you mean 'mean'?); there are mean, variance\n"
          "argument 'seeds=': the value is missing");
  }
}

TEST_CASE("an error of one message is one diagnostic, whose place is in the message") {
  const InputError error("results/walk: holds no run");
  REQUIRE(error.diagnostics.size() == 1);
  CHECK(error.diagnostics[0].str() == error.what());
  CHECK(error.diagnostics[0].place.file.empty());
}
