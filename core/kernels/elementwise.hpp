// Elementwise loops: functions of one variable, and binary ones whose second operand may be repeated.
// A function is a struct that holds its value and its slope side by side. Backward loops accumulate.
// No output may overlap an input.
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <type_traits>

#include "core/base/elementary.hpp"
#include "core/kernels/level.hpp"
#include "core/kernels/reduce.hpp"

namespace qklab::kernels {

// --- One variable: value(x), and slope(x, y) = dy/dx where y = value(x). NaN in, NaN out. In single
// precision what `of_level` names computes them. ---

struct Exp {
  static constexpr const char* name = "exp";
  static constexpr auto of_level = &Level::exp;
  static double value(double x) { return elementary::exp(x); }
  static auto slope(auto, auto y) { return y; }
};

struct Log {
  static constexpr const char* name = "log";
  static constexpr auto of_level = &Level::log;
  static double value(double x) { return elementary::log(x); }
  static auto slope(auto x, auto) { return 1 / x; }
};

struct Tanh {
  static constexpr const char* name = "tanh";
  static constexpr auto of_level = &Level::tanh;
  static double value(double x) { return elementary::tanh(x); }
  static auto slope(auto, auto y) { return 1 - y * y; }
};

struct Sigmoid {
  static constexpr const char* name = "sigmoid";
  static constexpr auto of_level = &Level::sigmoid;
  static double value(double x) { return elementary::sigmoid(x); }
  static auto slope(auto, auto y) { return y * (1 - y); }
};

// x Phi(x), Phi the normal distribution function (exact, not the tanh approximation).
struct Gelu {
  static constexpr const char* name = "gelu";
  static constexpr auto of_level = &Level::gelu;
  static constexpr auto slope_of_level = &Level::gelu_slope;
  static double value(double x) { return x * distribution(x); }
  static double slope(double x, double) { return distribution(x) + x * density(x); }

 private:
  static double distribution(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }
  static double density(double x) { return elementary::exp(x * x / -2) / std::sqrt(2 * std::numbers::pi); }
};

struct Relu {
  static constexpr const char* name = "relu";
  static auto value(auto x) { return x <= 0 ? decltype(x){0} : x; }
  static auto slope(auto x, auto) { return x <= 0 ? decltype(x){0} : decltype(x){1}; }
};

template <class Function, class T> void map(std::size_t n, const T* __restrict x, T* __restrict y) {
  if constexpr (std::is_same_v<T, float> && requires { Function::of_level; }) {
    (level().*Function::of_level)(n, x, y);
  } else {
    for (std::size_t i = 0; i < n; ++i) y[i] = Function::value(x[i]);
  }
}

template <class Function, class T>
void map_backward(std::size_t n, const T* __restrict x, const T* __restrict y, const T* __restrict dy,
                  T* __restrict dx) {
  if constexpr (std::is_same_v<T, float> && requires { Function::slope_of_level; }) {
    (level().*Function::slope_of_level)(n, x, dy, dx);
  } else {
    for (std::size_t i = 0; i < n; ++i) dx[i] += dy[i] * Function::slope(x[i], y[i]);
  }
}

// --- Two variables: value(a, b), and the slopes by each. ---

struct Add {
  static constexpr const char* name = "add";
  static auto value(auto a, auto b) { return a + b; }
  static auto slope_a(auto a, auto) { return decltype(a){1}; }
  static auto slope_b(auto a, auto) { return decltype(a){1}; }
};

struct Sub {
  static constexpr const char* name = "sub";
  static auto value(auto a, auto b) { return a - b; }
  static auto slope_a(auto a, auto) { return decltype(a){1}; }
  static auto slope_b(auto a, auto) { return decltype(a){-1}; }
};

struct Mul {
  static constexpr const char* name = "mul";
  static auto value(auto a, auto b) { return a * b; }
  static auto slope_a(auto, auto b) { return b; }
  static auto slope_b(auto a, auto) { return a; }
};

struct Div {
  static constexpr const char* name = "div";
  static auto value(auto a, auto b) { return a / b; }
  static auto slope_a(auto, auto b) { return 1 / b; }
  static auto slope_b(auto a, auto b) { return -a / (b * b); }
};

// Calls body(i, j) for each element i of [repeats, n] and its place j in a row. n = 1, a scalar that is
// repeated, gets a loop of its own because one of length 1 inside another is not vectorized.
template <class Body> void for_rows(std::size_t repeats, std::size_t n, Body body) {
  if (n == 1) {
    for (std::size_t i = 0; i < repeats; ++i) body(i, 0);
    return;
  }
  for (std::size_t r = 0; r < repeats; ++r) {
    for (std::size_t j = 0; j < n; ++j) body(r * n + j, j);
  }
}

// a and y are [repeats, n]; b is [n] and used for every row.
template <class Function, class T>
void zip(std::size_t repeats, std::size_t n, const T* __restrict a, const T* __restrict b, T* __restrict y) {
  for_rows(repeats, n, [=](std::size_t i, std::size_t j) { y[i] = Function::value(a[i], b[j]); });
}

// da is [repeats, n].
template <class Function, class T>
void zip_backward_a(std::size_t repeats, std::size_t n, const T* __restrict a, const T* __restrict b,
                    const T* __restrict dy, T* __restrict da) {
  for_rows(repeats, n, [=](std::size_t i, std::size_t j) { da[i] += dy[i] * Function::slope_a(a[i], b[j]); });
}

// db is [n]: the sum over the rows.
template <class Function, class T>
void zip_backward_b(std::size_t repeats, std::size_t n, const T* __restrict a, const T* __restrict b,
                    const T* __restrict dy, T* __restrict db) {
  if (n == 1) {
    db[0] += sum_of<T>(repeats, [=](std::size_t i) { return dy[i] * Function::slope_b(a[i], b[0]); });
  } else {
    for_rows(repeats, n,
             [=](std::size_t i, std::size_t j) { db[j] += dy[i] * Function::slope_b(a[i], b[j]); });
  }
}

// --- Linear pieces. ---

// y = factor x + offset.
template <class T> void affine(std::size_t n, T factor, T offset, const T* __restrict x, T* __restrict y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = factor * x[i] + offset;
}

// y += factor x.
template <class T> void add_scaled(std::size_t n, T factor, const T* __restrict x, T* __restrict y) {
  for (std::size_t i = 0; i < n; ++i) y[i] += factor * x[i];
}

// y += factor (a - b).
template <class T>
void add_scaled_difference(std::size_t n, T factor, const T* __restrict a, const T* __restrict b,
                           T* __restrict y) {
  for (std::size_t i = 0; i < n; ++i) y[i] += factor * (a[i] - b[i]);
}

// y += value.
template <class T> void add_value(std::size_t n, T value, T* __restrict y) {
  for (std::size_t i = 0; i < n; ++i) y[i] += value;
}

// --- y = x^exponent. ---

template <class T> void power(std::size_t n, T exponent, const T* __restrict x, T* __restrict y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = elementary::pow(x[i], exponent);
}

template <class T>
void power_backward(std::size_t n, T exponent, const T* __restrict x, const T* __restrict dy,
                    T* __restrict dx) {
  if (exponent == 0) return;  // x^0 is 1 everywhere, and 0 times 0^-1 would be NaN
  for (std::size_t i = 0; i < n; ++i) dx[i] += dy[i] * exponent * elementary::pow(x[i], exponent - 1);
}

}  // namespace qklab::kernels
