// Language modelling from a text file.
#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <set>

#include "core/base/error.hpp"
#include "core/system/file.hpp"
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
