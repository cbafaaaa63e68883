// Experiments that were written before headers moved into smaller rooms include this file.
#pragma once

#include "core/trial/experiment.hpp"
