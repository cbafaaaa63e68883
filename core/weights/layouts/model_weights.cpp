#include "core/weights/layouts/model_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "core/base/value.hpp"

namespace qklab::weights {

namespace {

// (out, in) of a weight, whichever way it is stored.
struct Extents {
  std::size_t out, in;
};
Extents extents_of(const TensorFile& file, const TensorInfo& array, bool is_out_in) {
  if (array.shape.size() != 2)
    throw InputError(fmt::format("{}: {}: expected a matrix", file.path(), array.str()));
  return is_out_in ? Extents{array.shape[0], array.shape[1]} : Extents{array.shape[1], array.shape[0]};
}

int said_by(const TensorFile& file, const char* key) {
  const auto found = file.metadata().find(key);
  const auto count = found == file.metadata().end() ? std::nullopt : parse_integer(found->second);
  return count && *count > 0 && *count < 1 << 20 ? static_cast<int>(*count) : 0;
}

}  // namespace

ModelWeights::ModelWeights(const WeightsConfig& config) : file_(open_tensors(config.file)) {
  choose(config);
  settle(config);
}

const TensorInfo& ModelWeights::array(const std::string& pattern, int layer) const {
  return file_.at(prefix_ + at_layer(pattern, layer));
}

void ModelWeights::settle(const WeightsConfig& config) {
  const auto fail = [&](const std::string& why) {
    throw InputError(fmt::format("{}: {}", file_.path(), why));
  };
  heads_ = config.heads > 0 ? config.heads : mapping_.heads > 0 ? mapping_.heads : said_by(file_, "heads");
  groups_ = config.groups > 0     ? config.groups
            : mapping_.groups > 0 ? mapping_.groups
                                  : said_by(file_, "groups");
  if (heads_ == 0) {
    const HeadCounts beside = heads_beside(file_.path());
    heads_ = config.asks_neighbour ? beside.heads : 0;
    if (groups_ == 0 && heads_ > 0) groups_ = beside.groups;
    if (heads_ == 0)
      fail(
          fmt::format("does not say how many heads the model has: set heads{}",
                      beside.heads > 0 ? fmt::format(" (config.json beside it says {})", beside.heads) : ""));
  }
  const TensorInfo& first = array(mapping_.first(), layers_.front());
  const auto [out, in] = extents_of(file_, first, mapping_.is_out_in);
  dim_ = in;
  const auto heads = static_cast<std::size_t>(heads_);
  std::size_t parts = heads;  // of the width of a head
  if (!mapping_.fused.empty()) {
    if (groups_ == 0) groups_ = heads_;
    parts = heads + 2 * static_cast<std::size_t>(groups_);
  }
  if (out == 0 || in == 0 || out % parts != 0)
    fail(fmt::format("{}: {} heads{} do not divide its {} {}", first.str(), heads_,
                     parts == heads ? "" : fmt::format(" with {} groups of keys and values", groups_), out,
                     mapping_.is_out_in ? "rows" : "columns"));
  width_ = out / parts;
  if (!mapping_.combined.empty()) {
    groups_ = heads_;
    if (width_ != in) fail(fmt::format("{}: {} matrices W_QK are not square", first.str(), heads_));
  }
  if (!mapping_.key.empty()) {
    const TensorInfo& key = array(mapping_.key, layers_.front());
    const Extents of_key = extents_of(file_, key, mapping_.is_out_in);
    if (of_key.in != in || of_key.out % width_ != 0)
      fail(fmt::format("{} does not fit {} with {} heads of width {}", key.str(), first.str(), heads_,
                       width_));
    const auto rows = static_cast<int>(of_key.out / width_);
    if (groups_ > 0 && config.groups > 0 && groups_ != rows)
      fail(fmt::format("{} has keys of {} groups, not {}", key.str(), rows, groups_));
    groups_ = rows;
  }
  if (groups_ == 0 || heads_ % groups_ != 0)
    fail(fmt::format("{} heads cannot share the keys of {} groups", heads_, groups_));
}

bool ModelWeights::is_rotary() const {
  const auto positions = file_.metadata().find("positions");  // which models of this program say
  return mapping_.is_rotary || (positions != file_.metadata().end() && positions->second == "rotary");
}

std::size_t ModelWeights::first_row(bool is_key, int head) const {
  const auto sharing = static_cast<std::size_t>(heads_ / groups_), h = static_cast<std::size_t>(head);
  const std::size_t group = h / sharing;
  if (mapping_.fused.empty()) return (is_key ? group : h) * width_;
  if (!mapping_.is_interleaved) return (is_key ? static_cast<std::size_t>(heads_) + group : h) * width_;
  // Each group: the queries of its heads, its keys, its values.
  return (group * (sharing + 2) + (is_key ? sharing : h % sharing)) * width_;
}

// (dim, m)
Matrix ModelWeights::weight(const std::string& pattern, int layer, bool is_key, int head) const {
  const TensorInfo& of = array(pattern, layer);
  const std::size_t begin = first_row(is_key, head);
  if (extents_of(file_, of, mapping_.is_out_in).in != dim_)
    throw InputError(fmt::format("{}: {}: expected {} inputs, as in layer {}", file_.path(), of.str(), dim_,
                                 layers_.front()));
  if (!mapping_.is_out_in) return file_.block(of, 0, dim_, begin, width_);
  const Matrix rows = file_.block(of, begin, width_, 0, dim_);
  return xt::transpose(rows);
}

Vector ModelWeights::bias(const std::string& pattern, int layer, bool is_key, int head) const {
  Vector out = xt::zeros<double>({width_});
  if (pattern.empty()) return out;
  const std::string name = prefix_ + at_layer(pattern, layer);
  if (!mapping_.needs_biases && !file_.find(name)) return out;
  const Matrix row = file_.block(file_.at(name), 0, 1, first_row(is_key, head), width_);
  std::copy(row.begin(), row.end(), out.begin());
  return out;
}

void ModelWeights::fold(int layer, HeadWeights& weights) const {
  NormNames names;
  if (kind_ && kind_->norm) {
    names = kind_->norm(file_, prefix_, layer);
  } else {
    const bool is_first = layer == layers_.front() && !mapping_.first_norm.empty();
    const std::string& gain = is_first ? mapping_.first_norm : mapping_.norm;
    const std::string& shift = is_first ? mapping_.first_norm_bias : mapping_.norm_bias;
    if (!gain.empty()) names.gain = prefix_ + at_layer(gain, layer);
    if (!shift.empty()) names.shift = prefix_ + at_layer(shift, layer);
  }
  if (names.gain.empty())
    throw InputError(fmt::format("{}: layer {} has no norm before its attention that could be folded in",
                                 file_.path(), layer));
  const Vector gain = file_.vector(file_.at(names.gain));
  if (gain.size() != dim_)
    throw InputError(
        fmt::format("{}: '{}' has {} numbers: expected {}", file_.path(), names.gain, gain.size(), dim_));
  if (weights.is_combined()) {
    for (std::size_t i = 0; i < dim_; ++i)
      for (std::size_t j = 0; j < dim_; ++j) weights.query(i, j) *= gain(i) * gain(j);
    return;
  }
  const bool has_shift = !names.shift.empty() && (mapping_.needs_biases || file_.find(names.shift));
  const Vector shift = has_shift ? file_.vector(file_.at(names.shift)) : Vector(xt::zeros<double>({dim_}));
  if (shift.size() != dim_)
    throw InputError(
        fmt::format("{}: '{}' has {} numbers: expected {}", file_.path(), names.shift, shift.size(), dim_));
  for (const auto& [matrix, of_bias] :
       {std::pair(&weights.query, &weights.query_bias), std::pair(&weights.key, &weights.key_bias)}) {
    for (std::size_t i = 0; i < dim_; ++i) {
      for (std::size_t j = 0; j < width_; ++j) {
        (*of_bias)(j) += shift(i) * (*matrix)(i, j);
        (*matrix)(i, j) *= gain(i);
      }
    }
  }
}

HeadWeights ModelWeights::head(int layer, int head, bool fold_norm) const {
  if (!std::ranges::binary_search(layers_, layer))
    throw InputError(fmt::format("{}: has no layer {}: its layers are {} to {}", file_.path(), layer,
                                 layers_.front(), layers_.back()));
  if (head < 0 || head >= heads_)
    throw InputError(
        fmt::format("{}: has no head {}: its heads are 0 to {}", file_.path(), head, heads_ - 1));
  HeadWeights weights;
  if (!mapping_.combined.empty()) {
    weights.query = weight(mapping_.combined, layer, false, head);
  } else {
    const bool fused = !mapping_.fused.empty();
    weights.query = weight(fused ? mapping_.fused : mapping_.query, layer, false, head);
    weights.key = weight(fused ? mapping_.fused : mapping_.key, layer, true, head);
    weights.query_bias = bias(fused ? mapping_.fused_bias : mapping_.query_bias, layer, false, head);
    weights.key_bias = bias(fused ? mapping_.fused_bias : mapping_.key_bias, layer, true, head);
  }
  if (kind_ && kind_->use) kind_->use(file_, prefix_, layer, head, weights);
  if (fold_norm) fold(layer, weights);
  return weights;
}

}  // namespace qklab::weights
