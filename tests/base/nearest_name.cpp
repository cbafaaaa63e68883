#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/base/error.hpp"

using namespace qklab;

TEST_CASE("the nearest name is a slip away, or another way to write the same") {
  const std::vector<std::string> names = {"lr",        "batch",        "heads",         "layers",
                                          "init.mean", "weight_decay", "evaluate_every"};
  const auto nearest = [&](const char* name) { return nearest_name(name, names); };
  CHECK(nearest("haeds") == "heads");
  CHECK(nearest("weight-decay") == "weight_decay");
  CHECK(nearest("learning_rate") == "lr");
  CHECK(nearest("learningRate") == "lr");
  CHECK(nearest("wd") == "weight_decay");
  CHECK(nearest("batch_size") == "batch");
  CHECK(nearest("num_attention_heads") == "heads");
  CHECK(nearest("n_layers") == "layers");
  CHECK(nearest("mean") == "init.mean");
  CHECK(nearest("temperature").empty());
  CHECK(nearest("x").empty());
  CHECK(nearest("").empty());
  CHECK(nearest("_._").empty());
}
