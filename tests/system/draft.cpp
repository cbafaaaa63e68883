#include "core/system/draft.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <thread>
#include <vector>

#include "core/system/file.hpp"
#include "core/system/temporary_folder.hpp"

using namespace qklab;

TEST_CASE("draft: nothing is there before it is finished, and nothing is left where it is not") {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/file";
  {
    const Draft draft(path);
    std::fputs("half of a", draft.file());
  }
  CHECK(std::filesystem::is_empty(folder.path));
  write_file(path, "whole");
  {
    Draft draft(path);
    std::fputs("other", draft.file());
    CHECK(read_file(path) == "whole");
    draft.finish();
    CHECK(read_file(path) == "other");
  }
  CHECK(read_file(path) == "other");
  CHECK_FALSE(std::filesystem::exists(path + ".part"));
  CHECK_THROWS_AS(Draft(folder.path + "/none/file"), Error);
}

TEST_CASE("draft: what a killed process left half written is written over") {
  const TemporaryFolder folder;
  write_file(folder.path + "/left", std::string(100000, 'x'));
  std::filesystem::rename(folder.path + "/left", folder.path + "/file.part");
  write_file(folder.path + "/file", "new");
  CHECK(read_file(folder.path + "/file") == "new");
}

TEST_CASE("draft: several writers of one file never leave parts of two") {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/file";
  std::vector<std::thread> writers;
  for (char c = 'a'; c < 'f'; ++c) {
    writers.emplace_back([&path, c] {
      for (int i = 0; i < 60; ++i)
        write_file(path, std::string(static_cast<std::size_t>(30000 + 5000 * (c - 'a')), c));
    });
  }
  for (int i = 0; i < 300; ++i) {
    if (!std::filesystem::exists(path)) continue;
    const std::string content = read_file(path);
    CHECK(std::set<char>(content.begin(), content.end()).size() == 1);
    CHECK(content.size() == static_cast<std::size_t>(30000 + 5000 * (content[0] - 'a')));
  }
  for (std::thread& writer : writers) writer.join();
  CHECK_FALSE(std::filesystem::exists(path + ".part"));
}
