// Tests of the files in examples/plugins, compiled into this program: gradients, and values by definition.
#include <algorithm>
#include <cmath>
#include <string>

#include "core/autodiff/gradcheck.hpp"
#include "core/nn/diagnose.hpp"
#include "core/nn/kinds.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "core/tasks/task.hpp"
#include "tests/nn/support.hpp"

namespace qklab::nn {
namespace {

// Four heads of width 2.
ModelConfig with(const Choice<AttentionKind>& attention, const Choice<PositionsKind>& positions = "learned") {
  ModelConfig config = small(attention);
  config.dim = 8;
  config.heads = 4;
  config.positions = positions;
  return config;
}

Choice<AttentionKind> multi_query(std::int64_t groups) {
  return Choice<AttentionKind>("multi_query", {{"multi_query.groups", groups}});
}

TEST_CASE("gradients of models with what the examples add") {
  for (const ModelConfig& config :
       {with("softmax", "interleaved"), with(multi_query(1)), with(multi_query(2), "interleaved"),
        with(Choice<AttentionKind>("squared_relu", {{"squared_relu.offset", -0.5}}))}) {
    CAPTURE(config.attention.name());
    CAPTURE(config.positions.name());
    Trained<double> trained(config);
    const auto report = autodiff::gradcheck(trained.tape, trained.loss);
    CAPTURE(report.where);
    CHECK(report.ok);
  }
}

TEST_CASE(
    "interleaved: with equal tokens, ratios of weights depend on distances alone, and do depend on them") {
  Trained<double> trained(with("softmax", "interleaved"), 1, Use::reading);
  std::ranges::fill(trained.model.tokens.value(), 3);
  trained.tape.forward();
  const auto weights = trained.model.layers[0].attention.weights.value();  // (1, 4, 4, 4)
  const auto ratio = [&](std::size_t head, std::size_t t) {  // of the previous token to the query's own
    const double* row = &weights[(head * 4 + t) * 4];
    return row[t - 1] / row[t];
  };
  for (std::size_t head = 0; head < 4; ++head) {
    CHECK(std::abs(ratio(head, 1) - ratio(head, 2)) <= 1e-12);
    CHECK(std::abs(ratio(head, 1) - ratio(head, 3)) <= 1e-12);
    CHECK(std::abs(ratio(head, 1) - 1) >= 1e-3);
  }
}

TEST_CASE("interleaved: a head of odd width is refused") {
  ModelConfig config = small();  // two heads of width 3
  config.positions = "interleaved";
  CHECK(problems(config) ==
        std::vector<std::string>{
            "rotary positions turn pairs of coordinates: make dim / heads, which is 3, even"});
}

TEST_CASE("multi_query with as many groups as heads is softmax attention") {
  Trained<double> usual(with("softmax"), 2, Use::reading), grouped(with(multi_query(4)), 2, Use::reading);
  std::ranges::copy(usual.tape.parameters(), grouped.tape.parameters().begin());
  usual.tape.forward();
  grouped.tape.forward();
  CHECK(std::abs(usual.loss.item() - grouped.loss.item()) <= 1e-12);
}

TEST_CASE("multi_query: heads that share keys have the prescribed spectrum, and are reported") {
  for (const int groups : {1, 2, 4}) {
    Tape<double> tape;
    Transformer<double> model(tape, with(multi_query(groups)), 1, Use::reading);
    initialize(model, {.kind = "spectrum", .spectrum = {0.5, 0.2}}, Stream(1, 0, "model"));
    tape.forward();
    for (const LayerReport& layer : diagnose(model).layers) {
      REQUIRE(layer.heads.size() == 4);
      for (const HeadReport& head : layer.heads) {
        CHECK(std::abs(head.spectrum.mean - 0.5) <= 1e-12);
        CHECK(std::abs(head.spectrum.variance - 0.2) <= 1e-12);
        CHECK(head.entropy.has_value());
      }
    }
  }
}

TEST_CASE("adagrad learns a batch, and what it keeps is a parameter of its own") {
  OptimizerConfig config = defaults("adagrad");
  CHECK(config.kind.real("adagrad.keep") == 1);
  config.kind = Choice<OptimizerKind>("adagrad", {{"adagrad.keep", 0.9}});
  CHECK(config.kind.real("adagrad.keep") == 0.9);
  config.rate = 0.01;
  Trained<float> trained(small());
  Optimizer<float> optimizer(config, trained.tape);
  for (int step = 0; step < 300; ++step) {
    trained.step();
    optimizer.step();
  }
  CHECK(trained.loss.item() <= 0.3f);
}

TEST_CASE("parity: labels are those of the solver, of all bits so far or of the last") {
  for (const std::int64_t last : {0, 1, 3}) {
    const auto task = tasks::make_task(
        {.kind = Choice<tasks::TaskKind>("parity", {{"parity.last", last}}), .length = 8, .batch = 4},
        Stream(1, 0, "task"));
    tasks::Batch batch, solved;
    task->batch(tasks::Part::train, 0, batch);
    solved = batch;
    std::ranges::fill(solved.labels, tasks::ignored);
    REQUIRE(task->solve(solved));
    CHECK(solved.labels == batch.labels);
    if (last == 1) CHECK(batch.labels == batch.ids);
    // The first bit is its own parity; the others are anything unless they count alone.
    CHECK(*task->baseline(1).value == doctest::Approx((last == 1 ? 0 : 7) * std::log(2) / 8));
  }
}

TEST_CASE("a parameter that an entry does not have, or has as another type, is an error") {
  CHECK_THROWS_WITH_AS(multi_query(1).integer("multi_query.group"),
                       "attention 'multi_query' has no parameter 'multi_query.group'", Error);
  CHECK_THROWS_WITH_AS(multi_query(1).real("multi_query.groups"),
                       "attention 'multi_query': parameter 'multi_query.groups' is of another type", Error);
}

}  // namespace
}  // namespace qklab::nn
