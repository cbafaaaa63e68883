// SHA-256, as `sha256sum` prints it. Source: NIST FIPS 180-4.
#pragma once

#include <string>
#include <string_view>

namespace qklab {

std::string sha256(std::string_view bytes);  // 64 hexadecimal digits

}  // namespace qklab
