// Language modelling from a text file.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <span>

#include "core/base/error.hpp"
#include "core/system/file.hpp"
#include "core/system/npy.hpp"
#include "core/tasks/corpus.hpp"
#include "tests/skip.hpp"
#include "tests/tasks/support.hpp"

using namespace qklab;
using namespace qklab::tasks;

namespace {

// A text file of a name of its own, removed at the end.
struct TextFile {
  TextFile(const char* name, const std::string& text)
      : path((std::filesystem::temp_directory_path() / name).string()) {
    write_file(path, text);
  }
  ~TextFile() { std::remove(path.c_str()); }
  std::string path;
};

TaskConfig config_for(const std::string& path) {
  TaskConfig config = config_of("text");
  config.text = path;
  config.length = 4;
  return config;
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("targets are the next inputs, and the last tenth is held out") {
  // 90 % of the text has letters that the rest lacks.
  const TextFile file("qklab-test-split.txt", repeated("abc", 300) + repeated("xyz", 33) + "x");
  const auto task = make(config_for(file.path));
  CHECK(task->shape().symbols == 6);
  std::set<std::int32_t> train, held_out;
  for (std::uint64_t k = 0; k < 20; ++k) {
    const Batch batch = batch_of(*task, Part::train, k), other = batch_of(*task, Part::held_out, k);
    for (std::size_t i = 0; i < batch.ids.size(); ++i) {
      if (i % 4 != 3) CHECK(batch.labels[i] == batch.ids[i + 1]);
    }
    train.insert(batch.ids.begin(), batch.ids.end());
    train.insert(batch.labels.begin(), batch.labels.end());
    held_out.insert(other.ids.begin(), other.ids.end());
    held_out.insert(other.labels.begin(), other.labels.end());
  }
  CHECK(train.size() == 3);
  CHECK(held_out.size() == 3);
  CHECK(train.count(*held_out.begin()) == 0);
}

TEST_CASE("a file of its own is held out, whole, and the first is trained on, whole") {
  const TextFile file("qklab-test-train.txt", repeated("abc", 100)),
      other("qklab-test-other.txt", "bbbbdbbbb");
  TaskConfig config = config_for(file.path);
  config.held_out = other.path;
  const auto task = make(config), plain = make(config_for(file.path));
  CHECK(task->shape().symbols == 4);
  std::set<std::int32_t> train, held_out;
  for (std::uint64_t k = 0; k < 20; ++k) {
    const Batch batch = batch_of(*task, Part::train, k), judged = batch_of(*task, Part::held_out, k);
    train.insert(batch.ids.begin(), batch.ids.end());
    held_out.insert(judged.labels.begin(), judged.labels.end());
  }
  CHECK(train.size() == 3);
  CHECK(held_out.size() == 2);
  config.length = 9;
  CHECK_THROWS_WITH_AS(make(config), doctest::Contains("9 characters held out are too few"), InputError);
}

TEST_CASE("characters are code points, and the rare ones share number 0") {
  const TextFile file("qklab-test-characters.txt", repeated("é€a", 100) + "b");
  TaskConfig config = config_for(file.path);
  CHECK(make(config)->shape().symbols == 4);
  config.vocabulary = 3;
  CHECK(make(config)->shape().symbols == 3);
}

TEST_CASE("words are runs of letters, signs are words, white space is none") {
  const TextFile file("qklab-test-words.txt", repeated("It isn't,\n  it's \"na\xC3\xAFve\".", 40));
  TaskConfig config = config_for(file.path);
  config.unit = "word";
  // It, isn't, ",", it's, ", naive, "."
  CHECK(make(config)->shape().symbols == 7);
}

TEST_CASE("a text that cannot be used is refused with its place and what to change") {
  CHECK_THROWS_WITH_AS(make(config_for("/nowhere/text.txt")), doctest::Contains("cannot be read"),
                       InputError);
  const TextFile latin("qklab-test-latin1.txt", repeated("abcd\n", 50) + "caf\xE9 abcd");
  CHECK_THROWS_WITH_AS(make(config_for(latin.path)), doctest::Contains(":51:4: byte 0xE9"), InputError);
  CHECK_THROWS_WITH_AS(make(config_for(latin.path)), doctest::Contains("byte 253 of the file"), InputError);
  const TextFile tiny("qklab-test-short.txt", "abcabcabc");
  CHECK_THROWS_WITH_AS(make(config_for(tiny.path)), doctest::Contains("shorten length"), InputError);
  const TextFile same("qklab-test-same.txt", repeated("a", 500));
  CHECK_THROWS_WITH_AS(make(config_for(same.path)), doctest::Contains("one character only"), InputError);
}

TEST_CASE("what a file holds is judged beforehand as the task judges it, each file for itself") {
  const TextFile good("qklab-test-good.txt", repeated("abc", 100)), latin("qklab-test-latin.txt", "caf\xE9"),
      tiny("qklab-test-tiny.txt", "abcabcabc"), same("qklab-test-aaaa.txt", repeated("a", 500));
  const auto problems = [](const TextFile& text, const std::string& held_out) {
    TaskConfig config = config_for(text.path);
    config.held_out = held_out;
    return std::pair(text_problem(config), held_out.empty() ? "" : held_out_problem(config));
  };
  const auto is_told = [](const std::string& problem, const std::string& part) {
    CHECK_MESSAGE(problem.find(part) != std::string::npos, problem);
  };
  const std::pair<std::string, std::string> none;
  CHECK(problems(good, "") == none);
  CHECK(problems(good, same.path) == none);
  CHECK(problems(same, good.path) == none);
  is_told(problems(latin, "").first, "byte 0xE9");
  is_told(problems(tiny, "").first, "too few for a sequence");
  is_told(problems(same, "").first, "one character only");
  CHECK(problems(tiny, good.path) == none);  // all of it is trained on, and is long enough
  is_told(problems(good, latin.path).second, latin.path + ":1:4: byte 0xE9");
  CHECK(problems(good, latin.path).first == "");
  is_told(problems(latin, good.path).first, "byte 0xE9");
  CHECK(problems(latin, good.path).second == "");
  is_told(problems(same, same.path).second, "one character only");
  const TextFile four("qklab-test-four.txt", "abca");
  is_told(problems(good, four.path).second, "4 characters held out are too few");
}

TEST_CASE("tokens end at white space, and each line has one more at its end") {
  const TextFile file("qklab-test-tokens.txt", " = A <unk> title = \n \n the @-@ <unk> . \n the last line"),
      other("qklab-test-tokens2.txt", "the last line");
  TaskConfig config = config_for(file.path);
  config.held_out = other.path;
  config.unit = "token";
  config.length = 1;
  const Corpus corpus = read_corpus(config);
  CHECK(corpus.split == 16);  // 5, 0, 4 and 3 words, and 4 line ends
  CHECK(corpus.ids.size() == 20);
  CHECK(corpus.bytes_a_symbol == 13.0 / 4);
  CHECK(corpus.symbols == 10);
  CHECK(corpus.ids[5] == corpus.ids[6]);  // the ends of two lines that follow each other
  CHECK(corpus.ids[2] == corpus.ids[9]);  // <unk>
}

TEST_CASE("bytes are symbols as well, whatever characters they belong to") {
  const TextFile file("qklab-test-bytes.txt", repeated("é€", 100));
  TaskConfig config = config_for(file.path);
  config.unit = "byte";
  const Corpus corpus = read_corpus(config);
  CHECK(corpus.ids.size() == 500);
  CHECK(corpus.symbols == 5);
  CHECK(corpus.bytes_a_symbol == 1);
  config.unit = "character";
  CHECK(read_corpus(config).bytes_a_symbol == 2.5);
}

TEST_CASE("WikiText-2 has as many tokens and types as others count") {
  const char* const folder = std::getenv("QKLAB_WIKITEXT2");
  const std::string path = (folder ? std::string(folder) : source + "/data/wikitext-2") + "/train.txt";
  if (!std::filesystem::exists(path)) return skip(path + " is missing; QKLAB_WIKITEXT2 names its folder");
  TaskConfig config = config_for(path);
  config.unit = "token";
  config.vocabulary = 1 << 20;
  const Corpus corpus = read_corpus(config);
  CHECK(corpus.ids.size() == 2'088'628);
  CHECK(corpus.symbols == 33'278);
}

namespace {

// Different symbols, so that each tells its place.
std::string different(int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += std::to_string(i) + " ";
  return text;
}

}  // namespace

TEST_CASE("blocks fill the training part, and each epoch has each once, in another order") {
  const TextFile file("qklab-test-blocks.txt", different(1000));
  TaskConfig config = config_for(file.path);
  config.unit = "token";
  config.vocabulary = 2000;
  config.windows = "blocks";
  config.batch = 7;
  const auto task = make(config);
  const Corpus corpus = read_corpus(config);
  constexpr std::size_t blocks = 225;  // of 4 symbols, from 901 to train on
  REQUIRE(corpus.split == 901);
  std::vector<std::int32_t> firsts;
  for (std::uint64_t k = 0; firsts.size() < 2 * blocks; ++k) {
    const Batch batch = batch_of(*task, Part::train, k);
    for (std::size_t b = 0; b < config.batch; ++b) firsts.push_back(batch.ids[b * 4]);
  }
  std::set<std::int32_t> expected;
  for (std::size_t i = 0; i < blocks; ++i) expected.insert(corpus.ids[4 * i]);
  const auto epoch = [&](std::size_t e) {
    return std::vector<std::int32_t>(firsts.begin() + static_cast<std::ptrdiff_t>(e * blocks),
                                     firsts.begin() + static_cast<std::ptrdiff_t>((e + 1) * blocks));
  };
  for (const std::size_t e : {0, 1}) {
    const auto order = epoch(e);
    CHECK(std::set<std::int32_t>(order.begin(), order.end()) == expected);
  }
  CHECK(epoch(0) != epoch(1));
  config.windows = "random";
  CHECK(task_key(config) != task_key(task->config()));
}

TEST_CASE("with a stride all held-out symbols but the first are judged, each once") {
  const TextFile file("qklab-test-stride.txt", different(300)), other("qklab-test-judged.txt", different(50));
  TaskConfig config = config_for(file.path);
  config.held_out = other.path;
  config.unit = "token";
  config.vocabulary = 2000;
  const Corpus corpus = read_corpus(config);
  for (const std::size_t stride : {1, 2, 3, 4}) {
    config.stride = stride;
    config.batch = 5;
    const auto task = make(config);
    std::vector<std::int32_t> judged;
    const std::uint64_t batches = task->judged_batches(3);
    for (std::uint64_t k = 0; k < batches; ++k) {
      const Batch batch = batch_of(*task, Part::held_out, k);
      for (std::size_t i = 0; i < batch.labels.size(); ++i) {
        if (batch.labels[i] == ignored) continue;
        judged.push_back(batch.labels[i]);
        // The target follows its input, and but for the first window it has enough symbols before it.
        CHECK(batch.labels[i] ==
              *(std::ranges::find(corpus.ids.begin() + static_cast<std::ptrdiff_t>(corpus.split),
                                  corpus.ids.end(), batch.ids[i]) +
                1));
        if (k > 0) CHECK(i % 4 >= 4 - stride);
      }
    }
    CHECK(judged ==
          std::vector<std::int32_t>(corpus.ids.begin() + static_cast<std::ptrdiff_t>(corpus.split) + 1,
                                    corpus.ids.end()));
  }
  config.stride = 5;
  CHECK_THROWS_WITH_AS(make(config), doctest::Contains("stride is above length"), InputError);
  config.stride = 0;
  CHECK(make(config)->judged_batches(3) == 3);
}

TEST_CASE("ids of a tokenizer are what they are, or the most frequent ones are told apart") {
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 200; ++i) ids.insert(ids.end(), {7, 3, 7, 0, 9});
  const TextFile narrow("qklab-test-ids.npy", npy_bytes({ids.size()}, std::span<const std::int32_t>(ids)));
  const std::vector<std::int64_t> more = {7, 7, 7, 12, 7, 7};
  const TextFile wide("qklab-test-more-ids.npy",
                      npy_bytes({more.size()}, std::span<const std::int64_t>(more)));
  TaskConfig config = config_for(narrow.path);
  config.unit = "id";
  CHECK(read_corpus(config).ids == ids);
  CHECK(read_corpus(config).symbols == 10);
  CHECK(read_corpus(config).split == 900);
  CHECK_FALSE(make(config)->bytes_a_symbol().has_value());
  config.held_out = wide.path;
  CHECK(read_corpus(config).symbols == 13);
  CHECK(read_corpus(config).split == 1000);
  config.vocabulary = 3;  // 7, another one, and the rest
  const Corpus corpus = read_corpus(config);
  CHECK(corpus.symbols == 3);
  CHECK(corpus.ids[0] == 1);
  CHECK(corpus.ids[2] == 1);
  CHECK(std::ranges::count(corpus.ids, 0) == 401);
  CHECK(text_problem(config).empty());
  CHECK(held_out_problem(config).empty());
}

TEST_CASE("int16 and uint16 are read as NumPy writes them") {
  const auto file_of = [](const char* name, const std::string& type, const std::string& numbers) {
    std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" +
                         std::to_string(numbers.size() / 2) + ",), }";
    header.resize(117, ' ');
    return TextFile(name, std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n" + numbers);
  };
  const std::string numbers("\x05\x00\xff\xff\x01\x02", 6);
  CHECK(read_ids(file_of("qklab-test-u2.npy", "<u2", numbers).path) ==
        std::vector<std::int32_t>{5, 65535, 513});
  CHECK(read_ids(file_of("qklab-test-i2.npy", "<i2", std::string("\x05\x00\x01\x02", 4)).path) ==
        std::vector<std::int32_t>{5, 513});
  CHECK_THROWS_WITH_AS(read_ids(file_of("qklab-test-negative.npy", "<i2", numbers).path),
                       doctest::Contains("the id at 1 is -1: expected 0 .. 2147483646"), InputError);
  CHECK_THROWS_WITH_AS(read_ids(file_of("qklab-test-halves.npy", "<f2", numbers).path),
                       doctest::Contains("is of type <f2: expected whole numbers"), InputError);
}

TEST_CASE("files that hold no ids are refused") {
  const TextFile text("qklab-test-no-ids.txt", "0 1 2 3");
  CHECK_THROWS_WITH_AS(read_ids(text.path), doctest::Contains("is no .npy file"), InputError);
  const std::vector<std::int32_t> numbers = {0, 1, 2, 3};
  const std::string square = npy_bytes({2, 2}, std::span<const std::int32_t>(numbers));
  const TextFile table("qklab-test-table.npy", square),
      torn("qklab-test-torn.npy", npy_bytes({4}, std::span<const std::int32_t>(numbers)).substr(0, 140));
  CHECK_THROWS_WITH_AS(read_ids(table.path), doctest::Contains("has 2 axes: expected one"), InputError);
  CHECK_THROWS_WITH_AS(read_ids(torn.path), doctest::Contains("cut short"), InputError);
  TaskConfig config = config_for(table.path);
  CHECK(text_problem(config).ends_with("is an array of numbers: set unit to id"));
  config.unit = "id";
  CHECK(text_problem(config).ends_with("has 2 axes: expected one, of token ids"));
}

TEST_CASE("a file's vocabulary has its own numbers") {
  const TextFile text("qklab-test-listed.txt", repeated("the cat sat\n", 60)),
      list("qklab-test-list.txt", "<unk>\nsat 9\n<eos>\nthe\t5\ndog\n");
  TaskConfig config = config_for(text.path);
  config.unit = "token";
  config.vocabulary_file = list.path;
  const Corpus corpus = read_corpus(config);
  CHECK(corpus.symbols == 5);
  CHECK(std::vector(corpus.ids.begin(), corpus.ids.begin() + 4) == std::vector<std::int32_t>{3, 0, 1, 2});
  CHECK(vocabulary_problem(config).empty());

  const TextFile letters("qklab-test-letters.txt", "a\n \n\\n\n\\\\\r\n");
  config.vocabulary_file = letters.path;
  config.unit = "character";
  const Corpus rest = read_corpus(config);  // others have a further number
  CHECK(rest.symbols == 5);
  CHECK(std::vector(rest.ids.begin(), rest.ids.begin() + 12) ==
        std::vector<std::int32_t>{4, 4, 4, 1, 4, 0, 4, 1, 4, 0, 4, 2});
}

TEST_CASE("a vocabulary that cannot be used is refused with its line") {
  const auto problem_of_list = [](const std::string& lines, const char* unit) {
    const TextFile text("qklab-test-text.txt", repeated("ab ", 100)), list("qklab-test-bad-list.txt", lines);
    TaskConfig config = config_for(text.path);
    config.unit = unit;
    config.vocabulary_file = list.path;
    const std::string said = vocabulary_problem(config);
    return said.starts_with(list.path) ? said.substr(list.path.size()) : said;
  };
  CHECK(problem_of_list("a\n\nb\n", "token") == ":2: is empty: expected a symbol on each line");
  CHECK(problem_of_list("a 3\nb 2\na 1\n", "word") == ":3: 'a' stands on line 1 already");
  CHECK(problem_of_list("a\nbc\n", "character") == ":2: 'bc' is no single character");
  CHECK(problem_of_list("a\n", "token") == ": a text needs at least 2 symbols");
  CHECK(problem_of_list("a\nb\n\xff\n", "token").starts_with(":3:1: byte 0xFF"));
  TaskConfig config = config_for("x");
  config.unit = "byte";
  config.vocabulary_file = "y";
  CHECK(problem(config).starts_with("vocabulary_file lists characters, words or tokens"));
}
