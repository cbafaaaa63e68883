#include "core/system/npy.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <limits>

#include "core/system/file.hpp"
#include "core/system/temporary_folder.hpp"
#include "tests/skip.hpp"

using namespace qklab;

namespace {

// Slow and obvious: reads the header exactly as format 1.0 is described.
std::string header_of(const std::string& bytes) {
  REQUIRE(bytes.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  const auto length = static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
  REQUIRE((10 + length) % 64 == 0);
  REQUIRE(bytes.size() >= 10 + length);
  std::string header = bytes.substr(10, length);
  REQUIRE(header.back() == '\n');
  return header.substr(0, header.find_last_not_of(" \n") + 1);
}

std::string doubles(const std::vector<std::size_t>& shape, const std::vector<double>& data) {
  return npy_bytes(shape, std::span<const double>(data));
}

}  // namespace

TEST_CASE("the header says type, order and shape as NumPy writes them") {
  const std::string before = "{'descr': '<f8', 'fortran_order': False, 'shape': ";
  CHECK(header_of(doubles({3}, {1, 2, 3})) == before + "(3,), }");
  CHECK(header_of(doubles({2, 3}, std::vector<double>(6))) == before + "(2, 3), }");
  CHECK(header_of(doubles({0, 7}, {})) == before + "(0, 7), }");
}

TEST_CASE("the data follows the header, value by value") {
  const std::vector<double> data = {0.1, -0.0, 1e308, std::numeric_limits<double>::infinity()};
  const std::string bytes = doubles({2, 2}, data);
  const std::size_t size = data.size() * sizeof(double);
  REQUIRE((bytes.size() - size) % 64 == 0);
  CHECK(std::memcmp(bytes.data() + bytes.size() - size, data.data(), size) == 0);
}

TEST_CASE("NumPy reads the files") {
  if (std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0) {
    skip("Python's numpy is not installed");
    return;
  }
  const TemporaryFolder temporary;
  const std::string& folder = temporary.path;
  for (std::size_t length = 1; length <= 40; ++length) {  // covers every length of the padding
    std::vector<std::size_t> shape(length, 1);
    shape.back() = 3;
    if (length > 32) shape = {length, 1};  // NumPy allows at most 32 dimensions
    std::vector<double> data(length > 32 ? length : 3, 0.1);
    write_file(folder + "/" + std::to_string(length) + ".npy", doubles(shape, data));
  }
  const std::vector<float> floats = {0.5f, -2};
  const std::vector<std::int32_t> integers = {7, -1000000};
  write_file(folder + "/f.npy", npy_bytes({1, 2}, std::span<const float>(floats)));
  write_file(folder + "/i.npy", npy_bytes({2}, std::span<const std::int32_t>(integers)));
  const std::string script =
      "import numpy, sys\n"
      "for n in range(1, 41):\n"
      "    a = numpy.load(f'{sys.argv[1]}/{n}.npy')\n"
      "    assert a.shape == ((1,) * (n - 1) + (3,) if n <= 32 else (n, 1)), a.shape\n"
      "    assert a.dtype == numpy.float64 and (a == 0.1).all()\n"
      "f, i = numpy.load(f'{sys.argv[1]}/f.npy'), numpy.load(f'{sys.argv[1]}/i.npy')\n"
      "assert f.dtype == numpy.float32 and f.tolist() == [[0.5, -2]]\n"
      "assert i.dtype == numpy.int32 and i.tolist() == [7, -1000000]\n";
  write_file(folder + "/check.py", script);
  CHECK(std::system(("/usr/bin/python3 " + folder + "/check.py " + folder).c_str()) == 0);
}

TEST_CASE("texts become characters, and bytes that are none the replacement character") {
  const auto points_of = [](const std::string& text) {
    const std::string bytes = npy_bytes({1}, std::vector<std::string>{text});
    const std::size_t begin =
        10 + static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
    std::u32string points((bytes.size() - begin) / 4, U'\0');
    std::memcpy(points.data(), bytes.data() + begin, 4 * points.size());
    return points;
  };
  CHECK(points_of("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") == U"a\u00e9\u20ac\U0001f600");
  CHECK(points_of("\xff\x80") == U"\ufffd\ufffd");                                 // no first byte
  CHECK(points_of("x\xc3") == U"x\ufffd");                                         // incomplete
  CHECK(points_of("\xf7\xbf\xbf\xbf").find(U'\x1fffff') == std::u32string::npos);  // beyond Unicode
  CHECK(points_of("\xed\xa0\x80") == U"\ufffd\ufffd\ufffd");                       // a surrogate
}
