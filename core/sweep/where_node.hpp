// The syntax tree of a `where` expression.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/sweep/where.hpp"

namespace qklab {

struct WhereNode {
  enum class Kind { literal, parameter, unary, binary };
  enum class Yields { number, truth, text };
  // Integer parameters are treated as numbers, like real ones.
  enum class Operator {
    negate,
    negation,  // unary
    add,
    subtract,
    multiply,
    divide,
    modulo,
    power,  // numbers
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    both,
    either
  };

  Kind kind = Kind::literal;
  Yields yields = Yields::truth;
  Operator op = Operator::negate;  // for unary and binary nodes
  double number = 0;               // for literals
  bool truth = false;
  std::string text = {};
  std::size_t parameter = 0;                               // index into the schema
  std::shared_ptr<const WhereNode> left = {}, right = {};  // a unary node's operand is `left`
  int depth = 1;                                           // limited by the parser, since evaluation recurses
};

using WhereTree = std::shared_ptr<const WhereNode>;

// The error message, and the offset in bytes of the character at fault.
struct WhereError {
  std::size_t offset;
  std::string message;
};

// Throws WhereError.
WhereTree parse_where(std::string_view text, const Schema& schema);

}  // namespace qklab
