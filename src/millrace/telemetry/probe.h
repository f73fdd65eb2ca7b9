// SPDX-License-Identifier: Apache-2.0
//
// MILLRACE_PROBE(name, arguments…): a place where perf, bpftrace or SystemTap may look into a running millrace, in every build: a
// USDT probe of the provider `millrace`. It is a nop and a note in the file until somebody attaches to it; arguments are integers
// that are at hand anyway, at most twelve. docs/profiling.md lists all probes, and a test holds that list against the command's
// notes. A probe is for a batch, a commit, a request: never for a record.
//
//   MILLRACE_PROBE(batch_sent, number, rows, in_flight);
//
// Without systemtap-sdt-dev's <sys/sdt.h> it is nothing.
#pragma once

#if __has_include(<sys/sdt.h>)
#define SDT_USE_VARIADIC
#include <sys/sdt.h>
#define MILLRACE_PROBE(...) STAP_PROBEV(millrace, __VA_ARGS__)
#else
#define MILLRACE_PROBE(...) static_cast<void>(0)
#endif
