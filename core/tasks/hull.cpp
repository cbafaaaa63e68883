// hull: which of the points of a set are corners of its convex hull. Points are uniform in [-1, 1]^2.
#include <algorithm>
#include <array>

#include "core/schema/plugin.hpp"
#include "core/tasks/entropies.hpp"
#include "core/tasks/task.hpp"

namespace qklab::tasks {

namespace {

using Point = std::array<double, 2>;

// Twice the signed area of the triangle: > 0 where a, b, c turn left.
double turn(const Point& a, const Point& b, const Point& c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

// Andrew's monotone chain: the lower side from left to right, then the upper side back.
std::vector<std::size_t> corners(const std::vector<Point>& points) {
  std::vector<std::size_t> order(points.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  std::vector<std::size_t> hull;
  const auto walk = [&](auto begin, auto end, std::size_t base) {
    for (; begin != end; ++begin) {
      while (hull.size() >= base + 2 &&
             !(turn(points[hull[hull.size() - 2]], points[hull.back()], points[*begin]) > 0))
        hull.pop_back();
      hull.push_back(*begin);
    }
    hull.pop_back();  // begins the other side
  };
  walk(order.begin(), order.end(), 0);
  walk(order.rbegin(), order.rend(), hull.size());
  return hull;
}

class Hull : public Task {
 public:
  Hull(const TaskConfig& config, Stream stream)
      : Task(config, {.length = config.length, .channels = 2, .outputs = 2}, stream) {}

  Floor floor() const override { return {0.0, "the inputs determine the targets"}; }

  // The place in the sequence tells nothing, and the own point how likely it is to be a corner.
  Baseline baseline(std::size_t) const override {
    const CornerEntropy entropy = corner_entropy(shape().length);
    return {entropy.own_point,
            "entropy of being a corner, given the own point, by quadrature over points and directions",
            entropy.alone};
  }

  bool solve(Batch& batch) const override {
    for (std::size_t b = 0; b < config().batch; ++b) label(b, batch);
    return true;
  }

 private:
  void sequence(Part, Stream& random, std::size_t b, Batch& into) const override {
    for (std::size_t i = 0; i < 2 * shape().length; ++i)
      vectors(into, b)[i] = static_cast<float>(2 * random.uniform() - 1);
    label(b, into);
  }

  // From the floats that a model sees.
  void label(std::size_t b, Batch& batch) const {
    const float* const x = vectors(batch, b);
    std::vector<Point> points(shape().length);
    for (std::size_t t = 0; t < points.size(); ++t) points[t] = {x[2 * t], x[2 * t + 1]};
    std::fill_n(labels(batch, b), points.size(), 0);
    for (const std::size_t t : corners(points)) labels(batch, b)[t] = 1;
  }
};

std::string hull_problem(const TaskConfig& config) {
  return config.length < 3 ? "length: hull needs at least 3 points" : "";
}

void add_hull() {
  Registry<TaskKind>::all().add({.name = "hull",
                                 .doc = "whether each point of a set is a corner of its convex hull",
                                 .place = 5,
                                 .accuracy = "points with the right answer",
                                 .problem = hull_problem,
                                 .make = make<Hull>});
}

}  // namespace

QKLAB_REGISTER(add_hull)

}  // namespace qklab::tasks
