// SPDX-License-Identifier: Apache-2.0
//
// Values as the engine's messages quote them. Private to this room.
#pragma once

#include <string>

#include "millrace/surrealql/datum.h"

namespace millrace::surrealql {

// SurrealQL's text, but strings, datetimes and uuids without quotes: what "Cannot perform addition with '…'" shows.
std::string raw_text(const Datum& datum);
// A number without what says its kind: 1.5 for 1.5f and for 1.5dec.
std::string number_text(const Datum& number);

}  // namespace millrace::surrealql
