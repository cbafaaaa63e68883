#include "core/nn/weights/reparametrize.hpp"

#include <cmath>
#include <limits>

#include "core/base/stream.hpp"
#include "core/kernels/matrix.hpp"

namespace qklab::nn {
namespace {

template <class T> T step(const SpectralWeight<T>& of) {
  const Shape shape = of.weight.shape();
  return kernels::power_step(shape.extent(0), shape.extent(1), of.weight.value().data(), of.u.value().data(),
                             of.v.value().data());
}

}  // namespace

template <class T> void step_power_iteration(Transformer<T>& model) {
  for (const SpectralWeight<T>& each : model.spectral) step(each);
}

template <class T> void converge_power_iteration(Transformer<T>& model) {
  for (std::size_t i = 0; i < model.spectral.size(); ++i) {
    const SpectralWeight<T>& each = model.spectral[i];
    Stream start = Stream(0, 0, "power iteration").substream(i);
    for (T& x : each.v.value()) x = static_cast<T>(start.normal());
    T norm = step(each);
    for (int k = 1; k < 1000; ++k) {
      const T next = step(each);
      const bool settled = std::abs(next - norm) <= std::numeric_limits<T>::epsilon() * next;
      norm = next;
      if (settled) break;
    }
  }
}

#define QKLAB_INSTANTIATE(T)                           \
  template void step_power_iteration(Transformer<T>&); \
  template void converge_power_iteration(Transformer<T>&);
QKLAB_INSTANTIATE(float)
QKLAB_INSTANTIATE(double)

}  // namespace qklab::nn
