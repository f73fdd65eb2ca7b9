// SPDX-License-Identifier: Apache-2.0
//
// A record id out of its text: post:1, post:abc, post:`a b`, post:⟨a b⟩, post:u'0190…'. Private to this room.
#pragma once

#include <string_view>

#include "millrace/surrealql/arena.h"
#include "millrace/surrealql/datum.h"

namespace millrace::surrealql {

// In the arena; nullptr for text that begins with none. As in the engine, white space may stand around the colon, and what
// follows the id is not looked at: 'post:1 and more' is post:1. Keys that are arrays, objects or ranges are not read.
const DatumRecord* parse_record(std::string_view text, Arena& arena);

}  // namespace millrace::surrealql
