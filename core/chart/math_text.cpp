#include "core/chart/math_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/text/text_check.hpp"

namespace qklab {
namespace {

using Table = std::map<std::string, std::string, std::less<>>;

const Table& commands() {
  static const Table all = {
      {"alpha", "α"},      {"beta", "β"},       {"gamma", "γ"},     {"delta", "δ"},   {"epsilon", "ε"},
      {"varepsilon", "ε"}, {"zeta", "ζ"},       {"eta", "η"},       {"theta", "θ"},   {"iota", "ι"},
      {"kappa", "κ"},      {"lambda", "λ"},     {"mu", "μ"},        {"nu", "ν"},      {"xi", "ξ"},
      {"pi", "π"},         {"rho", "ρ"},        {"sigma", "σ"},     {"tau", "τ"},     {"upsilon", "υ"},
      {"phi", "φ"},        {"varphi", "φ"},     {"chi", "χ"},       {"psi", "ψ"},     {"omega", "ω"},
      {"Gamma", "Γ"},      {"Delta", "Δ"},      {"Theta", "Θ"},     {"Lambda", "Λ"},  {"Xi", "Ξ"},
      {"Pi", "Π"},         {"Sigma", "Σ"},      {"Phi", "Φ"},       {"Psi", "Ψ"},     {"Omega", "Ω"},
      {"times", "×"},      {"cdot", "·"},       {"pm", "±"},        {"mp", "∓"},      {"div", "÷"},
      {"le", "≤"},         {"leq", "≤"},        {"ge", "≥"},        {"geq", "≥"},     {"ne", "≠"},
      {"neq", "≠"},        {"approx", "≈"},     {"sim", "∼"},       {"propto", "∝"},  {"infty", "∞"},
      {"to", "→"},         {"rightarrow", "→"}, {"leftarrow", "←"}, {"sum", "∑"},     {"prod", "∏"},
      {"int", "∫"},        {"partial", "∂"},    {"nabla", "∇"},     {"in", "∈"},      {"ell", "ℓ"},
      {"langle", "⟨"},     {"rangle", "⟩"},     {"top", "ᵀ"},       {"dots", "…"},    {"ldots", "…"},
      {"cdots", "…"},      {"quad", "  "},      {"log", "log"},     {"ln", "ln"},     {"exp", "exp"},
      {"max", "max"},      {"min", "min"},      {"sup", "sup"},     {"inf", "inf"},   {"tr", "tr"},
      {"det", "det"},      {"sin", "sin"},      {"cos", "cos"},     {"tanh", "tanh"}, {"lim", "lim"},
      {"left", ""},        {"right", ""},       {",", " "},         {";", " "},       {":", " "},
      {" ", " "},          {"!", ""},           {"{", "{"},         {"}", "}"},       {"%", "%"},
      {"_", "_"},          {"$", "$"},          {"#", "#"},         {"&", "&"},       {"|", "‖"}};
  return all;
}

// What has an argument that is shown as it is.
bool is_face(std::string_view command) {
  for (const char* const face :
       {"mathrm", "mathbf", "mathit", "mathcal", "mathbb", "text", "textrm", "operatorname"})
    if (command == face) return true;
  return false;
}

const Table& raised() {
  static const Table all = {{"0", "⁰"}, {"1", "¹"}, {"2", "²"}, {"3", "³"}, {"4", "⁴"},
                            {"5", "⁵"}, {"6", "⁶"}, {"7", "⁷"}, {"8", "⁸"}, {"9", "⁹"},
                            {"+", "⁺"}, {"−", "⁻"}, {"(", "⁽"}, {")", "⁾"}, {"n", "ⁿ"},
                            {"i", "ⁱ"}, {"T", "ᵀ"}, {"ᵀ", "ᵀ"}, {"*", "*"}, {"′", "′"}};
  return all;
}
const Table& lowered() {
  static const Table all = {
      {"0", "₀"}, {"1", "₁"}, {"2", "₂"}, {"3", "₃"}, {"4", "₄"}, {"5", "₅"}, {"6", "₆"}, {"7", "₇"},
      {"8", "₈"}, {"9", "₉"}, {"+", "₊"}, {"−", "₋"}, {"(", "₍"}, {")", "₎"}, {"a", "ₐ"}, {"e", "ₑ"},
      {"h", "ₕ"}, {"i", "ᵢ"}, {"j", "ⱼ"}, {"k", "ₖ"}, {"l", "ₗ"}, {"m", "ₘ"}, {"n", "ₙ"}, {"o", "ₒ"},
      {"p", "ₚ"}, {"r", "ᵣ"}, {"s", "ₛ"}, {"t", "ₜ"}, {"u", "ᵤ"}, {"v", "ᵥ"}, {"x", "ₓ"}};
  return all;
}

// Reads math from its beginning to its end.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::string all() {
    std::string plain;
    while (at_ < text_.size()) plain += atom();
    return plain;
  }

