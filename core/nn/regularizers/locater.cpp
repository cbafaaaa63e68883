// locater: LocAteR (Bao, Hataya, Karakida 2024). strength * sum over layers and heads of tr(W_QK^2) is added
// to the loss while tr(W_QK) is kept, so that the variance of the eigenvalues falls and their mean stays. How
// it is kept is our own reading, see TraceKeep.
#include "core/base/error.hpp"
#include "core/nn/regularizers/regularizer.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

template <class T> class Locater : public Penalty<T> {
 public:
  Locater(Transformer<T>& model, const RegularizerConfig& config) : model_(&model), config_(config) {
    if (model.config.reparametrization != Reparametrization::none)
      throw InputError("LocAteR holds the trace of plain weights: set reparametrization to none");
    for (const Layer<T>& layer : model.layers)
      initial_.push_back(model.tape.input({layer.attention.layout.heads}));
  }

  Tensor<T> add_to(Tensor<T> loss) const override {
    for (std::size_t n = 0; n < initial_.size(); ++n) {
      const Attention<T>& attention = model_->layers[n].attention;
      const Tensor<T> heads = head_matrices(attention.layout, attention.query, attention.key);
      const Tensor<T> squares = config_.squares == Squares::trace
                                    ? sum(trace_of_square(heads))
                                    : squared_norms(attention.layout, attention.query, attention.key);
      loss = loss + scale(squares, config_.strength);
      if (config_.keep == TraceKeep::penalty)
        loss = loss + scale(sum(power(trace(heads) - initial_[n], 2)), config_.strength);
    }
    return loss;
  }

  void begin() override {
    for_each_head([](const HeadView<T>& head, T& initial) { initial = static_cast<T>(head.trace()); });
  }

  void after_update() override {
    if (config_.keep != TraceKeep::init) return;
    for_each_head([](const HeadView<T>& head, T& initial) { head.hold_trace(static_cast<double>(initial)); });
  }

 private:
  // body(head, its initial trace), for each head of each layer.
  template <class Body> void for_each_head(Body body) {
    for (std::size_t n = 0; n < initial_.size(); ++n) {
      const Attention<T>& attention = model_->layers[n].attention;
      const std::span<T> initial = initial_[n].value();
      for (int h = 0; h < attention.layout.heads; ++h)
        body(attention.head(h), initial[static_cast<std::size_t>(h)]);
    }
  }

  Transformer<T>* model_;
  RegularizerConfig config_;
  std::vector<Tensor<T>> initial_;  // by layer: tr(W_QK) (heads)
};

void add_locater() {
  Registry<RegularizerKind>::all().add(
      {.name = "locater",
       .doc = "LocAteR: tr(W_QK^2) of each head is penalized while tr(W_QK) is kept",
       .place = 1,
       .make = []<class T>(Transformer<T>& model, const RegularizerConfig& config)
           -> std::unique_ptr<Penalty<T>> { return std::make_unique<Locater<T>>(model, config); }});
}

}  // namespace

QKLAB_REGISTER(add_locater)

}  // namespace qklab::nn
