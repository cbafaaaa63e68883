#include "core/sweep/npy.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>

#include "tests/sweep/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

// Slow and obvious: the header of format 1.0, by the letter of its description.
std::string header_of(const std::string& bytes) {
  REQUIRE(bytes.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  const auto length = static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
  REQUIRE((10 + length) % 64 == 0);
  REQUIRE(bytes.size() >= 10 + length);
  std::string header = bytes.substr(10, length);
  REQUIRE(header.back() == '\n');
  return header.substr(0, header.find_last_not_of(" \n") + 1);
}

}  // namespace

TEST_CASE("the header says type, order and shape as NumPy writes them") {
  const std::string before = "{'descr': '<f8', 'fortran_order': False, 'shape': ";
  CHECK(header_of(npy_bytes({{3}, {1, 2, 3}})) == before + "(3,), }");
  CHECK(header_of(npy_bytes({{2, 3}, std::vector<double>(6)})) == before + "(2, 3), }");
  CHECK(header_of(npy_bytes({{0, 7}, {}})) == before + "(0, 7), }");
}

TEST_CASE("the data follows the header, value by value") {
  const std::vector<double> data = {0.1, -0.0, 1e308, std::numeric_limits<double>::infinity()};
  const std::string bytes = npy_bytes({{2, 2}, data});
  const std::size_t size = data.size() * sizeof(double);
  REQUIRE((bytes.size() - size) % 64 == 0);
  CHECK(std::memcmp(bytes.data() + bytes.size() - size, data.data(), size) == 0);
}

TEST_CASE("NumPy reads the files") {
  if (std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0) {
    MESSAGE("skipped: no NumPy here");
    return;
  }
  const Scratch scratch;
  for (std::size_t length = 1; length <= 40; ++length) {  // headers of every padding
    std::vector<std::size_t> shape(length, 1);
    shape.back() = 3;
    if (length > 32) shape = {length, 1};  // NumPy's limit of dimensions
    std::vector<double> data(length > 32 ? length : 3, 0.1);
    write_file(scratch.path + "/" + std::to_string(length) + ".npy", npy_bytes({shape, data}));
  }
  const std::string script =
      "import numpy, sys\n"
      "for n in range(1, 41):\n"
      "    a = numpy.load(f'{sys.argv[1]}/{n}.npy')\n"
      "    assert a.shape == ((1,) * (n - 1) + (3,) if n <= 32 else (n, 1)), a.shape\n"
      "    assert a.dtype == numpy.float64 and (a == 0.1).all()\n";
  write_file(scratch.path + "/check.py", script);
  CHECK(std::system(("/usr/bin/python3 " + scratch.path + "/check.py " + scratch.path).c_str()) == 0);
}
