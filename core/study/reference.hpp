// A reference: what is committed of a run, enough to derive its figures and verdicts again and to run its trials
// again. It contains neither run.db nor series that nothing reads.
#pragma once

#include <string>

#include "core/study/drawing.hpp"

namespace qklab {

// Writes the reference of a run directory into `out`, and that of its reserved seeds, from which the standing
// of its verdicts follows, into out/confirm. Throws InputError if trials have not been run, or if `out` is a
// run directory, which keeps all of its series; and Error if a figure could not be drawn.
void write_reference(const std::string& directory, const std::string& out, const Tell& tell);

}  // namespace qklab
