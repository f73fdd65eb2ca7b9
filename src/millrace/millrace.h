// SPDX-License-Identifier: Apache-2.0
//
// The entry points of the library. examples/ has a small program for each.
//
//   auto store = millrace::store::open_store("sqlite:posts.db", {});
//   auto created = millrace::batch_create_posts(**store, posts);  // one result per post, in their order
//
//   millrace::pipeline::load({.files = {"posts.ndjson"}, .shape = {.table = "post"}}, **store, progress, {});
#pragma once

#include "millrace/batch/batch_create.h"  // batch_create_posts, batch_create<T>, all_or_first_error
#include "millrace/gateway/gateway.h"  // Gateway: creates over HTTP that share commits
#include "millrace/parallel/batches_of.h"  // batches_of(range, n): what is in memory, for stream()
#include "millrace/parallel/file_sinks.h"  // write_lines, write_points: sinks of stream()
#include "millrace/parallel/in_parallel.h"  // in_parallel(range) | keep(p) | map(f) | …
#include "millrace/parallel/large_dataset.h"  // process_large_dataset
#include "millrace/parallel/process_data.h"  // process_data_parallel; parallel::map_collect, for_each, reduce, filter_collect
#include "millrace/parallel/stages.h"  // from(range) | keep(p) | map(f) | sum(), collect(), …
#include "millrace/parallel/stream.h"  // stream(source) | keep(p) | map(f) | to(sink), sum(), …
#include "millrace/pipeline/load.h"  // load
#include "millrace/record/fields.h"  // Fields<T>
#include "millrace/source/lines.h"  // read_lines: a source of stream()
#include "millrace/source/points.h"  // read_points<T>: a source of stream()
#include "millrace/store/store.h"  // Store, open_store
#include "millrace/telemetry/profile.h"  // MILLRACE_PROFILE_SCOPE
#include "millrace/telemetry/request_metrics.h"  // process_request
#include "millrace/text/text.h"  // process_string; text::uppercase, lowercase, case_fold, normalize_nfc, trim
