// What a config may give for a parameter, as JSON Schema.
#pragma once

#include <nlohmann/json.hpp>

#include "core/schema/schema.hpp"

namespace qklab {

using Json = nlohmann::ordered_json;

Json value_schema(const Parameter& parameter);  // one value
// One value, several, or one of `axis_forms`, to which it refers as #/definitions/axis_forms.
Json axis_schema(const Parameter& parameter);
Json axis_forms();  // {linspace: [0, 1, 5]} and so on

// A map from parameters to what `of` says about each. A name with dots may be written as maps within maps.
Json parameters_schema(const Schema& schema, Json (*of)(const Parameter&));

}  // namespace qklab
