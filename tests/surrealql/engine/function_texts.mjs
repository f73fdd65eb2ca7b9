// SPDX-License-Identifier: Apache-2.0
//
// Calls of the functions that read texts of a form of their own (URLs, addresses, versions, patterns), with such texts put together at random.

const quoted = (text) => `'${text.replace(/\\/g, "\\\\").replace(/'/g, "\\'").replace(/\n/g, "\\n").replace(/\t/g, "\\t")}'`;

const PARTS = {
  url: [["http", "https", "HTTP", "ws", "ftp", "file", "foo", "mailto", "1x", "a+b.c-d"], [":", ":", ":", ":", ""], ["//", "//", "//", "/", "", "\\\\", "///"],
    ["", "", "user@", "u:p@", "a@b@", "@"], ["example.com", "EXAMPLE.com", "a_b", "1.2.3.4", "0x7f.1", "256.1.1.1", "1.2.3.4.5", "[::1]", "[1:2::3]", "[::1", "münchen.de", "xn--mnchen-3ya.de",
      "a%41b", "a b", "", "a.b.", "localhost", "C:", "é", "a%2fb", "ß.de", "01.2", "[::ffff:1.2.3.4]", "[1:2:3:4:5:6:7:8]"],
    ["", "", ":80", ":443", ":8080", ":", ":99999", ":x"], ["", "/", "/a/b", "/a/../b/./c", "/..", "/%2e%2E/x", "/a b", "/é", "\\x\\y", "/a|b{}", "x/y", "//", "/a//b/..", "/C:/../x", "/'<>`\"^"],
    ["", "", "?", "?a=b", "?é 'x\"<>", "?a#b?c"], ["", "", "#", "#f", "#é <>`", "##"]],
  email: [["a", "a.b", "a..b", ".a", "a.", "a+b", "é", "\"a b\"", "\"\"", "a b", "a@b", "x".repeat(65), "x".repeat(66), "'", "a\"b", "(a)"], ["@", "@", "@", ""],
    ["b.c", "b", "b_c.d", "-b.c", "b-.c", "b.c-d.e", "1.2.3.4", "[1.2.3.4]", "[::1]", "[x]", "b..c", "b.c.", "é.de", "b.1", "x".repeat(63) + ".com", "x".repeat(64) + ".com", ""]],
  version: [["1", "0", "01", "18446744073709551615", ""], ["."], ["2", "0", "x"], [".", "."], ["3", "0", "00"], ["", "-a", "-a.b", "-1", "-01", "-0a", "-", "-a..b", "-a-b.9.10"], ["", "+a", "+01", "+", "+a.b-c", "+é"]],
  format: [["%Y", "%C", "%y", "%G", "%q", "%-m", "%b", ""], ["-", " ", "", "%%", "é"], ["%m", "%B", "%d", "%e", "%_d", "%j", "%-j", "%_j", "%0e"], ["T", " ", ""],
    ["%a", "%A", "%w", "%u", "%U", "%W", "%V", "%H", "%k", "%I", "%l", "%p", "%P", "%-I", "%_H"], ["%M", "%S", "%f", "%.f", "%3f", "%.3f", "%6f", "%.6f", "%9f", "%.9f", "%-f", "%_f"],
    ["", "%R", "%T", "%X", "%r", "%D", "%x", "%F", "%v", "%c", "%+", "%s", "%Z", "%z", "%:z", "%::z", "%:::z", "%t%n", "%g", "%h", "%_Y", "%-Y", "%0s", "%_C"]],
  datetime: [["2024", "24", "+2024", "1969", "0001", "99999", ""], ["-", "/", ""], ["05", "5", "13", "May", "may", "122"], ["-", " ", ""], ["01", "1", "31", "32", "Wed", "Tue"], [" ", "T", "  ", ""],
    ["12", "2", "24", "00", "02"], [":", ""], ["34", "3", "60"], [":", "", ":56", ":60", ":61"], ["", ".5", ".123456789", ".1234567891", " PM", " am", "Z", " +0100", "+01:00", " UTC"]],
  pattern: [["", "^", "(?i)", "\\b", "(?:"], ["a", "[a-c]", "[^a]", ".", "\\d", "\\w", "\\s", "\\W", "\\S", "\\D", "[\\w-]", "[\\d.]", "\\p{L}", "\\pN", "[[:alpha:]]", "é", "\\x41", "\\u00e9", "\\u{e9}", "\\.", "(?<x>b)", "(?P<y>b)"],
    ["", "*", "+", "?", "{2}", "{1,3}", "*?", "+?", "{,2}"], ["", "b", "|c", "[b-z]+", "(ab)+", "\\w*"], ["", "$", ")", "\\z", "\\B"]],
  name: [["", "-", ".", "x"], ["a", "é", "例え", "1", "a-b", "a_b", "☃"], [".", "..", "", "."], ["com", "de.", "1", "c-", "٣"], ["", ".", "%"]],
  address: [["1", "::", "1:2", "0", "fe80::", "1:2:3:4:5:6:7", "[::1]"], [".", ":", "", "::"], ["2", "255", "256", "08", "a", "ffff"], [".", ":", ""], ["3", "4", "", "1.2.3.4"], [".4", ":8", "", ".4.5"]],
  word: [["Straße", "ÄÖÜ", "æøå", "Ĳssel", "Ψυχή", "Ελλάδα", "Щука", "Київ", "ђак", "ǆ", "ŉ", "İı", "hello", "  "], [" ", "-", "_", "&", "—", "'", "  "], ["World", "ñandú", "ÞÐ", "œuvre", "Łódź", "½", "10€", "a.b", "ŝ", "ﬁ"]],
};

