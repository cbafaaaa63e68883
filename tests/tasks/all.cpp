// What holds for every task.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "tests/tasks/support.hpp"

using namespace qklab;
using namespace qklab::tasks;

TEST_CASE("a batch is a function of stream, part and number, in whatever order they are asked for") {
  for (const std::string& name : task_names()) {
    CAPTURE(name);
    const auto task = make(config_of(name)), again = make(config_of(name)), other = make(config_of(name), 1);
    const Batch third = batch_of(*task, Part::train, 3);
    const Batch first = batch_of(*task, Part::train, 1);
    const Batch held_out = batch_of(*task, Part::held_out, 3);
    CHECK(equal(batch_of(*again, Part::train, 1), first));
    CHECK(equal(batch_of(*again, Part::held_out, 3), held_out));
    CHECK(equal(batch_of(*again, Part::train, 3), third));
    CHECK_FALSE(equal(first, third));
    CHECK_FALSE(equal(held_out, third));
    CHECK_FALSE(equal(batch_of(*other, Part::train, 3), third));
  }
}

TEST_CASE("batches have the shape that the task states, and every id and label is in its range") {
  for (const std::string& name : task_names()) {
    CAPTURE(name);
    const auto task = make(config_of(name));
    const TaskShape shape = task->shape();
    const std::size_t size = task->config().batch;
    CHECK((shape.symbols > 0) != (shape.channels > 0));
    const Batch batch = batch_of(*task, Part::train, 0);
    CHECK(batch.ids.size() == (shape.symbols > 0 ? size * shape.length : 0));
    CHECK(batch.vectors.size() == size * shape.length * shape.channels);
    CHECK(batch.labels.size() == (shape.real_targets ? 0 : size * shape.answers()));
    CHECK(batch.values.size() == (shape.real_targets ? size * shape.answers() * shape.outputs : 0));
    for (const std::int32_t id : batch.ids) CHECK((id >= 0 && id < static_cast<int>(shape.symbols)));
    std::size_t answers = 0;
    for (const std::int32_t label : batch.labels) {
      answers += label != ignored;
      CHECK((label == ignored || (label >= 0 && label < static_cast<int>(shape.outputs))));
    }
    CHECK(answers + batch.values.size() >= size);
    for (const float x : batch.vectors) CHECK(std::isfinite(x));
  }
}

TEST_CASE("shuffled, a batch has the same inputs and targets, and the targets at other places") {
  for (const std::string& name : task_names()) {
    CAPTURE(name);
    TaskConfig config = config_of(name);
    const auto given = make(config);
    config.shuffled = true;
    const auto task = make(config);
    for (const Part part : {Part::train, Part::held_out}) {
      const Batch before = batch_of(*given, part, 2), after = batch_of(*task, part, 2);
      CHECK(after.ids == before.ids);
      CHECK(after.vectors == before.vectors);
      CHECK((after.labels != before.labels || after.values != before.values));
      CHECK(equal(batch_of(*make(config), part, 2), after));
      const auto sorted = [](auto values) {
        std::ranges::sort(values);
        return values;
      };
      CHECK(sorted(after.labels) == sorted(before.labels));
      CHECK(sorted(after.values) == sorted(before.values));
      for (std::size_t i = 0; i < before.labels.size(); ++i)
        CHECK((before.labels[i] == ignored) == (after.labels[i] == ignored));
    }
  }
}

TEST_CASE("shuffled targets follow no symbol: sorted ones are as frequent at each place") {
  TaskConfig config = config_of("sort");
  config.shuffled = true;
  const auto task = make(config);
  const std::size_t length = task->shape().length, symbols = task->shape().symbols;
  double first = 0, count = 0;
  for (std::uint64_t k = 0; k < 200; ++k) {
    const Batch batch = batch_of(*task, Part::train, k);
    for (std::size_t b = 0; b < config.batch; ++b, ++count) first += batch.labels[b * length];
  }
  const auto mean = static_cast<double>(symbols - 1) / 2;  // of all symbols; sorted, the first is the lowest
  CHECK(std::abs(first / count - mean) <= 5 * mean / std::sqrt(count));
}

TEST_CASE("where the floor is 0, the solver is always right") {
  for (const std::string& name : task_names()) {
    const auto task = make(config_of(name));
    if (task->floor().value != 0.0) continue;
    CAPTURE(name);
    for (std::uint64_t k = 0; k < 20; ++k) {
      const Batch batch = batch_of(*task, Part::held_out, k);
      Batch solved = batch;
      solved.labels.assign(batch.labels.size(), ignored);
      REQUIRE(task->solve(solved));
      CHECK(solved.labels == batch.labels);
    }
  }
}

TEST_CASE("a floor is a number that is not negative, or a reason why there is none") {
  for (const std::string& name : task_names()) {
    const Floor floor = make(config_of(name))->floor();
    CAPTURE(name);
    CHECK(floor.value.has_value() == (name != "text"));
    if (floor.value) CHECK(*floor.value >= 0);
    CHECK(floor.reason.size() > 10);
  }
}

TEST_CASE("what the random numbers depend on: all of a task's config, nothing else") {
  const TaskConfig config = config_of("sort");
  CHECK(task_key(config) == task_key(config_of("sort")));
  TaskConfig other = config;
  other.length += 1;
  CHECK(task_key(other) != task_key(config));
  other = config;
  other.noise = 0.5;
  CHECK(task_key(other) != task_key(config));
}

TEST_CASE("a config that does not do is refused with what to change") {
  const auto refused = [](const std::string& name, auto change) {
    TaskConfig config = config_of(name);
    change(config);
    CHECK_THROWS_AS(make(config), InputError);
    return problem(config);
  };
  CHECK(refused("sort", [](auto& c) { c.length = 0; }).starts_with("length is 0"));
  CHECK(refused("copy", [](auto& c) { c.length = 7; }).find("even") != std::string::npos);
  CHECK(refused("sort", [](auto& c) { c.vocabulary = 1; }).starts_with("vocabulary"));
  CHECK(refused("recall", [](auto& c) { c.length = 2; }).starts_with("length"));
  CHECK(refused("induction", [](auto& c) { c.length = 8; }).starts_with("length"));
  CHECK(refused("hull", [](auto& c) { c.length = 2; }).starts_with("length"));
  CHECK(refused("regression", [](auto& c) { c.noise = -1; }).starts_with("noise"));
  CHECK(refused("selection", [](auto& c) { c.features = 3; }).starts_with("features"));
  CHECK(refused("memorization", [](auto& c) {
          c.length = 2;
          c.examples = 64;
        }).starts_with("examples"));
  CHECK(refused("text", [](auto& c) { c.text = ""; }).starts_with("text"));
  TaskConfig unknown = config_of("sort");
  unknown.kind = "sorted";
  CHECK_THROWS_WITH_AS(make(unknown), doctest::Contains("did you mean 'sort'?"), InputError);
}
