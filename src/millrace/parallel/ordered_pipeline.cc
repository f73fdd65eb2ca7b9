// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/ordered_pipeline.h"

#include <memory>

// One instance compiled here keeps the template's errors in this room.
template class millrace::parallel::OrderedPipeline<int, std::unique_ptr<int>>;
