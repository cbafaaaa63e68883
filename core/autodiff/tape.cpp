#include "core/autodiff/tape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"
#include "core/kernels/denormals.hpp"

namespace qklab::autodiff {
namespace {

template <class T> constexpr Rule<T> parameter_rule{"parameter"};
template <class T> constexpr Rule<T> input_rule{"input"};
template <class T> constexpr Rule<T> indices_rule{"indices"};

double cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

template <class T> std::int32_t Tape<T>::append(const Node<T>& node) {
  if (planned_for_ >= 0) throw Error(fmt::format("[{}] cannot be recorded after plan()", node.rule->name));
  nodes_.push_back(node);
  return static_cast<std::int32_t>(nodes_.size() - 1);
}

template <class T> Tensor<T> Tape<T>::parameter(std::string name, Shape shape, bool trainable) {
  Node<T> node{&parameter_rule<T>};
  node.shape = shape;
  node.is_parameter = true;
  node.needs_gradient = trainable && has_gradients_;
  node.value = node.gradient = parameters_.append(shape.size());
  if (has_gradients_) parameter_gradients_.append(shape.size());
  node.owner = static_cast<std::int32_t>(nodes_.size());
  const Tensor<T> tensor{{this, append(node)}};
  blocks_.push_back({std::move(name), tensor, node.value, shape.size(), trainable});
  return tensor;
}

template <class T> Tensor<T> Tape<T>::input(Shape shape) {
  Node<T> node{&input_rule<T>};
  node.shape = shape;
  node.is_input = true;
  node.value = inputs_.reserve(shape.size());
  node.owner = static_cast<std::int32_t>(nodes_.size());
  return {{this, append(node)}};
}

template <class T> Tensor<T> Tape<T>::constant(Shape shape, std::span<const T> values) {
  if (values.size() != shape.size()) {
    bad_shapes("constant", {shape}, fmt::format("needs {} values, not {}", shape.size(), values.size()));
  }
  const Tensor<T> tensor = input(shape);
  std::ranges::copy(values, tensor.value().begin());
  return tensor;
}

template <class T> Indices<T> Tape<T>::indices(Shape shape) {
  Node<T> node{&indices_rule<T>};
  node.shape = shape;
  node.value = indices_.reserve(shape.size());
  node.owner = static_cast<std::int32_t>(nodes_.size());
  return {{this, append(node)}};
}

template <class T>
Tensor<T> Tape<T>::record(const Rule<T>& rule, std::span<const Handle<T>> operands, Shape shape,
                          Attributes attributes, std::size_t saved) {
  Node<T> node{&rule};
  node.shape = shape;
  node.attributes = attributes;
  node.first_operand = static_cast<std::uint32_t>(operands_.size());
  node.operands = static_cast<std::uint32_t>(operands.size());
  for (const Handle<T>& operand : operands) {
    if (operand.tape != this) throw Error(fmt::format("[{}] operands are of different tapes", rule.name));
    operands_.push_back(operand.id);
    node.needs_gradient |= at(operand.id).needs_gradient;
  }
  node.value = values_.reserve(shape.size());
  if (node.needs_gradient) node.gradient = gradients_.reserve(shape.size());
  node.saved = saved_.reserve(saved);
  node.owner = static_cast<std::int32_t>(nodes_.size());
  return {{this, append(node)}};
}

template <class T> Tensor<T> Tape<T>::alias(const Rule<T>& rule, Tensor<T> of, Shape shape) {
  Node<T> node = at(of.id);
  node.rule = &rule;
  node.shape = shape;
  node.first_operand = static_cast<std::uint32_t>(operands_.size());
  node.operands = 1;
  operands_.push_back(of.id);
  return {{this, append(node)}};
}

template <class T> void Tape<T>::settle() {
  parameters_.settle();
  parameter_gradients_.settle();
  inputs_.settle();
  values_.settle();
  gradients_.settle();
  saved_.settle();
  indices_.settle();
  if (reached_.size() < nodes_.size()) reached_.resize(nodes_.size());
}

template <class T>
void Tape<T>::call(void (*function)(const Call<T>&), const Node<T>& node, double Timing::*direction) {
  if (!profile_) return function(Call<T>(*this, node));
  const double start = cpu_seconds();
  function(Call<T>(*this, node));
  const double seconds = cpu_seconds() - start;
  auto timing = std::ranges::find(*profile_, std::string_view(node.rule->name), &Timing::name);
  if (timing == profile_->end()) timing = profile_->insert(timing, {node.rule->name});
  (*timing).*direction += seconds;
}

template <class T> void Tape<T>::forward() {
  [[maybe_unused]] const kernels::FlushInTraining<T> flush;
  settle();
  for (const Node<T>& node : nodes_) {
    if (node.rule->forward) call(node.rule->forward, node, &Timing::forward);
  }
}

// Gradients are cleared just before the first addition to them, while that brings them to the cache.
template <class T> void Tape<T>::reach(std::int32_t owner) {
  auto& reached = reached_[static_cast<std::size_t>(owner)];
  if (reached) return;
  reached = 1;
  std::fill_n(gradient(at(owner)), at(owner).shape.size(), T{0});
}

template <class T> void Tape<T>::backward(Tensor<T> loss) {
  if (loss.tape != this) throw Error("[backward] the loss is of a different tape");
  const Node<T>& end = at(loss.id);
  if (end.shape.size() != 1) bad_shapes("backward", {end.shape}, "a loss is a single number");
  if (planned_for_ >= 0 && planned_for_ != loss.id) throw Error("[backward] the plan is for another loss");
  [[maybe_unused]] const kernels::FlushInTraining<T> flush;
  settle();
  std::ranges::fill(reached_, std::uint8_t{0});
  if (end.needs_gradient) {
    reach(end.owner);
    *gradient(end) = 1;
  }
  // Operands precede their nodes on the tape, so once the walk comes to a node its gradient is complete.
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const Node<T>& node = nodes_[i];
    if (!node.needs_gradient) continue;
    if (!reached_[static_cast<std::size_t>(node.owner)]) {
      if (planned_for_ < 0 || node.is_parameter) std::fill_n(gradient(node), node.shape.size(), T{0});
      continue;
    }
    if (!node.rule->backward) continue;
    for (int k = 0; !node.rule->begins && k < static_cast<int>(node.operands); ++k) {
      const Node<T>& source = at(operand(node, k));
      if (source.needs_gradient) reach(source.owner);
    }
    call(node.rule->backward, node, &Timing::backward);
  }
}

template <class T> std::size_t Tape<T>::parameter_bytes() const {
  return (parameters_.size() + parameter_gradients_.size()) * sizeof(T);
}

template <class T> std::size_t Tape<T>::arena_bytes() const {
  return (inputs_.size() + values_.size() + gradients_.size() + saved_.size()) * sizeof(T) +
         indices_.size() * sizeof(std::int32_t);
}

template <class T> void Tape<T>::check_readable(const Node<T>& node) const {
  if (planned_for_ < 0 || node.kept || node.is_parameter || node.is_input) return;
  throw Error(fmt::format("[{}] shares its memory with others under the plan: keep() it to read it",
                          node.rule->name));
}

template <class T> std::span<T> Tape<T>::parameters() {
  settle();
  return {parameters_.at(0), parameters_.size()};
}

template <class T> std::span<T> Tape<T>::gradients() {
  settle();
  return {parameter_gradients_.at(0), parameter_gradients_.size()};
}

template <class T> Shape Handle<T>::shape() const { return tape->node(id).shape; }

template <class T> std::span<T> Tensor<T>::value() const {
  this->tape->settle();
  const Node<T>& node = this->tape->node(this->id);
  this->tape->check_readable(node);
  return {this->tape->value(node), node.shape.size()};
}

template <class T> std::span<const T> Tensor<T>::gradient() const {
  this->tape->settle();
  const Node<T>& node = this->tape->node(this->id);
  if (!node.needs_gradient) return {};
  this->tape->check_readable(node);
  return {this->tape->gradient(node), node.shape.size()};
}

template <class T> std::span<std::int32_t> Indices<T>::value() const {
  this->tape->settle();
  const Node<T>& node = this->tape->node(this->id);
  return {this->tape->indices_.at(node.value), node.shape.size()};
}

template class Tape<float>;
template class Tape<double>;
template struct Handle<float>;
template struct Handle<double>;
template struct Tensor<float>;
template struct Tensor<double>;
template struct Indices<float>;
template struct Indices<double>;

}  // namespace qklab::autodiff