// With the kind of text in each place of the call.
const CALLS = [
  ["parse::url::domain", "url"], ["parse::url::fragment", "url"], ["parse::url::host", "url"], ["parse::url::path", "url"], ["parse::url::port", "url"], ["parse::url::query", "url"],
  ["parse::url::scheme", "url"], ["string::is_url", "url"], ["parse::email::host", "email"], ["parse::email::user", "email"], ["string::is_email", "email"], ["string::is_domain", "name"],
  ["string::is_ip", "address"], ["string::is_ipv4", "address"], ["string::is_ipv6", "address"], ["string::is_semver", "version"], ["string::semver::compare", "version", "version"],
  ["string::semver::inc::minor", "version"], ["string::is_datetime", "datetime"], ["string::slug", "word"], ["string::capitalize", "word"], ["string::uppercase", "word"],
  ["string::lowercase", "word"], ["string::words", "word"], ["string::similarity::jaro_winkler", "word", "word"], ["string::similarity::sorensen_dice", "word", "word"],
  ["string::distance::damerau_levenshtein", "word", "word"], ["string::distance::osa", "word", "word"], ["string::distance::normalized_levenshtein", "word", "word"],
];
const DATES = ["d'2024-02-29T12:34:56.123456789Z'", "d'2024-05-01T00:00:00Z'", "d'1969-12-31T23:59:59.5Z'", "d'2021-01-03T13:05:09.000001Z'", "d'0044-03-15T01:02:03Z'", "d'-0044-03-15T01:02:03.120Z'",
  "d'+12345-06-07T08:09:10Z'"];
const FORMATS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y/%b/%d %H:%M%.f", "%y-%j %H:%M", "%d %B %Y %I:%M %p", "%Y-%m-%d %H:%M:%S %z", "%F %T", "%Y%m%d%H%M", "%a %F %R"];
const HAYSTACKS = ["abc", "aabbcc", "a1b2 c3", "é É e", "", "A.B-C_d", "bbb", "áb\nc", "x٣y"];

export function text_calls(below) {
  const drawn = (values) => values[below(values.length)];
  const text = (kind) => quoted(PARTS[kind].map(drawn).join(""));
  const calls = [];
  for (const [name, ...kinds] of CALLS) for (let i = 0; i < 300; i++) calls.push(`${name}(${kinds.map(text).join(", ")})`);
  for (let i = 0; i < 2000; i++) calls.push(`time::format(${drawn(DATES)}, ${text("format")})`);
  for (let i = 0; i < 2000; i++) calls.push(`string::is_datetime(${text("datetime")}, ${quoted(drawn(FORMATS))})`);
  for (let i = 0; i < 2000; i++) calls.push(`string::matches(${quoted(drawn(HAYSTACKS))}, ${text("pattern")})`);
  for (const unit of ["1ns", "7ms", "15m", "1h", "1d", "1w", "30d", "1y"]) {
    for (const date of DATES) for (const round of ["floor", "round", "ceil"]) calls.push(`time::${round}(${date}, ${unit})`);
  }
  return calls;
}
