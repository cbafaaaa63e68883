#include "core/run/trial_table.hpp"

#include <doctest/doctest.h>

#include <bit>

#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

TEST_CASE("trials come back as they were put in, whichever parameters vary, and when") {
  const char* sweeps[] = {
      "params: {number: 3}\n",
      "sweep: {number: [-1, 0, 9007199254740991]}\n",
      "sweep: {label: [a, '', 'b c', a b], flag: [true, false], number: {range: [1, 50, 1]}}\n",
      "sweep: {scale: [1, 0.1, .inf, .nan, 1e-300], number: [2, 3]}\n",
  };
  for (const char* body : sweeps) {
    CAPTURE(body);
    const auto specs = specs_of(sweep_of(walker(), body));
    TrialTable table;
    for (const TrialSpec& spec : specs) table.add(spec);
    REQUIRE(table.size() == specs.size());
    for (std::size_t i = specs.size(); i-- > 0;) {
      const TrialSpec spec = table[i];
      CHECK(spec.id == specs[i].id);
      CHECK(spec.params.str() == specs[i].params.str());
      CHECK(trial_id(walker(), spec.params) == spec.id);
    }
  }
}

TEST_CASE("numbers come back to the bit") {
  const double numbers[] = {0.0, -0.0, 5e-324, std::numeric_limits<double>::quiet_NaN()};
  TrialTable table;
  for (const double number : numbers) {
    TrialSpec spec = specs_of(walker_sweep(1))[0];
    spec.params.set(*walker().parameters.find("scale"), number);
    table.add(spec);
  }
  for (std::size_t i = 0; i < std::size(numbers); ++i)
    CHECK(std::bit_cast<std::uint64_t>(table[i].params.real("scale")) ==
          std::bit_cast<std::uint64_t>(numbers[i]));
}
