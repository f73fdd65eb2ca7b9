// SPDX-License-Identifier: Apache-2.0
//
// The entry points of the library.
//
//   auto store = millrace::store::open_store("sqlite:posts.db", {});
//   auto created = millrace::batch_create_posts(**store, posts);  // one result per post, in their order
//
//   millrace::pipeline::load({.files = {"posts.ndjson"}, .shape = {.table = "post"}}, **store, progress, {});
#pragma once

#include "millrace/batch/batch_create.h"  // batch_create_posts, batch_create<T>, all_or_first_error
#include "millrace/pipeline/load.h"  // load
#include "millrace/record/fields.h"  // Fields<T>
#include "millrace/store/store.h"  // Store, open_store
#include "millrace/telemetry/profile.h"  // MILLRACE_PROFILE_SCOPE
#include "millrace/text/text.h"  // process_string; text::uppercase, lowercase, case_fold, normalize_nfc, trim
