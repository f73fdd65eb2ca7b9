// SPDX-License-Identifier: Apache-2.0
//
// Parts of mail addresses and URLs; NONE of a text that is none.
#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/mail_address.h"
#include "millrace/surrealql/url.h"

namespace millrace::surrealql {
namespace {

Datum text_or_none(Evaluation& evaluation, const std::optional<std::string>& text) {
  return text ? datum_of_text(evaluation, *text) : Datum();
}

}  // namespace

Datum parse_email_host(Evaluation&, Text text) {
  const auto address = parse_mail_address(text);
  return address ? Datum::of_string(address->host) : Datum();
}
Datum parse_email_user(Evaluation&, Text text) {
  const auto address = parse_mail_address(text);
  return address ? Datum::of_string(address->user) : Datum();
}

Datum parse_url_domain(Evaluation& evaluation, Text text) {
  const auto url = parse_url(text);
  return url && url->is_domain ? text_or_none(evaluation, url->host) : Datum();
}
Datum parse_url_fragment(Evaluation& evaluation, Text text) {
  const auto url = parse_url(text);
  return url ? text_or_none(evaluation, url->fragment) : Datum();
}
Datum parse_url_host(Evaluation& evaluation, Text text) {
  const auto url = parse_url(text);
  return url ? text_or_none(evaluation, url->host) : Datum();
}
Datum parse_url_path(Evaluation& evaluation, Text text) {
  const auto url = parse_url(text);
  return url ? datum_of_text(evaluation, url->path) : Datum();
}
// The scheme's own when the URL says none.
Datum parse_url_port(Evaluation&, Text text) {
  const auto url = parse_url(text);
  if (!url) return {};
  const auto port = url->port ? url->port : known_port(url->scheme);
  return port ? Datum::of_integer(*port) : Datum();
}
Datum parse_url_query(Evaluation& evaluation, Text text) {
  const auto url = parse_url(text);
  return url ? text_or_none(evaluation, url->query) : Datum();
}
Datum parse_url_scheme(Evaluation& evaluation, Text text) {
  const auto url = parse_url(text);
  return url ? datum_of_text(evaluation, url->scheme) : Datum();
}

}  // namespace millrace::surrealql
