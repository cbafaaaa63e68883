#include "core/weights/safetensors.hpp"

#include <cmath>
#include <limits>

#include "tests/weights/support.hpp"

using namespace qklab;
using namespace qklab::test;
using weights::NamedArray;

namespace {

const PlainTensors two = {{"a.weight", {{2, 3}, {1, 2, 3, 4, 5, 6}}}, {"b", {{2}, {-0.5f, 1e-30f}}}};

weights::TensorFile opened(const TemporaryFolder& folder, const std::string& bytes) {
  write_file(folder.path + "/m.safetensors", bytes);
  return weights::open_tensors(folder.path + "/m.safetensors");
}

std::string entry(const char* name, const char* type, const char* shape, const char* offsets) {
  return std::string("\"") + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

// One array of 4 floats, with one part of the header replaced.
std::string lying(const char* type, const char* shape, const char* offsets) {
  return refusal(with_header("{" + entry("x", type, shape, offsets) + "}", std::string(16, '\0')));
}

}  // namespace

TEST_CASE("an independent reader finds what we have written, and the numbers begin at a multiple of 8") {
  std::vector<NamedArray> arrays;
  for (const auto& [name, tensor] : two) arrays.push_back({name, tensor.shape, tensor.data});
  for (const std::string key : {"k", "ke", "key", "key 1", "\"quoted\"\n"}) {
    const std::string bytes = weights::safetensors_bytes(arrays, {{key, "v"}});
    nlohmann::json metadata;
    CHECK(plain_read(bytes, metadata) == two);
    CHECK(metadata == nlohmann::json{{key, "v"}});
    std::uint64_t length;
    std::memcpy(&length, bytes.data(), 8);
    CHECK(length % 8 == 0);
    CHECK(bytes == weights::safetensors_bytes(arrays, {{key, "v"}}));
  }
}

TEST_CASE("we read what an independent writer has written, whole and in blocks") {
  const TemporaryFolder folder;
  const weights::TensorFile file = opened(folder, plain_written(two));
  CHECK(file.names() == std::vector<std::string>{"a.weight", "b"});
  const Matrix a = file.matrix(file.at("a.weight"));
  CHECK(a == Matrix{{1, 2, 3}, {4, 5, 6}});
  CHECK(file.block(file.at("a.weight"), 1, 1, 1, 2) == Matrix{{5, 6}});
  CHECK(file.vector(file.at("b")) == Vector{-0.5, static_cast<double>(1e-30f)});
  CHECK(file.find("c") == nullptr);
  CHECK(file.metadata().empty());
}

TEST_CASE("a file without arrays is read as such, and our own is one") {
  CHECK(refusal(weights::safetensors_bytes({}, {})) == "");
  CHECK(refusal(with_header("{}", "")) == "");
}

TEST_CASE("16-bit numbers are read exactly") {
  const TemporaryFolder folder;
  // binary16: 1, -2, 65504 (largest), 2^-24 (smallest), 0.333251953125; bfloat16: 1, -2, 3.140625
  const std::string halves("\x00\x3c\x00\xc0\xff\x7b\x01\x00\x55\x35", 10),
      brains("\x80\x3f\x00\xc0\x49\x40", 6);
  const weights::TensorFile file = opened(folder, with_header("{" + entry("h", "F16", "[5]", "[0,10]") + "," +
                                                                  entry("b", "BF16", "[3]", "[10,16]") + "}",
                                                              halves + brains));
  CHECK(file.vector(file.at("h")) == Vector{1, -2, 65504, 0x1p-24, 0.333251953125});
  CHECK(file.vector(file.at("b")) == Vector{1, -2, 3.140625});
}

TEST_CASE("a file that was cut short is told at every length") {
  const std::string bytes = plain_written(two);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const std::string why = refusal(bytes.substr(0, length));
    REQUIRE_MESSAGE(contains(why, "is no valid safetensors file"), length, ": ", why);
  }
  CHECK(contains(refusal(bytes + "x"), "1 bytes at its end belong to no array"));
}

