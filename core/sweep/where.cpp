#include "core/sweep/where.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "core/sweep/where_node.hpp"
#include "core/text/text_check.hpp"

namespace qklab {

namespace {

using NodeKind = WhereNode::Kind;
using Operator = WhereNode::Operator;
using Yields = WhereNode::Yields;

// The remainder with the divisor's sign, so that -1 % 4 is 3, as in Python.
double modulo(double a, double b) {
  const double remainder = std::fmod(a, b);
  return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
}

double number(const WhereNode& node, const Parameters& params) {
  if (node.kind == NodeKind::literal) return node.number;
  if (node.kind == NodeKind::parameter) {
    const Value& value = params[node.parameter];
    const auto* integer = std::get_if<std::int64_t>(&value);
    return integer ? static_cast<double>(*integer) : std::get<double>(value);
  }
  const double a = number(*node.left, params);
  if (node.kind == NodeKind::unary) return -a;
  const double b = number(*node.right, params);
  switch (node.op) {
    case Operator::add:
      return a + b;
    case Operator::subtract:
      return a - b;
    case Operator::multiply:
      return a * b;
    case Operator::divide:
      return a / b;
    case Operator::modulo:
      return modulo(a, b);
    case Operator::power:
      return std::pow(a, b);
    case Operator::negate:
    case Operator::negation:
    case Operator::equal:
    case Operator::not_equal:
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
    case Operator::both:
    case Operator::either:
      break;
  }
  throw std::logic_error("where: no operation on two numbers that yields a number");
}

const std::string& text(const WhereNode& node, const Parameters& params) {
  return node.kind == NodeKind::literal ? node.text : std::get<std::string>(params[node.parameter]);
}

bool compare(Operator op, double a, double b) {
  switch (op) {
    case Operator::equal:
      return a == b;
    case Operator::not_equal:
      return a < b || a > b;
    case Operator::less:
      return a < b;
    case Operator::less_equal:
      return a <= b;
    case Operator::greater:
      return a > b;
    case Operator::greater_equal:
      return a >= b;
    case Operator::negate:
    case Operator::negation:
    case Operator::add:
    case Operator::subtract:
    case Operator::multiply:
    case Operator::divide:
    case Operator::modulo:
    case Operator::power:
    case Operator::both:
    case Operator::either:
      break;
  }
  throw std::logic_error("where: no comparison");
}

bool truth(const WhereNode& node, const Parameters& params) {
  if (node.kind == NodeKind::literal) return node.truth;
  if (node.kind == NodeKind::parameter) return std::get<bool>(params[node.parameter]);
  if (node.kind == NodeKind::unary) return !truth(*node.left, params);
  if (node.op == Operator::both) return truth(*node.left, params) && truth(*node.right, params);
  if (node.op == Operator::either) return truth(*node.left, params) || truth(*node.right, params);
  const bool wanted = node.op == Operator::equal;
  switch (node.left->yields) {
    case Yields::truth:
      return (truth(*node.left, params) == truth(*node.right, params)) == wanted;
    case Yields::text:
      return (text(*node.left, params) == text(*node.right, params)) == wanted;
    case Yields::number:
      break;
  }
  return compare(node.op, number(*node.left, params), number(*node.right, params));
}

}  // namespace

Where Where::parse(std::string_view text, const Schema& schema, const Place& place, Diagnostics& diagnostics,
                   bool verbatim) {
  Where where;
  where.text_ = text;
  try {
    where.root_ = parse_where(text, schema);
  } catch (const WhereError& e) {
    Place at = place;
    const std::size_t before = count_characters(text.substr(0, e.offset));
    const bool pointed_at = place.column > 0 && verbatim;
    if (pointed_at) at.column += static_cast<int>(before);
    const std::string position = pointed_at ? "" : fmt::format("at character {}: ", before + 1);
    diagnostics.error(at, fmt::format("where: {}{}", position, e.message));
  }
  return where;
}

std::optional<Where> read_where(MapReader& map, std::string_view key, const Schema& schema) {
  const auto text = map.text(key);
  if (!text) return std::nullopt;
  return Where::parse(*text, schema, map.place(key), map.diagnostics(), map.is_verbatim(key));
}

bool Where::holds(const Parameters& params) const { return !root_ || truth(*root_, params); }

}  // namespace qklab
