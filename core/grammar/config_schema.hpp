// The grammar of a config as JSON Schema (draft 7), with which editors complete and check one. It is made of the
// registries and of what the readers ask for, so that it knows what plugins add.
#pragma once

#include <nlohmann/json.hpp>

namespace qklab {

// Of a config of any experiment that is known now. It is less strict than the readers: it does not compare
// names of metrics and parameters in figures and claims, nor read conditions.
nlohmann::ordered_json config_schema();

}  // namespace qklab