 private:
  // A group in braces, a command with its arguments, an index, or a character.
  std::string atom() {
    const char c = text_[at_];
    if (c == '{') return group();
    if (c == '\\') return command();
    if (c == '^' || c == '_') {
      ++at_;
      return at_ < text_.size() ? index(c, atom()) : std::string(1, c);
    }
    if (c == '-' || c == '\'') {
      ++at_;
      return c == '-' ? "−" : "′";
    }
    const std::string_view character = first_character(text_.substr(at_));
    at_ += character.size();
    return std::string(character);
  }

  std::string group() {
    ++at_;
    std::string plain;
    while (at_ < text_.size() && text_[at_] != '}') plain += atom();
    if (at_ == text_.size()) throw Error("a brace { is not closed");
    ++at_;
    return plain;
  }
  std::string argument(const std::string& of) {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    if (at_ == text_.size()) throw Error(fmt::format("\\{} needs something in braces behind it", of));
    return atom();
  }

  std::string command() {
    std::size_t end = ++at_;
    while (end < text_.size() && std::isalpha(static_cast<unsigned char>(text_[end]))) ++end;
    if (end == at_) end = at_ + first_character(text_.substr(at_)).size();  // a sign
    const std::string name(text_.substr(at_, end - at_));
    at_ = end;
    if (is_face(name)) return argument(name);
    if (name == "sqrt") {
      const std::string root = argument(name);
      return "√" + enclosed(root);
    }
    if (name == "frac") {
      const std::string above = argument(name), below = argument(name);
      return fmt::format("{}/{}", enclosed(above), enclosed(below));
    }
    const auto found = commands().find(name);
    if (found != commands().end()) return found->second;
    std::vector<std::string> known = {"sqrt", "frac", "mathrm", "text"};
    for (const auto& [each, unused] : commands()) known.push_back(each);
    // Small letters first: of names that are equally near, the first is suggested.
    std::stable_partition(known.begin(), known.end(), [](const std::string& each) {
      return std::islower(static_cast<unsigned char>(each[0]));
    });
    throw Error(fmt::format("\\{} is no command that labels know{}", name, did_you_mean(name, known)));
  }

  static std::string enclosed(const std::string& text) {
    return count_characters(text) > 1 ? "(" + text + ")" : text;
  }

  static std::string index(char kind, const std::string& text) {
    const Table& table = kind == '^' ? raised() : lowered();
    std::string plain;
    for (const std::string_view character : characters(text)) {
      const auto found = table.find(character);
      if (found == table.end()) return kind + (kind == '^' ? enclosed(text) : text);
      plain += found->second;
    }
    return plain;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// Where the math that begins at `open`, a dollar sign, ends; none where it begins none.
std::optional<std::size_t> end_of_math(const std::string& label, std::size_t open) {
  if (open + 1 >= label.size() || label[open + 1] == ' ' || label[open + 1] == '$') return std::nullopt;
  for (std::size_t at = open + 1; at < label.size(); ++at) {
    if (label[at] == '\\') {
      ++at;
      continue;
    }
    if (label[at] != '$') continue;
    const bool digit_behind =
        at + 1 < label.size() && std::isdigit(static_cast<unsigned char>(label[at + 1]));
    if (label[at - 1] == ' ' || digit_behind) return std::nullopt;
    return at;
  }
  return std::nullopt;
}

}  // namespace

std::string plain_math(const std::string& label) {
  std::string plain;
  for (std::size_t at = 0; at < label.size(); ++at) {
    if (label[at] == '\\' && at + 1 < label.size() && label[at + 1] == '$') {
      plain += label[++at];
      continue;
    }
    const auto end = label[at] == '$' ? end_of_math(label, at) : std::nullopt;
    if (!end) {
      plain += label[at];
      continue;
    }
    plain += Reader(std::string_view(label).substr(at + 1, *end - at - 1)).all();
    at = *end;
  }
  return plain;
}

bool has_math(const std::string& label) {
  for (std::size_t at = 0; at < label.size(); ++at) {
    if (label[at] == '\\')
      ++at;
    else if (label[at] == '$' && end_of_math(label, at))
      return true;
  }
  return false;
}

}  // namespace qklab
