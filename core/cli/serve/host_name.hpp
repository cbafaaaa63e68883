// Which names of a host a request to `qklab serve` may give.
#pragma once

#include <string>
#include <string_view>

namespace qklab {

// Whether `header` (of a request: "localhost:8000") names this machine in a way that another site cannot:
// localhost, an address in digits, what `listening` was given as, or the machine's own name; whatever the
// port. Any other name may have been made to point here by a site whose pages would then be let read the
// answers (DNS rebinding).
bool serves(std::string_view header, std::string_view listening);

// Whether an address to listen at is one that only this machine reaches.
bool is_loopback(const std::string& address);

}  // namespace qklab
