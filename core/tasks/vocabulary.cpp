// Symbols that were made elsewhere: files of token ids, and lists of the symbols that a model tells apart.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/base/error.hpp"
#include "core/system/file.hpp"
#include "core/tasks/corpus.hpp"
#include "core/text/text_check.hpp"
#include "core/weights/npy_header.hpp"

namespace qklab::tasks {

namespace {

template <class Number>
std::vector<std::int32_t> whole_numbers(const std::string& path, std::string_view bytes) {
  std::vector<std::int32_t> ids(bytes.size() / sizeof(Number));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Number number;
    std::memcpy(&number, bytes.data() + i * sizeof number, sizeof number);
    const auto id = static_cast<std::int64_t>(number);
    if (id < 0 || id >= std::numeric_limits<std::int32_t>::max())
      throw InputError(fmt::format("{}: the id at {} is {}: expected 0 .. 2147483646", path, i, id));
    ids[i] = static_cast<std::int32_t>(id);
  }
  return ids;
}

// A line as it stands for a symbol: a backslash and n, t, r or a backslash are one character.
std::string unescaped(std::string_view line) {
  constexpr std::string_view letters = "ntr\\", meant = "\n\t\r\\";
  std::string symbol;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto letter =
        line[i] == '\\' && i + 1 < line.size() ? letters.find(line[i + 1]) : std::string_view::npos;
    symbol += letter == std::string_view::npos ? line[i] : meant[letter];
    if (letter != std::string_view::npos) ++i;
  }
  return symbol;
}

}  // namespace

std::vector<std::int32_t> read_ids(const std::string& path) {
  const std::string bytes = read_file(find_data_file(path));
  const weights::TensorInfo array = weights::read_npy(path, path, bytes);
  if (array.shape.size() != 1)
    throw InputError(fmt::format("{}: has {} axes: expected one, of token ids", path, array.shape.size()));
  const auto of_size = [&](std::size_t size) {
    const std::uint64_t count = array.shape[0];
    if (count > array.bytes.size() / size)
      throw InputError(
          fmt::format("{}: was cut short: it has {} bytes of {} ids", path, array.bytes.size(), count));
    return array.bytes.substr(0, count * size);
  };
  if (array.type == "<i2") return whole_numbers<std::int16_t>(path, of_size(2));
  if (array.type == "<u2") return whole_numbers<std::uint16_t>(path, of_size(2));
  if (array.type == "<i4") return whole_numbers<std::int32_t>(path, of_size(4));
  if (array.type == "<i8") return whole_numbers<std::int64_t>(path, of_size(8));
  throw InputError(fmt::format("{}: is of type {}: expected whole numbers, int16, int32, int64 or uint16",
                               path, readable(array.type)));
}

Vocabulary read_vocabulary(const std::string& path, const std::string& unit) {
  const std::string text = read_text(path);
  const bool has_counts = unit == "word" || unit == "token";  // no space within a symbol
  Vocabulary all;
  for (std::size_t begin = 0, line = 1; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view of(text.data() + begin, end - begin);
    begin = end + 1;
    if (of.ends_with('\r')) of.remove_suffix(1);
    if (has_counts) of = of.substr(0, of.find_first_of(" \t"));
    const std::string symbol = unescaped(of);
    const auto fail = [&](const std::string& why) {
      throw InputError(fmt::format("{}:{}: {}", path, line, why));
    };
    const bool is_named = symbol == "<unk>" || (unit == "token" && symbol == "<eos>");
    if (symbol.empty()) fail("is empty: expected a symbol on each line");
    if (unit == "character" && !is_named && characters(symbol).size() != 1)
      fail(fmt::format("'{}' is no single character", symbol));
    const auto id = static_cast<std::int32_t>(line - 1);
    if (symbol == "<unk>") all.others = id;
    const auto [known, is_new] = all.ids.emplace(symbol == "<eos>" && is_named ? "\n" : symbol, id);
    if (!is_new) fail(fmt::format("'{}' stands on line {} already", of, known->second + 1));
  }
  all.size = all.ids.size();
  if (all.size < 2) throw InputError(fmt::format("{}: a text needs at least 2 symbols", path));
  return all;
}

}  // namespace qklab::tasks
