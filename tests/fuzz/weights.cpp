// libFuzzer: any bytes as a file of weights. It is either refused by an InputError, or every array of numbers in it can be
// read to its last element within the file.
#include <unistd.h>

#include <sys/mman.h>
#include <cstdlib>

#include "core/base/error.hpp"
#include "core/weights/layouts/model_weights.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace qklab;

namespace {

void read_all(const weights::TensorFile& file) {
  for (const weights::TensorInfo& each : file.tensors()) {
    if (!weights::is_real_type(each.type) || each.shape.size() > 2) continue;
    try {
      file.matrix(each);
    } catch (const InputError&) {  // not finite
    }
  }
}

void read_heads(const std::string& path) {
  const weights::ModelWeights model({.file = path, .heads = 1});
  for (const int layer : model.layers()) model.head(layer, 0, true);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = memfd_create("weights", 0);  // a mapped file needs a file
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (file < 0 || ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
    std::abort();
  try {
    read_all(weights::open_tensors(path));
    read_heads(path);
  } catch (const InputError&) {
  }
  return 0;
}
