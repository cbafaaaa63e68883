// The tree that a `where` expression is parsed into.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/sweep/where.hpp"

namespace qklab {

struct WhereNode {
  enum class Kind { literal, parameter, unary, binary };
  enum class Yields { number, truth, text };
  // Integer parameters are numbers, as real ones are.
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
  Operator op = Operator::negate;  // of unary and binary nodes
  double number = 0;               // of literals
  bool truth = false;
  std::string text = {};
  std::size_t parameter = 0;                               // index into the schema
  std::shared_ptr<const WhereNode> left = {}, right = {};  // a unary node's operand is `left`
  int depth = 1;                                           // bounded by the parser, since evaluation recurses
};

using WhereTree = std::shared_ptr<const WhereNode>;

// What is wrong, and the offset in bytes of the character that it is wrong at.
struct WhereError {
  std::size_t offset;
  std::string message;
};

// Throws WhereError.
WhereTree parse_where(std::string_view text, const Schema& schema);

}  // namespace qklab
