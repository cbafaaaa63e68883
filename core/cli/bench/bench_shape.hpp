// The shape of a training step: a pre-LN causal language model, D,T,B,L,H,V,FFN.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qklab {

struct StepShape {
  int dim, length, batch, layers, heads, vocabulary, ffn;  // ffn 0: no MLP
  int tokens() const { return batch * length; }
  int width() const { return dim / heads; }  // of one head
};

StepShape parse_shape(std::string_view text);  // throws InputError
std::string to_text(const StepShape& shape);   // "32,32,32,1,1,16,0"

std::vector<StepShape> standard_shapes();  // the shapes in docs/performance.md

}  // namespace qklab
