// SPDX-License-Identifier: Apache-2.0
//
// A record id out of its text: post:1, post:abc, post:`a b`, post:⟨a b⟩, post:u'0190…'. Private to this room.
#pragma once

#include <string_view>

#include "millrace/surrealql/arena.h"
#include "millrace/surrealql/datum.h"

namespace millrace::surrealql {

// In the arena; nullptr for other text. Keys that are arrays, objects or ranges are not read.
const DatumRecord* parse_record(std::string_view text, Arena& arena);

}  // namespace millrace::surrealql
