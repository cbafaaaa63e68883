#include <filesystem>

#include "core/system/npy.hpp"
#include "tests/source_directory.hpp"
#include "tests/weights/support.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

std::string floats(const std::vector<float>& data) {
  return npy_bytes({data.size()}, std::span<const float>(data));
}

// A .npy file with this header and these bytes behind it.
std::string npy(const std::string& header, const std::string& data) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header + data;
}

}  // namespace

TEST_CASE("a .npy file is one array of its name, row by row or column by column") {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/w.npy";
  const std::string six = floats({1, 2, 3, 4, 5, 6}).substr(128);
  write_file(path, npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", six));
  CHECK(weights::open_tensors(path).matrix(weights::open_tensors(path).at("w")) ==
        Matrix{{1, 2, 3}, {4, 5, 6}});
  write_file(path, npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", six));
  const weights::TensorFile file = weights::open_tensors(path);
  CHECK(file.matrix(file.at("w")) == Matrix{{1, 3, 5}, {2, 4, 6}});
  CHECK(file.block(file.at("w"), 1, 1, 1, 2) == Matrix{{4, 6}});
}

TEST_CASE("a damaged .npy file is told") {
  const auto why = [](const std::string& header, const std::string& data = "") {
    return refusal(npy(header, data), "w.npy");
  };
  CHECK(
      contains(why("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "1234567"), "was cut short"));
  CHECK(contains(why("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }"),
                 "was cut short"));
  CHECK(contains(why("{'descr': '>f4', 'fortran_order': False, 'shape': (), }", "1234"),
                 "is big-endian (>f4)"));
  CHECK(contains(why("{'descr': '|O', 'fortran_order': False, 'shape': (), }", "1234"),
                 "Python objects (a pickle)"));
  CHECK(contains(why("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (), }", "1234"),
                 "array of records"));
  for (const char* header :
       {"", "{", "{'descr': '<f4'}", "{'shape': (-1,)}", "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", "{'shape': (2"})
    CHECK(contains(why(header), "its header is not one of NumPy's"));
  const std::string whole = floats({1, 2});
  for (std::size_t length = 6; length < whole.size(); ++length)
    CHECK(refusal(whole.substr(0, length), "w.npy") != "");
}

TEST_CASE("a .npz file of NumPy holds the same numbers as the safetensors file that was written with it") {
  const std::string folder = source_directory() + "/tests/goldens/weights/";
  const weights::TensorFile a = weights::open_tensors(folder + "gpt2.safetensors"),
                            b = weights::open_tensors(folder + "gpt2.npz");
  REQUIRE(a.names() == b.names());
  for (const weights::TensorInfo& each : a.tensors()) {
    CHECK(each.shape == b.at(each.name).shape);
    if (each.shape.size() <= 2) CHECK(a.matrix(each) == b.matrix(b.at(each.name)));
  }
}

TEST_CASE("a .npz file that was cut short or changed never reads beyond its end") {
  const std::string bytes = read_file(source_directory() + "/tests/goldens/weights/gpt2.npz");
  for (std::size_t length = 4; length < bytes.size(); length += 97)
    CHECK(contains(refusal(bytes.substr(0, length), "m.npz"), "is a damaged .npz file, or was cut short"));
  const TemporaryFolder folder;
  for (std::size_t at = 0; at < bytes.size(); at += 13) {  // must end, with an error or without
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0xff);
    write_file(folder.path + "/m.npz", changed);
    opening(folder.path + "/m.npz");
  }
}

TEST_CASE("pickles and other formats are told by their content") {
  CHECK(contains(refusal(std::string("\x80\x02}q\x00.", 6), "pytorch_model.bin"),
                 "is a pickle (a PyTorch checkpoint)"));
  CHECK(contains(refusal("\x89HDF\r\n\x1a\n", "m.h5"), "is an HDF5 file"));
  CHECK(contains(refusal("GGUF\x03", "m.gguf"), "is a GGUF file"));
  CHECK(contains(refusal("version https://git-lfs.github.com/spec/v1\n"), "is a pointer of Git LFS"));
  CHECK(contains(opening("/no/such/file"), "cannot be read: No such file or directory"));
}

TEST_CASE("a folder is all its .safetensors files together, or else its .npy files") {
  const TemporaryFolder folder;
  CHECK(contains(opening(folder.path), "holds neither .safetensors nor .npy files"));
  write_file(folder.path + "/pytorch_model.bin", "x");
  CHECK(contains(opening(folder.path), "pytorch_model.bin: is a pickle"));
  write_file(folder.path + "/b.npy", floats({1}));
  write_file(folder.path + "/a.weight.npy", floats({2}));
  CHECK(weights::open_tensors(folder.path).names() == std::vector<std::string>{"a.weight", "b"});
  write_file(folder.path + "/1.safetensors", plain_written({{"x", {{1}, {1}}}}));
  write_file(folder.path + "/2.safetensors", plain_written({{"y", {{1}, {2}}}}));
  const weights::TensorFile file = weights::open_tensors(folder.path);
  CHECK(file.names() == std::vector<std::string>{"x", "y"});
  CHECK(file.vector(file.at("y"))(0) == 2);
  write_file(folder.path + "/3.safetensors", plain_written({{"y", {{1}, {2}}}}));
  CHECK(contains(opening(folder.path), "has two arrays named 'y'"));
}
