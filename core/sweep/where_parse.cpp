// A recursive descent parser with Python's precedence: or, and, not, comparisons (which chain), + -, * / %,
// unary minus, **. Types are checked here, so that evaluation need not check them.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

#include "core/sweep/where_node.hpp"
#include "core/text/text_check.hpp"

namespace qklab {

namespace {

using NodeKind = WhereNode::Kind;
using Operator = WhereNode::Operator;
using Yields = WhereNode::Yields;

constexpr int max_depth = 200;

std::string_view name_of(Yields yields) {
  switch (yields) {
    case Yields::number:
      return "a number";
    case Yields::truth:
      return "a condition";
    case Yields::text:
      return "text";
  }
  return "";
}

Yields yields_of(Type type) {
  switch (type) {
    case Type::boolean:
      return Yields::truth;
    case Type::text:
      return Yields::text;
    case Type::integer:
    case Type::real:
      break;
  }
  return Yields::number;
}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Parser {
 public:
  Parser(std::string_view text, const Schema& schema) : text_(text), schema_(schema) {}

  WhereTree parse() {
    skip_space();
    if (at_ == text_.size()) throw WhereError{0, "expected a condition, got nothing"};
    const Operand all = disjunction();
    if (at_ < text_.size()) unexpected();
    demand(all, Yields::truth);
    return all.tree;
  }

 private:
  struct Operand {
    WhereTree tree;
    std::size_t offset;
  };

  // Counts the nesting, so that a thousand parentheses are an error and not a stack overflow.
  struct Level {
    explicit Level(Parser& parser) : depth(parser.depth_) {
      if (++depth > max_depth) too_deep(parser.at_);
    }
    ~Level() { --depth; }
    int& depth;
  };

  [[noreturn]] static void too_deep(std::size_t offset) {
    throw WhereError{offset, "the expression is too long or too deeply nested"};
  }

  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  // The identifier at the current position, or "".
  std::string_view peek_word() const {
    if (at_ == text_.size() || !is_letter(text_[at_])) return {};
    std::size_t end = at_;
    while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]) || text_[end] == '.')) ++end;
    return text_.substr(at_, end - at_);
  }

  bool take_word(std::string_view word) {
    if (peek_word() != word) return false;
    at_ += word.size();
    skip_space();
    return true;
  }

  bool take(std::string_view symbol) {
    if (!text_.substr(at_).starts_with(symbol)) return false;
    at_ += symbol.size();
    skip_space();
    return true;
  }

  [[noreturn]] void unexpected() const {
    if (at_ == text_.size()) throw WhereError{at_, "ends too early: a value is missing"};
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("=")) throw WhereError{at_, "write == to compare"};
    if (rest.starts_with("&")) throw WhereError{at_, "write 'and'"};
    if (rest.starts_with("|")) throw WhereError{at_, "write 'or'"};
    if (rest.starts_with("!")) throw WhereError{at_, "write 'not'"};
    const std::string_view word = peek_word();
    throw WhereError{at_, "unexpected " + (word.empty() ? shown_character(rest) : fmt::format("'{}'", word))};
  }

  static void demand(const Operand& operand, Yields wanted) {
    if (operand.tree->yields == wanted) return;
    throw WhereError{operand.offset,
                     fmt::format("expected {}, got {}", name_of(wanted), name_of(operand.tree->yields))};
  }

  static WhereTree make(WhereNode node, std::size_t offset) {
    for (const WhereTree& child : {node.left, node.right})
      if (child) node.depth = std::max(node.depth, child->depth + 1);
    if (node.depth > max_depth) too_deep(offset);
    return std::make_shared<const WhereNode>(std::move(node));
  }

  static WhereTree join(Operator op, Yields yields, const Operand& a, const Operand& b) {
    return make({.kind = NodeKind::binary, .yields = yields, .op = op, .left = a.tree, .right = b.tree},
                b.offset);
  }

  static Operand apply(Operator op, Yields type, const Operand& a, const Operand& b) {
    demand(a, type);
    demand(b, type);
    return {join(op, type, a, b), a.offset};
  }

  Operand disjunction() {
    const Level level(*this);
    Operand left = conjunction();
    while (take_word("or")) left = apply(Operator::either, Yields::truth, left, conjunction());
    return left;
  }

  Operand conjunction() {
    Operand left = negation();
    while (take_word("and")) left = apply(Operator::both, Yields::truth, left, negation());
    return left;
  }

  Operand negation() {
    const Level level(*this);
    const std::size_t offset = at_;
    if (!take_word("not")) return comparison();
    const Operand operand = negation();
    demand(operand, Yields::truth);
    return {make({.kind = NodeKind::unary,
                  .yields = Yields::truth,
                  .op = Operator::negation,
                  .left = operand.tree},
                 offset),
            offset};
  }

  std::optional<Operator> take_comparison() {
    if (take("==")) return Operator::equal;
    if (take("!=")) return Operator::not_equal;
    if (take("<=")) return Operator::less_equal;
    if (take(">=")) return Operator::greater_equal;
    if (take("<")) return Operator::less;
    if (take(">")) return Operator::greater;
    return std::nullopt;
  }

  // 0 < mean < 1 means 0 < mean and mean < 1.
  Operand comparison() {
    Operand left = sum();
    Operand all = left;
    for (bool first = true;; first = false) {
      const std::size_t offset = at_;
      const auto op = take_comparison();
      if (!op) return all;
      const Operand right = sum();
      check_comparable(*op, offset, left, right);
      const Operand link{join(*op, Yields::truth, left, right), left.offset};
      all = first ? link : apply(Operator::both, Yields::truth, all, link);
      left = right;
    }
  }

  void check_comparable(Operator op, std::size_t offset, const Operand& a, const Operand& b) const {
    const Yields left = a.tree->yields, right = b.tree->yields;
    if (left != right) {
      throw WhereError{offset, fmt::format("{} cannot be compared with {}", name_of(left), name_of(right))};
    }
    if (left != Yields::number && op != Operator::equal && op != Operator::not_equal)
      throw WhereError{offset, fmt::format("{} has no order: use == or !=", name_of(left))};
    check_choice(a, b);
    check_choice(b, a);
  }

  // A text that is none of the parameter's choices is a misspelling.
  void check_choice(const Operand& parameter, const Operand& literal) const {
    if (parameter.tree->kind != NodeKind::parameter || literal.tree->kind != NodeKind::literal ||
        literal.tree->yields != Yields::text)
      return;
    const Parameter& declared = schema_[parameter.tree->parameter];
    const std::string why = declared.check(literal.tree->text);
    if (!why.empty()) throw WhereError{literal.offset, fmt::format("'{}': {}", declared.name, why)};
  }

  Operand sum() {
    Operand left = product();
    for (;;) {
      if (take("+"))
        left = apply(Operator::add, Yields::number, left, product());
      else if (take("-"))
        left = apply(Operator::subtract, Yields::number, left, product());
      else
        return left;
    }
  }

  Operand product() {
    Operand left = sign();
    for (;;) {
      if (take("*"))
        left = apply(Operator::multiply, Yields::number, left, sign());
      else if (take("/"))
        left = apply(Operator::divide, Yields::number, left, sign());
      else if (take("%"))
        left = apply(Operator::modulo, Yields::number, left, sign());
      else
        return left;
    }
  }

  Operand sign() {
    const Level level(*this);
    const std::size_t offset = at_;
    if (!take("-")) return power();
    const Operand operand = sign();
    demand(operand, Yields::number);
    return {
        make(
            {.kind = NodeKind::unary, .yields = Yields::number, .op = Operator::negate, .left = operand.tree},
            offset),
        offset};
  }

  // ** binds tighter than a minus on its left and looser than a minus on its right, and is right-associative.
  Operand power() {
    const Operand base = primary();
    return take("**") ? apply(Operator::power, Yields::number, base, sign()) : base;
  }

  Operand primary() {
    if (at_ == text_.size()) unexpected();
    const std::size_t offset = at_;
    const char c = text_[at_];
    if (take("(")) {
      const Operand inner = disjunction();
      if (!take(")")) throw WhereError{offset, "this '(' is not closed"};
      return {inner.tree, offset};
    }
    if (is_digit(c) || c == '.') return number();
    if (c == '\'' || c == '"') return quoted(c);
    const std::string_view word = peek_word();
    if (word.empty() || word == "and" || word == "or" || word == "not") unexpected();
    at_ += word.size();
    skip_space();
    return named(word, offset);
  }

  Operand number() {
    const std::size_t offset = at_;
    WhereNode node{.yields = Yields::number};
    const char* const end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data() + at_, end, node.number);
    if (error != std::errc{} || (stop != end && (is_letter(*stop) || is_digit(*stop) || *stop == '.')))
      throw WhereError{offset, "this is no number"};
    at_ = static_cast<std::size_t>(stop - text_.data());
    const std::string_view written = text_.substr(offset, at_ - offset);
    const bool whole = std::all_of(written.begin(), written.end(), is_digit);
    if (whole && parse_integer(written).value_or(std::numeric_limits<std::int64_t>::max()) >
                     static_cast<std::int64_t>(exact_integers))
      throw WhereError{offset, "whole numbers above 2^53 = 9007199254740992 cannot be told apart here"};
    skip_space();
    return {make(std::move(node), offset), offset};
  }

  Operand quoted(char quote) {
    const std::size_t offset = at_;
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) throw WhereError{offset, "this quote is not closed"};
    WhereNode node{.yields = Yields::text, .text = std::string(text_.substr(at_ + 1, end - at_ - 1))};
    at_ = end + 1;
    skip_space();
    return {make(std::move(node), offset), offset};
  }

  Operand named(std::string_view word, std::size_t offset) const {
    if (at_ < text_.size() && text_[at_] == '(')
      throw WhereError{offset, fmt::format("'{}(...)': nothing can be called in an expression", word)};
    if (word == "true" || word == "false")
      return {make({.yields = Yields::truth, .truth = word == "true"}, offset), offset};
    const auto i = schema_.find(word);
    if (!i) throw WhereError{offset, fmt::format("unknown parameter '{}'{}", word, hint(word))};
    const Yields yields = yields_of(schema_[*i].type);
    return {make({.kind = NodeKind::parameter, .yields = yields, .parameter = *i}, offset), offset};
  }

  std::string hint(std::string_view word) const {
    for (const Parameter& parameter : schema_)
      if (std::find(parameter.choices.begin(), parameter.choices.end(), word) != parameter.choices.end())
        return fmt::format(" (text is written in quotes: '{}')", word);
    return did_you_mean(word, schema_.names());
  }

  std::string_view text_;
  const Schema& schema_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

WhereTree parse_where(std::string_view text, const Schema& schema) { return Parser(text, schema).parse(); }

}  // namespace qklab
