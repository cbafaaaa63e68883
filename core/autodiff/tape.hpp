// Reverse-mode differentiation of a graph that is recorded once and replayed.
//
//     Tape<float> tape;
//     auto x = tape.input({batch, dim});
//     auto w = tape.parameter("w", {dim, classes});
//     auto targets = tape.indices({batch});
//     auto loss = cross_entropy(matmul(x, w), targets);       // recording: shapes only, nothing is computed
//     for (;;) {                                              // each step: nothing is allocated
//       fill(x.value()); fill(targets.value());
//       tape.forward();
//       tape.backward(loss);
//       update(tape.parameters(), tape.gradients());
//     }
//
// T is float to train and double to check: one type a tape, as mixed graphs are of no use here.
// A tape computes on one thread, in the order of recording: a result never depends on the thread count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/autodiff/arena.hpp"
#include "core/autodiff/attributes.hpp"
#include "core/autodiff/shape.hpp"

namespace qklab::autodiff {

template <class T> class Tape;
template <class T> class Call;

// A position on a tape: what ops take and yield. Cheap to copy; the tape must outlive it.
template <class T> struct Handle {
  Tape<T>* tape = nullptr;
  std::int32_t id = -1;

  Shape shape() const;
};

// Spans are row-major and hold until the next node is recorded.
template <class T> struct Tensor : Handle<T> {
  std::span<T> value() const;
  // d loss / d this, after backward(); zero where the loss does not depend on it. Empty where the tensor
  // depends on no trainable parameter.
  std::span<const T> gradient() const;
  T item() const { return value().front(); }  // of a scalar
};

// Integer leaves: token ids, class labels.
template <class T> struct Indices : Handle<T> { std::span<std::int32_t> value() const; };

// How an op computes and how it passes gradients on. One constant per op and type, shared by its nodes.
template <class T> struct Rule {
  const char* name;
  void (*forward)(const Call<T>&) = nullptr;
  void (*backward)(const Call<T>&) = nullptr;  // null: nothing to do (leaves, aliases)
  // backward begins its operands' gradients by Call::begin; otherwise they are cleared for it to add to.
  bool begins = false;
};

template <class T> struct Node {
  const Rule<T>* rule;
  std::size_t value = 0;  // offsets into arenas
  std::size_t gradient = 0;
  std::size_t saved = 0;
  Attributes attributes{};
  Shape shape{};
  std::uint32_t first_operand = 0;
  std::int32_t owner = 0;  // the node whose value and gradient these are: itself unless an alias
  std::uint32_t operands = 0;
  bool needs_gradient = false;
  bool is_parameter = false;  // lies in the parameters' arenas
  bool is_input = false;      // lies in that of inputs
  bool kept = false;          // keeps its memory under a plan
};

// Seconds of this thread's CPU time that the nodes of one op took.
struct Timing {
  const char* name;
  double forward = 0, backward = 0;
};

template <class T> class Tape {
 public:
  Tape() = default;
  // Without gradients, values alone are kept in memory, and backward() has nothing to do.
  explicit Tape(bool has_gradients) : has_gradients_(has_gradients) {}
  Tape(const Tape&) = delete;  // handles point here
  Tape& operator=(const Tape&) = delete;

  // --- Leaves. Their values start as zero, are written through value(), and stay until overwritten. ---
  // A parameter that is not trainable gets no gradient, and neither does what depends on it alone.
  Tensor<T> parameter(std::string name, Shape shape, bool trainable = true);
  Tensor<T> input(Shape shape);
  Tensor<T> constant(Shape shape, std::span<const T> values);  // an input with its value; throws Error
  Indices<T> indices(Shape shape);

  // --- Replay. ---
  void forward();  // computes every node from the leaves
  // Gradients of `loss` (of size 1, else Error) at the values of the last forward(), written anew.
  void backward(Tensor<T> loss);
  // --- Memory. ---
  // From now on values and gradients share memory where their lifetimes in forward() and backward(loss)
  // allow. Those of parameters, and values of inputs, of the loss and of what was kept, can be read as
  // before; asking for others throws Error, as do recording and the gradients of another loss. Numbers stay
  // the same.
  void plan(Tensor<T> loss);
  void keep(Tensor<T> tensor);  // its value and gradient; before plan()
  // Bytes of parameters and their gradients, and of everything else.
  std::size_t parameter_bytes() const;
  std::size_t arena_bytes() const;

  // Until called with null, adds up there what each op takes.
  void set_profile(std::vector<Timing>* profile) { profile_ = profile; }

  // --- All parameters in the order of declaration, end to end, and gradients likewise (zero where not
  // trainable), for optimizers and files. ---
  struct Block {
    std::string name;
    Tensor<T> tensor;
    std::size_t offset, size;
    bool trainable;
  };
  const std::vector<Block>& blocks() const { return blocks_; }
  std::span<T> parameters();
  std::span<T> gradients();

  // --- For ops. ---
  // Appends a node; `saved` elements are kept for it from one call to the next, zero at first.
  // Throws Error where operands are of different tapes.
  Tensor<T> record(const Rule<T>& rule, std::span<const Handle<T>> operands, Shape shape,
                   Attributes attributes = {}, std::size_t saved = 0);
  Tensor<T> record(const Rule<T>& rule, std::initializer_list<Handle<T>> operands, Shape shape,
                   Attributes attributes = {}, std::size_t saved = 0) {
    return record(rule, std::span(operands.begin(), operands.size()), shape, attributes, saved);
  }
  // The same elements under another shape of equal size: no copy, and gradients are shared.
  Tensor<T> alias(const Rule<T>& rule, Tensor<T> of, Shape shape);

  // --- Structure, for checks and passes. ---
  std::size_t size() const { return nodes_.size(); }
  const Node<T>& node(std::int32_t id) const { return nodes_[static_cast<std::size_t>(id)]; }
  std::int32_t operand(const Node<T>& node, int k) const {
    return operands_[node.first_operand + static_cast<std::size_t>(k)];
  }

 private:
  friend class Call<T>;
  friend struct Tensor<T>;
  friend struct Indices<T>;

  std::int32_t append(const Node<T>& node);
  Node<T>& at(std::int32_t id) { return nodes_[static_cast<std::size_t>(id)]; }
  T* value(const Node<T>& node) {
    return (node.is_parameter ? parameters_ : node.is_input ? inputs_ : values_).at(node.value);
  }
  T* gradient(const Node<T>& node) {
    return (node.is_parameter   ? parameter_gradients_
            : planned_for_ >= 0 ? values_
                                : gradients_)
        .at(node.gradient);
  }
  void check_readable(const Node<T>& node) const;
  void settle();
  void reach(std::int32_t owner);
  void call(void (*function)(const Call<T>&), const Node<T>& node, double Timing::*direction);

  bool has_gradients_ = true;
  std::vector<Node<T>> nodes_;
  std::vector<std::int32_t> operands_;
  std::vector<Block> blocks_;
  Arena<T> parameters_, parameter_gradients_;
  Arena<T> inputs_, values_, gradients_, saved_;  // under a plan, gradients lie among the values
  Arena<std::int32_t> indices_;
  std::int32_t planned_for_ = -1;  // the loss of the plan
  std::vector<Timing>* profile_ = nullptr;
  std::vector<std::uint8_t> reached_;  // by owner: a later node has begun to add to its gradient
};

// What a rule sees of one node during replay.
template <class T> class Call {
 public:
  Call(Tape<T>& tape, const Node<T>& node) : tape_(tape), node_(node) {}

  int operands() const { return static_cast<int>(node_.operands); }
  template <class A> A attributes() const { return node_.attributes.template as<A>(); }
  const Shape& shape() const { return node_.shape; }
  const Shape& shape(int k) const { return operand(k).shape; }
  std::size_t size() const { return node_.shape.size(); }

  const T* in(int k) const { return tape_.value(operand(k)); }
  const std::int32_t* index_in(int k) const { return tape_.indices_.at(operand(k).value); }
  T* out() const { return tape_.value(node_); }
  T* saved() const { return tape_.saved_.at(node_.saved); }

  const T* out_gradient() const { return tape_.gradient(node_); }
  // Where operand k's gradient accumulates; null where it needs none. Operands may share it.
  T* in_gradient(int k) const { return operand(k).needs_gradient ? tape_.gradient(operand(k)) : nullptr; }
  // What to multiply that gradient with before adding to it: 0 where nothing was added yet and its memory
  // holds anything, else 1. Ask once for each operand, as it counts as begun from then on.
  T begin(int k) const {
    auto& reached = tape_.reached_[static_cast<std::size_t>(operand(k).owner)];
    return static_cast<T>(std::exchange(reached, std::uint8_t{1}));
  }

 private:
  const Node<T>& operand(int k) const { return tape_.node(tape_.operand(node_, k)); }

  Tape<T>& tape_;
  const Node<T>& node_;
};

// What the op fixed for this node, as it was recorded.
template <class A, class T> A attributes(const Call<T>& call) { return call.template attributes<A>(); }

extern template class Tape<float>;
extern template class Tape<double>;

}  // namespace qklab::autodiff
