// Updates of parameters w by their gradients g, one loop each, over n elements side by side in memory.
// `rate` is the step's learning rate; `factor` multiplies g (clipping); `decay` is weight decay, added to
// the gradient as decay * w, but in adamw and lion taken off w by itself (Loshchilov & Hutter 2019).
// Arithmetic follows PyTorch's order of operations, so that losses can be compared step by step.
#pragma once

#include <cmath>
#include <cstddef>

#include "core/base/elementary.hpp"
#include "core/kernels/level.hpp"

namespace qklab::kernels {

template <class T> T sign_of(T x) {
  return x > 0 ? T{1} : x < 0 ? T{-1} : x;  // 0 stays 0 and NaN NaN
}

template <class T>
void sgd(std::size_t n, T rate, T factor, T decay, const T* __restrict g, T* __restrict w) {
  for (std::size_t i = 0; i < n; ++i) w[i] -= rate * (factor * g[i] + decay * w[i]);
}

// m: running sum of gradients, m = momentum m + g. Step along m, or with nesterov along g + momentum m.
template <class T>
void momentum(std::size_t n, T rate, T factor, T decay, T momentum, bool nesterov, const T* __restrict g,
              T* __restrict w, T* __restrict m) {
  for (std::size_t i = 0; i < n; ++i) {
    const T gradient = factor * g[i] + decay * w[i];
    m[i] = momentum * m[i] + gradient;
    w[i] -= rate * (nesterov ? gradient + momentum * m[i] : m[i]);
  }
}

// Bernstein et al. 2018.
template <class T>
void sign_sgd(std::size_t n, T rate, T factor, T decay, const T* __restrict g, T* __restrict w) {
  for (std::size_t i = 0; i < n; ++i) w[i] -= rate * sign_of(factor * g[i] + decay * w[i]);
}

// The same along the running sum of gradients m = momentum m + g.
template <class T>
void signum(std::size_t n, T rate, T factor, T decay, T momentum, const T* __restrict g, T* __restrict w,
            T* __restrict m) {
  for (std::size_t i = 0; i < n; ++i) {
    m[i] = momentum * m[i] + (factor * g[i] + decay * w[i]);
    w[i] -= rate * sign_of(m[i]);
  }
}

// Hinton 2012. v: moving average of g^2.
template <class T>
void rmsprop(std::size_t n, T rate, T factor, T decay, T beta2, T epsilon, const T* __restrict g,
             T* __restrict w, T* __restrict v) {
  for (std::size_t i = 0; i < n; ++i) {
    const T gradient = factor * g[i] + decay * w[i];
    v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient;
    w[i] -= rate * gradient / (std::sqrt(v[i]) + epsilon);
  }
}

// What Adam fixes for one step: correction_k = 1 - beta_k^t, t = 1, 2, ...
template <class T> struct AdamStep {
  T rate, factor, decay, beta1, beta2, epsilon;
  T correction1, root_correction2;
  bool decoupled;  // AdamW
};

// Kingma & Ba 2015. m, v: moving averages of g and g^2.
template <class T>
void adam(std::size_t n, const AdamStep<T>& s, const T* __restrict g, T* __restrict w, T* __restrict m,
          T* __restrict v) {
  const T step = s.rate / s.correction1, keep = s.decoupled ? 1 - s.rate * s.decay : T{1};
  const T coupled = s.decoupled ? T{0} : s.decay;
  for (std::size_t i = 0; i < n; ++i) {
    const T gradient = s.factor * g[i] + coupled * w[i];
    m[i] = s.beta1 * m[i] + (1 - s.beta1) * gradient;
    v[i] = s.beta2 * v[i] + (1 - s.beta2) * gradient * gradient;
    w[i] = keep * w[i] - step * m[i] / (std::sqrt(v[i]) / s.root_correction2 + s.epsilon);
  }
}

inline void adam(std::size_t n, const AdamStep<float>& s, const float* g, float* w, float* m, float* v) {
  level().adam(n, s, g, w, m, v);
}

// Chen et al. 2023.
template <class T>
void lion(std::size_t n, T rate, T factor, T decay, T beta1, T beta2, const T* __restrict g, T* __restrict w,
          T* __restrict m) {
  for (std::size_t i = 0; i < n; ++i) {
    const T gradient = factor * g[i];
    w[i] -= rate * (sign_of(beta1 * m[i] + (1 - beta1) * gradient) + decay * w[i]);
    m[i] = beta2 * m[i] + (1 - beta2) * gradient;
  }
}

// Mirror descent under the potential (1/p) sum |w|^p, p > 1 (Sun et al. 2022; Julistiono et al. 2024):
// sign(w)|w|^(p-1) moves against the gradient, and w follows.
template <class T>
void mirror_descent(std::size_t n, T rate, T factor, T decay, T p, const T* __restrict g, T* __restrict w) {
  for (std::size_t i = 0; i < n; ++i) {
    const T dual =
        std::copysign(elementary::pow(std::abs(w[i]), p - 1), w[i]) - rate * (factor * g[i] + decay * w[i]);
    w[i] = std::copysign(elementary::pow(std::abs(dual), 1 / (p - 1)), dual);
  }
}

}  // namespace qklab::kernels
