#include <cmath>

#include "tests/experiments/support.hpp"

using namespace qklab;

namespace {
testing::Outcome tune(const char* trained, double lambda) {
  return testing::run("finetune_matrices", {{"trained", Value{std::string(trained)}},
                                            {"lambda", lambda},
                                            {"pretrain_steps", std::int64_t{60}},
                                            {"steps", std::int64_t{40}}});
}
}  // namespace

TEST_CASE("finetune_matrices: all choices start from one pre-trained model and change what they name") {
  const auto v = tune("v", 1), k = tune("k", 1), v4 = tune("v", 4);
  CHECK(v.scalar("pretrained_loss") == k.scalar("pretrained_loss"));
  CHECK(v.scalar("shifted_loss") == k.scalar("shifted_loss"));
  CHECK(v.scalar("value_over_key") == k.scalar("value_over_key"));
  CHECK(v.scalar("final_loss") != k.scalar("final_loss"));
  CHECK(v.scalar("final_loss") < v.scalar("shifted_loss"));
  CHECK(v4.scalar("final_loss") != v.scalar("final_loss"));  // lambda acts on W_v
  CHECK(v.scalar("final_loss") >= v.scalar("floor") - 0.05);
  CHECK(tune("k", 4).scalar("final_loss") == k.scalar("final_loss"));  // and on nothing else
}

TEST_CASE("finetune_matrices: tasks can be chosen, and a model that knows recall is wrong about induction") {
  const auto tuned = testing::run("finetune_matrices", {{"before", Value{std::string("recall")}},
                                                        {"after", Value{std::string("induction")}},
                                                        {"length", std::int64_t{12}},
                                                        {"vocabulary", std::int64_t{4}},
                                                        {"pretrain_steps", std::int64_t{80}},
                                                        {"steps", std::int64_t{20}}});
  CHECK(tuned.scalar("floor") == 0);
  CHECK(tuned.scalar("baseline") < std::log(4.0));
  CHECK(tuned.scalar("pretrained_loss") < std::log(2.0) + 0.05);  // two values
  CHECK(tuned.scalar("shifted_loss") > std::log(4.0));            // worse than chance
}

TEST_CASE(
    "finetune_matrices: the rate of W_v can be given by itself, and with a rank adapters learn in its "
    "place") {
  const auto run = [](double rate, double lambda, double value_rate, std::int64_t rank,
                      const char* trained = "qkv") {
    return testing::run("finetune_matrices", {{"trained", Value{std::string(trained)}},
                                              {"rate", rate},
                                              {"lambda", lambda},
                                              {"value_rate", value_rate},
                                              {"rank", rank},
                                              {"pretrain_steps", std::int64_t{40}},
                                              {"steps", std::int64_t{20}}});
  };
  const auto by_ratio = run(0.1, 4, 0, 0), by_itself = run(0.1, 1, 0.4, 0);
  CHECK(by_itself.series("loss") == by_ratio.series("loss"));
  const auto adapters = run(0.1, 1, 0.4, 2);
  CHECK(adapters.scalar("shifted_loss") ==
        by_itself.scalar("shifted_loss"));  // B = 0: the model that was learned
  CHECK(adapters.scalar("final_loss") < adapters.scalar("shifted_loss"));
  CHECK(adapters.scalar("final_loss") != by_itself.scalar("final_loss"));
  CHECK(run(0.1, 1, 0.2, 2, "k").scalar("final_loss") == run(0.1, 1, 0.4, 2, "k").scalar("final_loss"));
}
