// The configs that qklab brings along, wherever the user is.
#pragma once

#include <string>
#include <vector>

namespace qklab {

// Where they lie: installed beside this program, or in the source that it was built from; as "configs" where
// that is the current folder's. Configs of the user's own that happen to lie in such a folder are never
// looked at, but where neither is there any more. Throws InputError where there is none at all.
std::string shipped_directory();

// Their names, those that others build upon first.
std::vector<std::string> shipped_figures();

}  // namespace qklab
