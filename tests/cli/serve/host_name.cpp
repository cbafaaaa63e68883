#include "core/cli/serve/host_name.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <initializer_list>
#include <string>

using namespace qklab;

TEST_CASE("a request may name this machine, by whatever port it came") {
  for (const char* mine : {"localhost", "localhost:1", "LocalHost:65535", "127.0.0.1", "127.0.0.1:9001",
                           "10.1.2.3:80", "[::1]", "[::1]:8000", "[fe80::1]:8000"})
    CHECK_MESSAGE(serves(mine, "127.0.0.1"), mine);
  CHECK(serves("login-node.example:8000", "login-node.example"));
  char name[256] = {};
  REQUIRE(gethostname(name, sizeof name - 1) == 0);
  CHECK(serves(std::string(name) + ":8000", "0.0.0.0"));
}

TEST_CASE("a request may not name what another site can make point here") {
  for (const char* other :
       {"", ":8000", "example.com", "example.com:8000", "localhost.example.com", "127.0.0.1.example.com:80",
        "127.0.0.1:80.example.com", "localhost:", "localhost:abc", "localhost:123456",
        "localhost@example.com", "[::1", "[example.com]", "[::1]example.com", "[::1]:80.example.com", "[]",
        "127.0.0.1x", "0x7f.1", "2130706433"})
    CHECK_MESSAGE(!serves(other, "127.0.0.1"), other);
}