TEST_CASE("headers that contradict the file are told one by one") {
  CHECK(lying("F32", "[4]", "[0,16]") == "");
  CHECK(contains(lying("F32", "[4]", "[0,17]"),
                 "array 'x': lies from 0 to 17, and the file has 16 bytes of numbers"));
  CHECK(contains(lying("F32", "[4]", "[16,0]"), "lies from 16 to 0"));
  CHECK(contains(lying("F32", "[4]", "[-16,0]"), "data_offsets: expected whole numbers of at least 0"));
  CHECK(contains(lying("F32", "[4]", "[0,1.6e1]"), "data_offsets: expected whole numbers"));
  CHECK(contains(lying("F32", "[4]", "[0,18446744073709551615]"), "lies from 0 to 18446744073709551615"));
  CHECK(contains(lying("F32", "[4]", "[0,99999999999999999999999]"), "expected whole numbers"));
  CHECK(contains(lying("F32", "[4]", "[0]"), "expected a begin and an end"));
  CHECK(contains(lying("F32", "[5]", "[0,16]"), "of shape (5) and type F32 does not have 16 bytes"));
  CHECK(contains(lying("F32", "[4294967296,4294967296,4]", "[0,16]"),
                 "does not have 16 bytes"));  // 2^66 = 0 mod 2^64
  CHECK(contains(lying("F32", "[-4]", "[0,16]"), "shape: expected whole numbers"));
  CHECK(contains(lying("F32", "4", "[0,16]"), "has no list 'shape'"));
  CHECK(contains(lying("F64", "[4]", "[0,16]"), "does not have 16 bytes"));
  const auto pair = [](const char* first, const char* second) {
    return refusal(
        with_header("{" + entry("x", "F32", "[2]", first) + "," + entry("y", "F32", "[2]", second) + "}",
                    std::string(16, '\0')));
  };
  CHECK(pair("[0,8]", "[8,16]") == "");
  CHECK(contains(pair("[0,8]", "[4,12]"), "array 'y': overlaps 'x'"));
  CHECK(contains(pair("[0,8]", "[0,8]"), "overlaps"));
  CHECK(contains(pair("[8,16]", "[8,16]"), "begins 8 bytes late"));
}

TEST_CASE("headers that are none are told") {
  CHECK(contains(refusal(with_header("{\"x\":", "")), "its header is not JSON (byte"));
  CHECK(contains(refusal(with_header("[]", "")), "its header is no JSON object"));
  CHECK(contains(refusal(with_header("{\"x\":3}", "")), "array 'x': is not described by a JSON object"));
  CHECK(contains(refusal(with_header("{\"x\":{}}", "")), "array 'x': has no 'dtype'"));
  CHECK(contains(refusal(with_header("{\"__metadata__\":{\"a\":1}}", "")), "'a' is no text"));
  CHECK(contains(
      refusal(with_header(
          "{" + entry("x", "F32", "[0]", "[0,0]") + "," + entry("x", "F32", "[0]", "[0,0]") + "}", "")),
      "its header has 'x' twice"));
  CHECK(contains(refusal(with_header(std::string(100000, '['), "")), "is not JSON"));
  CHECK(contains(refusal(std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10)),
                 "its header is said to have 18446744073709551615 bytes"));
  CHECK(contains(refusal("some text that is long enough"), "its header is said to have"));
}

TEST_CASE(
    "numbers that are not finite, or of a type without fractions, are told when they are read, and no "
    "others") {
  const TemporaryFolder folder;
  PlainTensors tensors = two;
  tensors["a.weight"].data[4] = std::numeric_limits<float>::quiet_NaN();
  tensors["b"].data[1] = -std::numeric_limits<float>::infinity();
  const weights::TensorFile file = opened(folder, plain_written(tensors));
  CHECK(file.block(file.at("a.weight"), 0, 1, 0, 3) == Matrix{{1, 2, 3}});
  CHECK_THROWS_WITH_AS(file.matrix(file.at("a.weight")),
                       (file.path() + ": 'a.weight' (2, 3) holds NaN in row 1, column 1").c_str(),
                       InputError);
  CHECK_THROWS_WITH_AS(file.vector(file.at("b")),
                       (file.path() + ": 'b' (2) holds an infinity in row 0, column 1").c_str(), InputError);
  const weights::TensorFile whole =
      opened(folder, with_header("{" + entry("i", "I64", "[2]", "[0,16]") + "}", std::string(16, '\0')));
  CHECK_THROWS_WITH_AS(whole.vector(whole.at("i")),
                       (whole.path() + ": 'i' (2) is of type I64: expected F64, F32, F16 or BF16").c_str(),
                       InputError);
}

TEST_CASE("a name that is not there is answered with the nearest one and those that are") {
  const TemporaryFolder folder;
  const weights::TensorFile file = opened(folder, plain_written(two));
  CHECK_THROWS_WITH_AS(
      file.at("a.wieght"),
      (file.path() + ": has no array 'a.wieght' (did you mean 'a.weight'?); it has a.weight, b").c_str(),
      InputError);
}
