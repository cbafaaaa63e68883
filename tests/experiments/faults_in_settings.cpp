// Seeded faults in the experiments that stand nearest to the papers' own figures.
#include <algorithm>

#include "core/stats/correlation.hpp"
#include "tests/experiments/faults.hpp"

namespace qklab::testing {
namespace {

TEST_CASE("faults: the sharpness of other blocks, and gradients no longer rise with it, sharp_where_steep") {
  const std::vector<std::string> fresh = {"part=all", "curvature=true",   "norm=post",
                                          "layers=2", "pretrain_steps=0", "seeds=8"};
  CHECK(outcomes_of("fig_block_curvature", "block_curvature", "sound", unchanged("block_curvature"), fresh)
            .at("sharp_where_steep") == "holds");
  const Runs moved = [](const Trial& trial, Result& result) {
    const Experiment& real = *find_experiment("block_curvature");
    real.run(trial, result);
    const auto& gradient = result.all_series[slot(real.series, real.series_metric("gradient"))].value;
    auto sharpness = result.all_series[slot(real.series, real.series_metric("sharpness"))].value;
    // That of W_v for W_q, and so on.
    std::rotate(sharpness.begin(), sharpness.begin() + 2, sharpness.end());
    result.scalars[slot(real.scalars, real.scalar_metric("correlation"))] =
        rank_correlation(gradient, sharpness);
  };
  CHECK(
      outcomes_of("fig_block_curvature", "block_curvature", "moved", moved, fresh).at("sharp_where_steep") ==
      "fails");
}

TEST_CASE("faults: the two learning rates of fine-tuning swapped, higher_value_rate fails") {
  const std::vector<std::string> corners = {
      "trained=qkv",        "rank=0",  "rate=0.001,0.03", "value_rate=0.001,0.03", "lambda=1",
      "pretrain_steps=100", "steps=40"};
  CHECK(
      outcomes_of("fig_finetune_rates", "finetune_matrices", "rates", unchanged("finetune_matrices"), corners)
          .at("higher_value_rate") == "holds");
  const Runs swapped = [](const Trial& trial, Result& result) {
    const std::atomic<bool> stop{false};
    Parameters params = trial.params;
    const auto set = [&](const char* name, const char* from) {
      params.set(*params.schema().find(name), Value(trial.params.real(from)));
    };
    set("rate", "value_rate");
    set("value_rate", "rate");
    find_experiment("finetune_matrices")->run(Trial(params, trial.id, stop), result);
  };
  CHECK(outcomes_of("fig_finetune_rates", "finetune_matrices", "swapped", swapped, corners)
            .at("higher_value_rate") == "fails");
}

TEST_CASE("faults: optimal weights compared with themselves, no model without gates is away from them") {
  const std::vector<std::string> linear = {"attention=linear", "layers=1",        "tasks=2",
                                           "first=0.2",        "second=0.9",      "third=0.5",
                                           "steps=100",        "test_batches=32", "seeds=6"};
  CHECK(outcomes_of("fig_gate_depth", "gated_linear_attention", "sound", unchanged("gated_linear_attention"),
                    linear)
            .at("equal_weights_without_gates") == "holds");
  const Runs itself = [](const Trial& trial, Result& result) {
    const Experiment& real = *find_experiment("gated_linear_attention");
    real.run(trial, result);
    const auto weight = [&](const char* name) -> std::vector<double>& {
      return result.all_series[slot(real.series, real.series_metric(name))].value;
    };
    weight("weight") = weight("weight_theory");
    result.scalars[slot(real.scalars, real.scalar_metric("weight_error"))] = 0;
  };
  CHECK(outcomes_of("fig_gate_depth", "gated_linear_attention", "itself", itself, linear)
            .at("equal_weights_without_gates") == "fails");
}

TEST_CASE(
    "faults: scores of a trained model sharpened in place of what the formula says, over-propagation rises") {
  const std::vector<std::string> formula = {"intervention=formula", "steps=200", "sequences=32"};
  CHECK(outcomes_of("fig_tame_inference", "tame_inference", "sound", unchanged("tame_inference"), formula)
            .at("less_over_propagation_at_inference") == "holds");
  const Runs sharpened = mislabelled("tame_inference", "intervention",
                                     [](const Parameters&) { return Value(std::string("activations")); });
  CHECK(outcomes_of("fig_tame_inference", "tame_inference", "sharpened", sharpened, formula)
            .at("less_over_propagation_at_inference") == "fails");
}

TEST_CASE("faults: a descent that stops early is not near its solution, attention_direction fails") {
  const std::vector<std::string> joint = {"p=2", "head=trained", "path=descent", "steps=2000"};
  CHECK(outcomes_of("fig_joint_selection", "joint_selection", "sound", unchanged("joint_selection"), joint)
            .at("attention_direction") == "holds");
  const Runs early =
      mislabelled("joint_selection", "steps", [](const Parameters&) { return Value(std::int64_t{10}); });
  CHECK(outcomes_of("fig_joint_selection", "joint_selection", "early", early, joint)
            .at("attention_direction") == "fails");
}

}  // namespace
}  // namespace qklab::testing
