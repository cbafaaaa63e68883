// Which characters this machine's fonts have.
#pragma once

#include <string>

namespace qklab {

// With ? for each character that no font here has: what is drawn for one of these, a box with its number,
// comes out as a blot of many times the figure's size. As fontconfig's fc-list says; where there is none,
// characters that common fonts have are taken as they are. Asks once a process for each character. Throws
// Error where no font has even letters.
std::string drawable_text(const std::string& text);

}  // namespace qklab
