#include "core/sweep/axes.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>

#include "tests/support/specimen.hpp"

using namespace qklab;

namespace {

AxisPointer numbers(std::size_t parameter, std::vector<double> list) {
  return list_axis(parameter, std::vector<Value>(list.begin(), list.end()));
}

std::string point_text(const Axis& axis, std::uint64_t i) {
  Axis::Point point;
  axis.append(i, point);
  std::map<std::size_t, std::string> sorted;
  for (const auto& [parameter, value] : point) sorted[parameter] = to_text(value);
  std::string out;
  for (const auto& [parameter, text] : sorted) out += text + " ";
  return out;
}

std::vector<double> values(const std::string& axis, const std::string& name = "mean") {
  const auto reading = specimen::read("sweep: {" + name + ": " + axis + "}\n");
  REQUIRE_MESSAGE(reading.messages.empty(), specimen::joined(reading.messages));
  std::vector<double> out;
  reading.config.sweep.for_each([&](const TrialSpec& trial) {
    out.push_back(trial.params.real(name));
    return true;
  });
  return out;
}

}  // namespace

TEST_CASE("axes: a product is nested loops, a zip one loop, a union one after the other") {
  const std::vector<double> a = {1, 2, 3}, b = {10, 20}, c = {7, 8, 9};
  const auto product = product_of({numbers(0, a), numbers(1, b), numbers(2, c)});
  std::uint64_t i = 0;
  for (const double x : a)
    for (const double y : b)
      for (const double z : c)
        CHECK(point_text(*product, i++) == shortest(x) + " " + shortest(y) + " " + shortest(z) + " ");
  CHECK(product->size() == i);

  const auto zip = zip_axes({numbers(0, a), numbers(1, c)});
  CHECK(zip->size() == 3);
  CHECK(point_text(*zip, 1) == "2 8 ");

  const auto both = union_of({numbers(0, a), numbers(0, b)});
  CHECK(both->size() == 5);
  CHECK(point_text(*both, 2) == "3 ");
  CHECK(point_text(*both, 3) == "10 ");
  CHECK(both->parameters() == std::vector<std::size_t>{0});
  CHECK(product->parameters() == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("axes: sizes saturate") {
  const auto zero = [](std::uint64_t) { return Value(0.0); };
  const auto huge = values_axis(0, std::uint64_t{1} << 33, zero),
             other = values_axis(1, std::uint64_t{1} << 33, zero);
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  const auto product = product_of({huge, other});
  CHECK(product->size() == most);
  CHECK(union_of({product, product})->size() == most);
  CHECK(saturating_product(0, most) == 0);
  CHECK(saturating_product(most, 1) == most);
}

TEST_CASE("axes: linspace and logspace have exact ends and clean decades") {
  CHECK(values("{linspace: [0, 1, 5]}") == std::vector<double>{0, 0.25, 0.5, 0.75, 1});
  CHECK(values("{linspace: [0, 1, 11]}")[3] == 0.3);
  CHECK(values("{linspace: [-1, 1, 3]}") == std::vector<double>{-1, 0, 1});
  CHECK(values("{linspace: [2, 5, 1]}") == std::vector<double>{2});
  const auto log = values("{logspace: [0.01, 100, 9]}", "variance");
  REQUIRE(log.size() == 9);
  CHECK(log[0] == 0.01);
  CHECK(log[2] == 0.1);
  CHECK(log[4] == 1);
  CHECK(log[8] == 100);
  for (std::size_t i = 1; i < log.size(); ++i) {
    const double ratio = log[i] / log[i - 1];
    CHECK(std::abs(ratio - std::sqrt(10.0)) <= 1e-14 * ratio);
  }
  CHECK(values("{logspace: [7, 7.1, 2]}") == std::vector<double>{7, 7.1});
}

TEST_CASE("axes: range includes the last value where it is on the grid") {
  CHECK(values("{range: [0, 1, 0.25]}") == std::vector<double>{0, 0.25, 0.5, 0.75, 1});
  CHECK(values("{range: [0, 0.9, 0.25]}") == std::vector<double>{0, 0.25, 0.5, 0.75});
  CHECK(values("{range: [1, -1, -1]}") == std::vector<double>{1, 0, -1});
  CHECK(values("{range: [3, 3, 1]}") == std::vector<double>{3});
  for (int n = 1; n <= 200; ++n) {  // n steps of a tenth make n + 1 values, however they are rounded
    CAPTURE(n);
    CHECK(range_size(0, n / 10.0, 0.1) == n + 1);
  }
  CHECK(range_size(0, 1, -0.5) == 0);
}

TEST_CASE("axes: decimal steps have the values that one writes") {
  const auto written = [](const std::string& axis, const std::string& list,
                          const std::string& name = "mean") {
    CAPTURE(axis);
    CHECK(values(axis, name) == values(list, name));
  };
  written("{range: [-0.3, 0.3, 0.1]}", "[-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]");
  written("{range: [1.1, 1.5, 0.1]}", "[1.1, 1.2, 1.3, 1.4, 1.5]");
  written("{range: [0.7, 0.1, -0.2]}", "[0.7, 0.5, 0.3, 0.1]");
  written("{range: [0, 3e-5, 1e-5]}", "[0, 1e-5, 2e-5, 3e-5]", "variance");
  written("{linspace: [0.1, 0.7, 7]}", "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]");
  written("{linspace: [1.2, -1.2, 9]}", "[1.2, 0.9, 0.6, 0.3, 0, -0.3, -0.6, -0.9, -1.2]");
  written("{logspace: [0.5, 128, 9]}", "[0.5, 1, 2, 4, 8, 16, 32, 64, 128]", "variance");
  written("{logspace: [0.003, 300, 6]}", "[0.003, 0.03, 0.3, 3, 30, 300]", "variance");
  for (int n = 1; n <= 400; ++n) {
    CAPTURE(n);
    CHECK(range_at(0, 0.05, static_cast<std::uint64_t>(n)) == n / 20.0);
  }
  // Digits that do not fit side by side are computed in binary.
  CHECK(range_at(1e300, 1e-300, 2) == 1e300);
  CHECK(std::isfinite(linspace(-1.7e308, 1.7e308, 5, 2)));
}

TEST_CASE("axes: conditions and arguments find what decimal steps make") {
  const std::string sweep = "sweep: {mean: {range: [0, 1, 0.1]}}\n";
  CHECK(specimen::trials_of(sweep + "where: mean == 0.3 or mean == 0.7\n", {"mean"}) == "mean=0.3\nmean=0.7");
  const auto ids = [](const std::string& body, const std::vector<std::string>& arguments = {}) {
    return specimen::read(body, arguments).config.sweep.ids();
  };
  CHECK(ids(sweep, {"mean=0.3,0.6,0.7"}) == ids("sweep: {mean: [0.3, 0.6, 0.7]}\n"));
  CHECK(ids("", {"mean=range(0.1,0.3,0.1)"}) == ids("sweep: {mean: [0.1, 0.2, 0.3]}\n"));
  CHECK(ids("", {"mean=linspace(0.1,0.3,3)"}) == ids("sweep: {mean: [0.1, 0.2, 0.3]}\n"));
}

TEST_CASE("axes: integer parameters take what yields integers") {
  CHECK(values("{logspace: [1, 1000, 4]}", "dim") == std::vector<double>{1, 10, 100, 1000});
  CHECK(values("{range: [8, 32, 8]}", "dim") == std::vector<double>{8, 16, 24, 32});
  CHECK(specimen::trials_of("sweep: {dim: {linspace: [1, 10, 5]}}\n", {"dim"}) ==
        "t.yaml:3:25: 'dim': linspace yields 3.25, which is no integer");
  CHECK(specimen::trials_of("sweep: {dim: {range: [1, 3, 0.99999999999]}}\n", {"dim"}) ==
        "t.yaml:3:22: 'dim': range yields 1.99999999999, which is no integer");
}

TEST_CASE("axes: random draws stay in their bounds, and depend on seed and parameter alone") {
  const auto uniform = values("{random: {uniform: [-1, 2], n: 1000, seed: 3}}");
  CHECK(uniform.size() == 1000);
  double sum = 0;
  for (const double x : uniform) {
    CHECK((x > -1 && x < 2));
    sum += x;
  }
  CHECK(std::abs(sum / 1000 - 0.5) < 5 * 3 / std::sqrt(12.0 * 1000));
  CHECK(std::set<double>(uniform.begin(), uniform.end()).size() == 1000);
  CHECK(values("{random: {uniform: [-1, 2], n: 10, seed: 3}}") ==
        std::vector<double>(uniform.begin(), uniform.begin() + 10));
  CHECK(values("{random: {uniform: [-1, 2], n: 10, seed: 4}}")[0] != uniform[0]);
  CHECK(values("{random: {uniform: [-1, 2], n: 10, seed: 3}}", "init.mean")[0] != uniform[0]);
  CHECK(values("{random: {uniform: [-1, 2], n: 5, seed: 3}}, dim: 7")[4] == uniform[4]);

  for (const double x : values("{random: {loguniform: [0.01, 100], n: 500}}", "variance"))
    CHECK((x >= 0.01 && x <= 100));
  double square = 0;
  for (const double x : values("{random: {normal: [1, 0.5], n: 4000}}")) square += (x - 1) * (x - 1);
  CHECK(std::abs(square / 4000 - 0.25) < 5 * 0.25 * std::sqrt(2.0 / 4000));
}

TEST_CASE("axes: random integers include both bounds, and choices are among those listed") {
  std::map<double, int> counts;
  for (const double x : values("{random: {uniform: [1, 3], n: 3000}}, seed: {range: [0, 0, 1]}", "dim"))
    ++counts[x];
  CHECK(counts.size() == 3);  // equal trials are merged, so each value occurs once
  const std::string drawn =
      specimen::trials_of("sweep: {norm: {random: {choice: [none, post], n: 50}}}\n", {"norm"});
  CHECK((drawn == "norm=none\nnorm=post" || drawn == "norm=post\nnorm=none"));
}

TEST_CASE("axes: 10^12 values are refused at once, and 10^7 are held by none") {
  CHECK(specimen::trials_of("sweep: {mean: {linspace: [0, 1, 1000000000000]}}\n", {"mean"}) ==
        "t.yaml:3:33: 'mean': the axis has more than 10000000 values");
  CHECK(specimen::trials_of("sweep: {mean: {range: [0, 1, 1e-12]}}\n", {"mean"}) ==
        "t.yaml:3:23: 'mean': the axis has more than 10000000 values");
  CHECK(specimen::trials_of("seeds: 10000001\n", {"mean"}) ==
        "t.yaml:3:8: 'seed': the axis has more than 10000000 values");
  const auto reading = specimen::read("sweep: {mean: {linspace: [0, 1, 10000000]}}\nseeds: 10000000\n");
  CHECK(reading.messages.empty());
  CHECK(reading.config.sweep.grid_size() == 100000000000000u);
}
