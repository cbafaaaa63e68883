// The small expression language of `where`: comparisons, and/or/not, + - * / % **, parentheses, numbers,
// 'text', true/false and parameter names. Nothing can be called.
//     variance > 0 and (mean != 0 or norm == 'pre')
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.hpp"
#include "core/schema/schema.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

struct WhereNode;

class Where {
 public:
  // Parses and type-checks against the schema. On failure it adds to `diagnostics` (if `place` has a column
  // and the text is `verbatim`, the position within the text is added to it) and returns an expression that
  // is true.
  static Where parse(std::string_view text, const Schema& schema, const Place& place,
                     Diagnostics& diagnostics, bool verbatim = true);

  bool holds(const Parameters& params) const;  // a comparison with NaN is false
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::shared_ptr<const WhereNode> root_;
};

// The condition that is the value of the key, if the key is there.
std::optional<Where> read_where(MapReader& map, std::string_view key, const Schema& schema);

}  // namespace qklab
