// SPDX-License-Identifier: Apache-2.0
//
// What each function takes and gives, for the generator. A letter for each argument, small when it may be left out:
//   S text   I int   J small int   N number   B bool   A array   M array of numbers   W array of texts   O object   D datetime   U duration
//   C decimal   X bytes   Q uuid   R record   V any   P pattern   F format of a time   G unit of a time   Y 'asc' or 'desc'
//   E a literal from 1 to 9   Z a literal number (math::clamp to a NaN ends the process, too)
//   H array of numbers but decimals (vector::project to a zero one ends the process)
//   K array of small numbers (decimals beyond 28 digits in a sum end the engine's process)
// and the type of MADE_FIELDS that it gives.

const LINES = `
array::add AV array | array::all Av bool | array::any Av bool | array::append AV array | array::at AJ any | array::boolean_and AA array
array::boolean_not A array | array::boolean_or AA array | array::boolean_xor AA array | array::clump AJ array | array::combine AA array
array::complement AA array | array::concat AA array | array::difference AA array | array::distinct A array | array::fill AVjj array
array::filter AV array | array::filter_index AV array | array::find AV any | array::find_index AV int | array::first A any
array::flatten A array | array::group A array | array::insert AVj array | array::intersect AA array | array::is_empty A bool
array::join AS string | array::last A any | array::len A int | array::logical_and AA array | array::logical_or AA array
array::logical_xor AA array | array::matches AV array | array::max A any | array::min A any | array::pop A any | array::prepend AV array
array::push AV array | array::range JJ array | array::remove AJ array | array::repeat VJ array | array::reverse A array
array::sequence Jj array | array::slice Ajj array | array::sort Ay array | array::sort::asc A array | array::sort::desc A array
array::sort_lexical Ay array | array::sort_natural Ay array | array::sort_natural_lexical Ay array | array::swap AJJ array
array::transpose A array | array::union AA array | array::windows AJ array | bytes::len X int | count v int
crypto::md5 S string | crypto::sha1 S string | crypto::sha256 S string | crypto::sha512 S string
duration::days U int | duration::hours U int | duration::micros U int | duration::millis U int | duration::mins U int
duration::nanos U int | duration::secs U int | duration::weeks U int | duration::years U int
duration::from_days I duration | duration::from_hours I duration | duration::from_micros I duration | duration::from_millis I duration
duration::from_mins I duration | duration::from_nanos I duration | duration::from_secs I duration | duration::from_weeks I duration
encoding::base64::decode S bytes | encoding::base64::encode X string
math::abs N int | math::acos N float | math::acot N float | math::asin N float | math::atan N float | math::ceil N float
math::bottom KJ numbers | math::top KJ numbers | math::clamp NZZ float | math::cos N float | math::cot N float | math::deg2rad N float | math::fixed NE float
math::floor N float | math::interquartile K float | math::lerp NNN float | math::lerpangle NNN float | math::ln N float | math::log NN float
math::log10 N float | math::log2 N float | math::max M float | math::mean K float | math::median K float | math::midhinge K float
math::min M float | math::mode K float | math::nearestrank KJ float | math::percentile KJ float | math::pow NJ float | math::product K float
math::rad2deg N float | math::round N float | math::sign N int | math::sin N float | math::spread K float | math::sqrt N float
math::stddev K float | math::sum K float | math::tan N float | math::trimean K float | math::variance K float
meta::id R any | meta::tb R string | record::id R any | record::table R string | record::tb R string | not V bool
object::entries O array | object::extend OO object | object::from_entries A object | object::is_empty O bool | object::keys O texts
object::len O int | object::remove OS object | object::values O array
parse::email::host S string | parse::email::user S string | parse::url::domain S string | parse::url::fragment S string
parse::url::host S string | parse::url::path S string | parse::url::port S int | parse::url::query S string | parse::url::scheme S string
string::capitalize S string | string::concat VVV string | string::contains SS bool | string::ends_with SS bool | string::html::encode S string
string::distance::damerau_levenshtein SS int | string::distance::hamming SS int | string::distance::levenshtein SS int
string::distance::normalized_damerau_levenshtein SS float | string::distance::normalized_levenshtein SS float | string::distance::osa SS int
string::is_alpha S bool | string::is_alphanum S bool | string::is_ascii S bool | string::is_datetime S bool | string::is_domain S bool
string::is_email S bool | string::is_hexadecimal S bool | string::is_ip S bool | string::is_ipv4 S bool | string::is_ipv6 S bool
string::is_latitude S bool | string::is_longitude S bool | string::is_numeric S bool | string::is_record S bool | string::is_semver S bool
string::is_ulid S bool | string::is_url S bool | string::is_uuid S bool | string::join SVV string | string::len S int
string::lowercase S string | string::matches SP bool | string::repeat SJ string | string::replace SSS string | string::reverse S string
string::semver::compare SS int | string::semver::inc::major S string | string::semver::inc::minor S string | string::semver::inc::patch S string
string::semver::major S int | string::semver::minor S int | string::semver::patch S int | string::semver::set::major SJ string
string::semver::set::minor SJ string | string::semver::set::patch SJ string | string::similarity::jaro SS float
string::similarity::jaro_winkler SS float | string::similarity::sorensen_dice SS float | string::slice Sjj string | string::slug S string
string::split SS texts | string::starts_with SS bool | string::trim S string | string::uppercase S string | string::words S texts
time::ceil DU datetime | time::day D int | time::floor DU datetime | time::format DF string | time::from_micros I datetime
time::from_millis I datetime | time::from_nanos I datetime | time::from_secs I datetime | time::from_ulid S datetime | time::from_unix I datetime
time::from_uuid Q datetime | time::group DG datetime | time::hour D int | time::is_leap_year D bool | time::micros D int | time::millis D int
time::max L datetime | time::min L datetime
time::minute D int | time::month D int | time::nano D int | time::round DU datetime | time::second D int | time::set_day DJ datetime
time::set_hour DJ datetime | time::set_minute DJ datetime | time::set_month DJ datetime | time::set_nanosecond DJ datetime
time::set_second DJ datetime | time::set_year DJ datetime | time::unix D int | time::wday D int | time::week D int | time::yday D int
time::year D int | type::array V array | type::bool V bool | type::bytes S bytes | type::datetime S datetime | type::decimal N decimal
type::duration S duration | type::float N float | type::int N int | type::is_array V bool | type::is_bool V bool | type::is_bytes V bool
type::is_collection V bool | type::is_datetime V bool | type::is_decimal V bool | type::is_duration V bool | type::is_float V bool
type::is_geometry V bool | type::is_int V bool | type::is_line V bool | type::is_multiline V bool | type::is_multipoint V bool
type::is_multipolygon V bool | type::is_none V bool | type::is_null V bool | type::is_number V bool | type::is_object V bool
type::is_point V bool | type::is_polygon V bool | type::is_range V bool | type::is_record V bool | type::is_set V bool | type::is_string V bool
type::is_uuid V bool | type::number V float | type::of V string | type::range V any | type::record V record | type::string V string
type::string_lossy V string | type::uuid V uuid | vector::add HH numbers | vector::angle HH float | vector::cross HH numbers
vector::distance::chebyshev HH float | vector::distance::euclidean HH float | vector::distance::hamming HH int
vector::distance::manhattan HH float | vector::distance::minkowski HHJ float | vector::divide HH numbers | vector::dot HH float
vector::magnitude H float | vector::multiply HH numbers | vector::normalize H numbers | vector::project HH numbers | vector::scale HJ numbers
vector::similarity::cosine HH float | vector::similarity::jaccard HH float | vector::similarity::pearson HH float | vector::subtract HH numbers
`;

