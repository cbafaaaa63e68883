// Trained models as files: written from a trainer, and read as the beginning of another training.
#pragma once

#include <string>
#include <vector>

#include "core/train/description.hpp"

namespace qklab::train {

inline constexpr const char* model_format = "qklab weights 1";

// All parameters as safetensors, float32, under their names in the model and in its order. Metadata: `format`, the `step`
// before whose update they are, `model` (the section of model.json that says what the model is), and what readers of
// weights need: `heads`, `groups` of keys, and where the `norm` stands. Equal parameters give equal bytes.
std::string model_bytes(Trainer& trainer, std::size_t step);

// Parameters become those of the file. The rows of embedding.weight, position.weight and head.weight are matched by their
// numbers (token, position, output); rows that the file lacks keep what was drawn, and rows that the model lacks are left
// out. Throws InputError where the file is not one of ours, or any other array differs in name or shape.
void start_from(Trainer& trainer, const std::string& path);

// Parameters of a training that decide which arrays its model has, and of which shapes, rows that are matched aside.
std::vector<std::string> shaping_parameters();

// Why a training of this model cannot start from the file, or "".
std::string start_problem(const Training& training, const std::string& path);

}  // namespace qklab::train
