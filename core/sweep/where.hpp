// The small expression language of `where`: comparisons, and/or/not, + - * / % **, parentheses, numbers,
// 'text', true/false and parameter names. Nothing can be called.
//     variance > 0 and (mean != 0 or norm == 'pre')
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/error.hpp"
#include "core/schema/schema.hpp"

namespace qklab {

struct WhereNode;

class Where {
 public:
  // Parses and type-checks against the schema. On failure adds to `diagnostics` (columns are offset by
  // the position within the text when `place` has a column) and returns an expression that is true.
  static Where parse(std::string_view text, const Schema& schema, const Place& place,
                     Diagnostics& diagnostics);

  bool holds(const Parameters& params) const;  // a comparison with NaN is false
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::shared_ptr<const WhereNode> root_;
};

}  // namespace qklab
