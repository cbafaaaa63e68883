#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/base/error.hpp"
#include "core/weights/npy_header.hpp"
#include "core/weights/safetensors.hpp"

namespace qklab::weights {

namespace fs = std::filesystem;

std::string pickle_message(const std::string& path) {
  return fmt::format(
      "{}: is a pickle (a PyTorch checkpoint), and reading one may run any program that is in it. Convert it "
      "once, where "
      "it can be trusted: python3 -c \"import sys, torch, safetensors.torch as s; s.save_file({{k: "
      "v.contiguous() for k, "
      "v in torch.load(sys.argv[1], 'cpu').items()}}, sys.argv[2])\" FILE model.safetensors",
      path);
}

namespace {

// What other formats begin with.
void refuse_others(const std::string& path, std::string_view bytes) {
  if (bytes.starts_with("\x80\x02") || bytes.starts_with("\x80\x03") || bytes.starts_with("\x80\x04") ||
      bytes.starts_with("\x80\x05"))
    throw InputError(pickle_message(path));
  for (const auto& [begin, what] :
       {std::pair<std::string_view, const char*>{"\x89HDF", "an HDF5 file"},
        {"GGUF", "a GGUF file"},
        {"version https://git-lfs", "a pointer of Git LFS, not the file itself (git lfs pull)"},
        {"<!DOCTYPE", "a web page"}}) {
    if (bytes.starts_with(begin))
      throw InputError(fmt::format("{}: is {}: expected .safetensors, .npz or .npy", path, what));
  }
}

struct Part {
  std::shared_ptr<const MappedFile> file;
  std::vector<TensorInfo> tensors;
  std::map<std::string, std::string> metadata;
};

// `name`: of the array, where the file holds a single one.
Part open_file(const std::string& path, const std::string& name) {
  Part part{std::make_shared<const MappedFile>(path), {}, {}};
  const std::string_view bytes = part.file->bytes();
  if (bytes.starts_with("PK\x03\x04")) {
    part.tensors = read_npz(path, bytes);
  } else if (bytes.starts_with("\x93NUMPY")) {
    part.tensors = {read_npy(path, name, bytes)};
  } else {
    refuse_others(path, bytes);
    part.tensors = read_safetensors(path, bytes, part.metadata);
  }
  return part;
}

std::vector<fs::path> files_in(const std::string& folder, const char* extension) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == extension) found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

}  // namespace

TensorFile open_tensors(const std::string& path) {
  std::vector<fs::path> files = {path};
  const bool is_folder = fs::is_directory(path);
  if (is_folder) {
    files = files_in(path, ".safetensors");
    if (files.empty()) files = files_in(path, ".npy");
    if (files.empty()) {
      for (const char* pickled : {".bin", ".pt", ".pth"})
        if (const auto found = files_in(path, pickled); !found.empty())
          throw InputError(pickle_message(found.front().string()));
      throw InputError(fmt::format("{}: holds neither .safetensors nor .npy files", path));
    }
  }
  std::vector<std::shared_ptr<const MappedFile>> maps;
  std::vector<TensorInfo> tensors;
  std::map<std::string, std::string> metadata;
  for (const fs::path& file : files) {
    Part part = open_file(file.string(), file.stem().string());
    maps.push_back(std::move(part.file));
    tensors.insert(tensors.end(), std::make_move_iterator(part.tensors.begin()),
                   std::make_move_iterator(part.tensors.end()));
    metadata.merge(part.metadata);
  }
  return {path, std::move(maps), std::move(tensors), std::move(metadata)};
}

}  // namespace qklab::weights
