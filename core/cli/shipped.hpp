// The configs that come with qklab, found from any folder.
#pragma once

#include <string>
#include <vector>

namespace qklab {

// The folder of shipped configs: installed beside this program, or in the source tree that it was built from;
// "configs" if that is the current folder's. A user's own folder of this name is not used, except when
// neither of the two exists any more. Throws InputError if there is none.
std::string shipped_directory();

// Their names; those on which others depend come first.
std::vector<std::string> shipped_figures();

}  // namespace qklab