export const SIGNATURES = LINES.split(/[|\n]/).map((line) => line.trim()).filter(Boolean).map((line) => {
  const [name, takes, gives] = line.split(" ");
  return { name, takes, gives };
});

// Functions of the table that are not asked for by name, and why.
export const NOT_COMPARED = new Map([
  ["array::every", "the engine knows it as a method only"],
  ["array::includes", "the engine knows it as a method only"],
  ["array::index_of", "the engine knows it as a method only"],
  ["array::some", "the engine knows it as a method only"],
  ["rand::uuid", "a new one each time"],
  ["rand::uuid::v4", "a new one each time"],
  ["rand::uuid::v7", "a new one each time"],
  ["time::now", "another one each time"],
]);

// Methods, by what they are called on: the letters of their other arguments, which are literals.
const METHODS = {
  string: "capitalize: concat:V contains:S ends_with:S is_alpha: is_email: join:VV len: lowercase: matches:P repeat:J replace:SS reverse: slice:Jj split:S starts_with:S trim: uppercase: words: is_url: semver_major: similarity_jaro:S distance_levenshtein:S",
  array: "add:V all:v any:v append:V at:J clump:J combine:A complement:A concat:A difference:A distinct: every:v fill:V find:V find_index:V first: flatten: group: includes:V index_of:V insert:Vj intersect:A is_empty: join:S last: len: matches:V max: min: pop: prepend:V push:V remove:J reverse: slice:jj some:v sort:y sort_asc: sort_desc: sort_natural: sort_lexical: transpose: union:A windows:J",
  object: "entries: extend:O is_empty: keys: len: remove:S values:",
  duration: "days: hours: micros: millis: mins: nanos: secs: weeks: years:",
  float: "abs: acos: asin: atan: ceil: cos: floor: ln: log:N log10: log2: round: sign: sin: tan: deg2rad: rad2deg:",
  datetime: "ceil:U day: floor:U format:F group:G hour: is_leap_year: micros: millis: minute: month: nano: round:U second: unix: wday: week: yday: year:",
  bytes: "len:",
  record: "id: tb: table:",
  any: "to_string: to_int: to_float: to_decimal: to_number: to_bool: to_datetime: to_duration: to_array: to_uuid: type_of: is_string: is_int: is_none: is_array: is_number: repeat:J",
};

export const METHOD_CALLS = Object.entries(METHODS).flatMap(([on, list]) => list.split(" ").map((each) => ({ on, name: each.split(":")[0], takes: each.split(":")[1] })));
