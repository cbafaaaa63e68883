#include "core/trial/trial_progress.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <thread>

using namespace qklab;
using namespace std::chrono_literals;

namespace {

void tell(TrialProgress& progress, std::uint64_t step, std::uint64_t of, std::string_view name,
          double value) {
  const MetricValue told[] = {{name, value}};
  progress.tell(step, of, told);
}

}  // namespace

TEST_CASE("the last values of metrics are seen, in the order in which they were first told") {
  TrialProgress progress(7, 1);
  CHECK_FALSE(progress.look());
  progress.tell(0, 100);
  CHECK(progress.look()->told.empty());
  tell(progress, 1, 100, "loss", 3);
  tell(progress, 2, 100, "accuracy", 0.5);
  tell(progress, 3, 100, "loss", 2);
  const RunningTrial now = *progress.look();
  CHECK(now.id == 7);
  CHECK(now.step == 3);
  CHECK(now.of == 100);
  REQUIRE(now.told.size() == 2);
  CHECK(now.told[0].name == "loss");
  CHECK(now.told[0].last == 2);
  CHECK(now.told[0].step == std::vector<double>{1, 3});
  CHECK(now.told[0].value == std::vector<double>{3, 2});
  CHECK(now.told[1].last == 0.5);
}

TEST_CASE("a curve stays short, covers the whole trial, and a value that nobody waits for is not kept") {
  TrialProgress progress(7, 1);
  for (std::uint64_t step = 0; step < 100; ++step) tell(progress, step, 100000, "loss", 1.0);
  CHECK(progress.look()->told[0].value.size() < 64);
  CHECK(progress.look()->told[0].step.back() < 99);  // nobody had looked
  for (std::uint64_t step = 100; step < 5000; ++step) {
    tell(progress, step, 100000, "loss", 1.0 / static_cast<double>(step));
    const RunningTrial now = *progress.look();
    REQUIRE(now.told[0].last == 1.0 / static_cast<double>(step));
    REQUIRE(now.told[0].step.size() < 64);
    REQUIRE(std::ranges::is_sorted(now.told[0].step));
  }
  const ToldMetric curve = progress.look()->told[0];
  CHECK(curve.step.front() == 0);
  CHECK(curve.step.back() > 4800);
  CHECK(curve.step.size() >= 32);
}

TEST_CASE("metrics beyond the first ones are not kept") {
  TrialProgress progress(7, 1);
  for (int i = 0; i < 20; ++i) tell(progress, 1, 10, "metric_" + std::to_string(i), i);
  CHECK(progress.look()->told.size() == TrialProgress::most_metrics);
  CHECK(progress.look()->told.back().last == TrialProgress::most_metrics - 1);
}

TEST_CASE("the time left follows from the pace of the later steps, from where the trial went on") {
  TrialProgress progress(7, 1);
  progress.tell(1000, 2000);
  const auto begin = TrialProgress::Clock::now();
  CHECK(std::isnan(progress.look(begin)->left));
  progress.tell(1100, 2000);
  CHECK(progress.look(begin + 10s)->left == doctest::Approx(90).epsilon(0.01));
  CHECK(progress.look(begin + 15s)->left == doctest::Approx(85).epsilon(0.01));
  CHECK(progress.look(begin + 500s)->left == 0);
  // Twice as fast from here on.
  for (std::uint64_t k = 1; k <= 80; ++k) {
    progress.tell(1100 + 10 * k, 2000);
    const RunningTrial now = *progress.look(begin + 15s + k * 500ms);
    if (k > 40) CHECK(now.left == doctest::Approx(0.05 * (900 - 10.0 * static_cast<double>(k))).epsilon(0.1));
  }
}

TEST_CASE("a trial that is stopped before its end has only the steps until then left") {
  TrialProgress progress(7, 1, nullptr, 200);
  progress.tell(0, 1000);
  const auto begin = TrialProgress::Clock::now();
  progress.tell(100, 1000);
  CHECK(progress.look(begin + 10s)->left == doctest::Approx(10).epsilon(0.01));
}

TEST_CASE("a trial that begins to count anew is told from there") {
  TrialProgress progress(7, 1);
  progress.tell(0, 100);
  const auto begin = TrialProgress::Clock::now();
  progress.tell(100, 100);
  CHECK(progress.look(begin + 1s)->left == 0);
  progress.tell(0, 100);
  CHECK(std::isnan(progress.look(begin + 1s)->left));
  progress.tell(10, 100);
  CHECK(progress.look(begin + 2s)->left == doctest::Approx(9).epsilon(0.01));
}

TEST_CASE("one thread tells while another looks") {
  TrialProgress progress(7, 1);
  std::thread looks([&] {
    for (int i = 0; i < 2000; ++i)
      if (const auto now = progress.look())
        for (const ToldMetric& each : now->told) REQUIRE(each.step.size() == each.value.size());
  });
  for (std::uint64_t step = 0; step < 20000; ++step) {
    const MetricValue told[] = {{"loss", 1.0}, {step % 3 == 0 ? "a" : "b", 2.0}};
    progress.tell(step, 20000, told);
  }
  looks.join();
  CHECK(progress.look()->step == 19999);
}
