// Single operations against PyTorch: tests/goldens/ops.py wrote ops.json.
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/autodiff/support.hpp"
#include "tests/source_directory.hpp"

namespace qklab::autodiff {
namespace {

using nlohmann::json;

template <class T> struct Operands {
  Tape<T>& tape;
  std::vector<Tensor<T>> x;
  Indices<T> ids;
};

template <class T> using Operation = std::function<Tensor<T>(const Operands<T>&)>;

template <class T> std::map<std::string, Operation<T>> operations() {
  using O = const Operands<T>&;
  return {
      {"matmul", [](O o) { return matmul(o.x[0], o.x[1]); }},
      {"matmul_batched_transposed",
       [](O o) { return matmul(o.x[0], o.x[1], {.transpose_b = true, .scale = 0.5}); }},
      {"matmul_shared_right", [](O o) { return matmul(o.x[0], o.x[1]); }},
      {"matmul_shared_left", [](O o) { return matmul(o.x[0], o.x[1], {.transpose_a = true}); }},
      {"add_bias", [](O o) { return o.x[0] + o.x[1]; }},
      {"sub_positions", [](O o) { return o.x[0] - o.x[1]; }},
      {"mul_scalar", [](O o) { return o.x[0] * reshape(o.x[1], {}); }},
      {"div", [](O o) { return div(o.x[0], o.x[1]); }},
      {"affine", [](O o) { return affine(o.x[0], 3, -2); }},
      {"power", [](O o) { return power(o.x[0], -0.5); }},
      {"exp", [](O o) { return exp(o.x[0]); }},
      {"log", [](O o) { return log(o.x[0]); }},
      {"tanh", [](O o) { return tanh(o.x[0]); }},
      {"sigmoid", [](O o) { return sigmoid(o.x[0]); }},
      {"gelu", [](O o) { return gelu(o.x[0]); }},
      {"relu", [](O o) { return relu(o.x[0]); }},
      {"softmax", [](O o) { return softmax(o.x[0]); }},
      {"softmax_causal", [](O o) { return softmax(o.x[0], Mask::causal()); }},
      {"softmax_masked",
       [](O o) {
         const std::vector<T> mask = {1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1};
         return softmax(o.x[0], o.tape.constant({3, 4}, mask));
       }},
      {"sparsemax", [](O o) { return sparsemax(o.x[0]); }},
      {"piecewise_softmax", [](O o) { return piecewise_softmax(o.x[0]); }},
      {"layer_norm", [](O o) { return layer_norm(o.x[0]); }},
      {"layer_norm_affine", [](O o) { return layer_norm(o.x[0], o.x[1], o.x[2]); }},
      {"embedding", [](O o) { return embedding(o.x[0], o.ids); }},
      {"transpose", [](O o) { return transpose(o.x[0], 1, 2); }},
      {"slice", [](O o) { return slice(o.x[0], 1, 1, 4); }},
      {"concat", [](O o) { return concat(o.x, 1); }},
      {"mean", [](O o) { return mean(o.x[0]); }},
      {"mean_squared_error", [](O o) { return mean_squared_error(o.x[0], o.x[1]); }},
      {"cross_entropy", [](O o) { return cross_entropy(o.x[0], o.ids); }},
      {"trace", [](O o) { return trace(o.x[0]); }},
      {"trace_of_square", [](O o) { return trace_of_square(o.x[0]); }},
      {"spectral_norm", [](O o) { return spectral_norm(o.x[0], 500); }},
      {"embedding_positions", [](O o) { return embedding(o.x[0], o.ids); }},
      {"outer_sum", [](O o) { return outer_sum(o.x[0], o.x[1]); }},
      {"power_0", [](O o) { return power(o.x[0], 0); }},
      {"power_potential", [](O o) { return power_potential(o.x[0], 1.75); }},
  };
}

Shape shape_of(const json& tensor) {
  const auto extents = tensor.at("shape").get<std::vector<int>>();
  return Shape(std::span(extents));
}

std::vector<double> data_of(const json& tensor) { return tensor.at("data").get<std::vector<double>>(); }

template <class T> Tensor<T> leaf(Tape<T>& tape, const json& tensor, bool trainable) {
  const Tensor<T> x = tape.parameter("x", shape_of(tensor), trainable);
  std::ranges::transform(data_of(tensor), x.value().begin(), [](double v) { return static_cast<T>(v); });
  return x;
}

template <class T> void compare(const json& golden, const Operation<T>& operation) {
  Tape<T> tape;
  Operands<T> operands{tape, {}, {}};
  for (const json& input : golden.at("inputs")) operands.x.push_back(leaf(tape, input, true));
  if (golden.contains("ids")) {
    operands.ids = tape.indices(shape_of(golden.at("ids")));
    std::ranges::copy(golden.at("ids").at("data").get<std::vector<std::int32_t>>(),
                      operands.ids.value().begin());
  }
  const Tensor<T> y = operation(operands);
  const Tensor<T> loss = sum(y * leaf(tape, golden.at("weights"), false));
  tape.forward();
  tape.backward(loss);
  const double tolerance = 16 * static_cast<double>(std::numeric_limits<T>::epsilon());
  CHECK(y.shape() == shape_of(golden.at("value")));
  CHECK(relative_distance(y.value(), data_of(golden.at("value"))) <= tolerance);
  REQUIRE(golden.at("gradients").size() == operands.x.size());
  for (std::size_t k = 0; k < operands.x.size(); ++k) {
    CHECK(relative_distance(operands.x[k].gradient(), data_of(golden.at("gradients")[k])) <= tolerance);
  }
}

TEST_CASE_TEMPLATE("values and gradients are PyTorch's", T, float, double) {
  std::ifstream file(source_directory() + "/tests/goldens/ops.json");
  const json goldens = json::parse(file).at("cases");
  const auto known = operations<T>();
  CHECK(goldens.size() == known.size());
  for (const auto& entry : known) {
    const std::string& name = entry.first;
    CAPTURE(name);
    REQUIRE(goldens.contains(name));
    compare<T>(goldens.at(name), entry.second);
  }
}

}  // namespace
}  // namespace qklab::autodiff
