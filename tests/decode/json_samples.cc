// SPDX-License-Identifier: Apache-2.0
#include "decode/json_samples.h"

#include <array>
#include <string_view>

namespace millrace::decode {
namespace {

using namespace std::string_view_literals;

// clang-format off
constexpr std::array table{
    // literals
    "true"sv, "false"sv, "null"sv, "tru"sv, "t"sv, "truee"sv, "True"sv, "TRUE"sv, "fals"sv, "falsee"sv, "nul"sv, "nulll"sv, "Null"sv,
    "undefined"sv, "NaN"sv, "nan"sv, "Infinity"sv, "-Infinity"sv, "inf"sv, "None"sv, "true false"sv, "true1"sv, "1true"sv, "truefalse"sv,
    "tr\x75\x65"sv, "nu\0l"sv, "true\0"sv, "\x01true"sv, "t rue"sv, "yes"sv, "a"sv, "$"sv, "#"sv, "'a'"sv, "`a`"sv, "@"sv, "*"sv, "&"sv,
    // integers
    "0"sv, "-0"sv, "1"sv, "-1"sv, "10"sv, "123456789"sv, "9223372036854775807"sv, "9223372036854775808"sv, "-9223372036854775808"sv,
    "-9223372036854775809"sv, "18446744073709551615"sv, "18446744073709551616"sv, "99999999999999999999"sv, "-99999999999999999999"sv,
    "100000000000000000000000000000000000000000000000000"sv, "01"sv, "-01"sv, "00"sv, "-00"sv, "000"sv, "0123"sv, "1 2"sv, "- 1"sv, "+1"sv, "++1"sv,
    "--1"sv, "-+1"sv, "+"sv, "-"sv, "-a"sv, "1a"sv, "1_000"sv, "1,000"sv, "0x10"sv, "0X1F"sv, "0b1"sv, "0o7"sv, "1-"sv, "1+"sv, "1-1"sv, "1+1"sv,
    "1:"sv, "1;"sv, "1/"sv, "1n"sv, "1f"sv, "\xef\xbc\x91"sv, "\xd9\xa1"sv, "\xe2\x88\x92" "1"sv, "(1)"sv, "1\0"sv, "1\x01"sv,
    // fractions and exponents
    "0.0"sv, "-0.0"sv, "1.5"sv, "-1.5"sv, "0.1"sv, "123.456"sv, "1e5"sv, "1E5"sv, "1e+5"sv, "1E-5"sv, "1.5e10"sv, "0e0"sv, "0e5"sv, "0E+1"sv, "-0e-0"sv,
    "1e00"sv, "1e05"sv, "1.000000000000000000000000000000000000000"sv, "0.30000000000000000000000000000000000000000000004"sv, "2.2250738585072014e-308"sv,
    "4.9e-324"sv, "1e-400"sv, "1e308"sv, "1.7976931348623157e308"sv, "1.7976931348623159e308"sv, "1e309"sv, "1e400"sv, "-1e400"sv, "1e99999999999"sv, "0e99999999999"sv,
    "0.0e400"sv, "1."sv, "-1."sv, "1.e5"sv, "0."sv, "0.e1"sv, ".5"sv, "-.5"sv, "+.5"sv, "."sv, "-."sv, ".e1"sv, "1..2"sv, "1.2.3"sv, "1.2."sv, "1e"sv, "1e+"sv, "1e-"sv,
    "1E"sv, "1ee5"sv, "1e5e5"sv, "1e5.5"sv, "1e.5"sv, "1e++5"sv, "1e+-5"sv, "1e 5"sv, "1 e5"sv, "1. 5"sv, "1 .5"sv, "e5"sv, "E5"sv, "00.5"sv, "01.5"sv, "-01.5"sv,
    "1.5a"sv, "1.5e5a"sv, "1.-5"sv, "1.+5"sv, "1,5"sv, "1.5f"sv, "1.5L"sv, "1e5\0"sv, "0.1\x00"sv, "0x1p3"sv, "1.e"sv, "0.e"sv, "0.5e"sv, "0e"sv, "0e+"sv,
    // strings
    "\"\""sv, "\"a\""sv, "\"hello world\""sv, "\" \""sv, "\"\x7f\""sv, "\"/\""sv, "\"'\""sv, "\"{}[]:,\""sv, "\"sixteen bytes ok\""sv, "\"seventeen bytes ok\""sv,
    "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789\""sv, "\""sv, "\"a"sv, "a\""sv, "\"a\"b"sv, "\"a\"\"b\""sv, "\"\"\""sv, "\"a\nb\""sv,
    "\"a\tb\""sv, "\"a\rb\""sv, "\"\0\""sv, "\"a\0b\""sv, "\"\x1f\""sv, "\"abc\ndefghijklmnopqrstuvwxyz\""sv, "\"abcdefghijklmnopqrst\x01\""sv, "'single'"sv, "\"a'"sv, "'a\""sv,
    "\xe2\x80\x9c" "a\xe2\x80\x9d"sv, "\"0123456789abcde\n\""sv, "\"0123456789abcdef\n\""sv, "\"0123456789abcdef"sv, "\"0123456789abcde\\"sv, "\"0123456789abcdef\\"sv,
    // escapes
    R"("\"")"sv, R"("\\")"sv, R"("\/")"sv, R"("\b\f\n\r\t")"sv, R"("\u0041")"sv, R"("\u00e9")"sv, R"("\u00E9")"sv, R"("\u0000")"sv, R"("\u001f")"sv, R"("\uFFFF")"sv, R"("\uffff")"sv,
    R"("\ud7ff")"sv, R"("\ue000")"sv, R"("\\\\")"sv, R"("\\\"")"sv, R"("\\u0041")"sv, R"("a\\")"sv, R"("\ud83d\ude00")"sv, R"("\uD83D\uDE00")"sv, R"("\udbff\udfff")"sv, R"("\ud800\udc00")"sv,
    R"("\a")"sv, R"("\v")"sv, R"("\0")"sv, R"("\x41")"sv, R"("\'")"sv, R"("\ ")"sv, R"("\U0041")"sv, R"("\N")"sv, R"("\T")"sv, R"("\e")"sv, R"("\1")"sv, R"("\u")"sv, R"("\u0")"sv, R"("\u00")"sv,
    R"("\u004")"sv, R"("\u004g")"sv, R"("\u00g1")"sv, R"("\ug041")"sv, R"("\u 041")"sv, R"("\u{41}")"sv, R"("\u+041")"sv, R"("\u-041")"sv, R"("\u004")"sv, R"("\)"sv, R"("a\)"sv, R"("\u00)"sv,
    R"("\\\")"sv, R"("\\\)"sv, R"(\n)"sv, R"(\"a\")"sv, R"("\u0041\")"sv, "\"\\\n\""sv, "\"\\\0\""sv, "\"\\\xc3\xa9\""sv, "\"\\\x01\""sv, R"("\u00e9\u0041\q")"sv, R"("\u0041)"sv, "\"\\u00\0" "1\""sv,
    // surrogates
    R"("\ud800")"sv, R"("\udbff")"sv, R"("\udc00")"sv, R"("\udfff")"sv, R"("\ud800a")"sv, R"("a\ud800")"sv, R"("\ud800\n")"sv, R"("\ud800\u0041")"sv, R"("\ud800\ud800")"sv, R"("\udc00\ud800")"sv,
    R"("\ud800\udbff")"sv, R"("\ud83d\ue000")"sv, R"("\ud83d\u")"sv, R"("\ud83d\ude0")"sv, R"("\ud83d\)"sv, R"("\ud83d)"sv, R"("\ud83d\ude00\ude00")"sv, R"("\ud83d\ud83d\ude00")"sv, R"("\uD83D \uDE00")"sv,
    // UTF-8
    "\"\xc3\xa9\""sv, "\"\xe2\x82\xac\""sv, "\"\xf0\x9f\x98\x80\""sv, "\"\xc2\x80\""sv, "\"\xdf\xbf\""sv, "\"\xe0\xa0\x80\""sv, "\"\xef\xbf\xbf\""sv, "\"\xf0\x90\x80\x80\""sv, "\"\xf4\x8f\xbf\xbf\""sv,
    "\"\xed\x9f\xbf\""sv, "\"\xee\x80\x80\""sv, "\"\xef\xbb\xbf\""sv, "\"\xe2\x80\xa8\xe2\x80\xa9\""sv, "\"\xef\xbf\xbd\""sv, "\"\xef\xbf\xbe\""sv,
    "\"\x80\""sv, "\"\xbf\""sv, "\"a\x80" "b\""sv, "\"\xc0\x80\""sv, "\"\xc0\xaf\""sv, "\"\xc1\xbf\""sv, "\"\xe0\x80\x80\""sv, "\"\xe0\x9f\xbf\""sv, "\"\xf0\x80\x80\x80\""sv, "\"\xf0\x8f\xbf\xbf\""sv,
    "\"\xf8\x88\x80\x80\x80\""sv, "\"\xfc\x84\x80\x80\x80\x80\""sv, "\"\xed\xa0\x80\""sv, "\"\xed\xbf\xbf\""sv, "\"\xed\xa0\xbd\xed\xb8\x80\""sv, "\"\xf4\x90\x80\x80\""sv, "\"\xf5\x80\x80\x80\""sv,
    "\"\xf7\xbf\xbf\xbf\""sv, "\"\xfe\""sv, "\"\xff\""sv, "\"\xc3\""sv, "\"\xe2\x82\""sv, "\"\xe2\""sv, "\"\xf0\x9f\x98\""sv, "\"\xf0\x9f\""sv, "\"\xf0\""sv, "\"\xc3\xc3\xa9\""sv, "\"\xe2\x82\x41\""sv,
    "\"\xc3\xa9\xa9\""sv, "\xc3\xa9"sv, "\xff"sv, "\"\xe9\""sv, "\"\xa4\""sv, "1\xff"sv, "{\"\xff\":1}"sv, "{\"\xc3\xa9\":1}"sv, "\"\xf0\x9f\x98\x80\xf0\x9f\x98\""sv, "[\"\xed\xb0\x80\"]"sv,
    // white space and byte-order marks
    " 1"sv, "1 "sv, "\t1"sv, "\r1"sv, "1\t\r "sv, "\v1"sv, "\f1"sv, "1\f"sv, "\xc2\xa0" "1"sv, "\xe2\x80\xa8" "1"sv, "\xe3\x80\x80" "1"sv, "1\xef\xbb\xbf"sv, "[\xef\xbb\xbf" "1]"sv,
    "{\xef\xbb\xbf\"a\":1}"sv, "\x85" "1"sv, "\x1a"sv, "1\x1a"sv, "[1\0]"sv, "[\0" "1]"sv, "\0"sv, "[ \t\r1 \t\r, \t2 ]"sv, "{ \t\"a\"\r: \t1\r, \"b\" : 2 }"sv, "[1,\x0b" "2]"sv, "[1\xc2\x85]"sv,
    // arrays
    "[]"sv, "[ ]"sv, "[1]"sv, "[1,2]"sv, "[[]]"sv, "[[],[]]"sv, "[{}]"sv, "[null,true,false]"sv, "[\"a\",1]"sv, "[1,[2,[3,[4]]]]"sv, "["sv, "]"sv, "[1"sv, "[1,"sv, "1]"sv, "[1,]"sv, "[,1]"sv, "[,]"sv, "[1,,2]"sv,
    "[1 2]"sv, "[1 , , 2]"sv, "[[1]"sv, "[1]]"sv, "[1}"sv, "[}"sv, "[1:2]"sv, "[\"a\":1]"sv, "[a]"sv, "[1;2]"sv, "[1,2"sv, "[1,2}"sv, "[(1)]"sv, "[1 true]"sv, "[1,]]"sv, "[\"a\""sv, "[\"a"sv, "[-]"sv, "[.5]"sv, "[01]"sv,
    "[tru]"sv, "[1e]"sv, "[\"\\\"]"sv, "[][]"sv, "[],[]"sv, "[]1"sv, "[]\"\""sv, "[]{}"sv, "[[[[[]]]]"sv, "[[[[]]]]]"sv, "[[,]]"sv, "[[1],]"sv, "[...]"sv, "[1,/**/2]"sv, "[1,//\n2]"sv, "[# 1]"sv, "[[]1]"sv, "[1[]]"sv, "[\"a\"1]"sv,
    // objects
    "{}"sv, "{ }"sv, "{\"a\":1}"sv, "{\"a\":1,\"b\":2}"sv, "{\"\":1}"sv, "{\"a\":{}}"sv, "{\"a\":[]}"sv, "{\"a\":{\"b\":{\"c\":1}}}"sv, "{\"a\":1,\"a\":2}"sv, "{\"\\u0061\":1,\"a\":2}"sv, "{\"a\\nb\":1}"sv, "{\"a b\":1}"sv, "{\"1\":1}"sv,
    "{"sv, "}"sv, "{\"a\""sv, "{\"a\":"sv, "{\"a\":1"sv, "{\"a\":1,"sv, "{\"a\"}"sv, "{\"a\":}"sv, "{\"a\":1,}"sv, "{,\"a\":1}"sv, "{,}"sv, "{\"a\":1,,\"b\":2}"sv, "{\"a\" 1}"sv, "{\"a\"::1}"sv, "{\"a\":1:2}"sv, "{\"a\":1 \"b\":2}"sv,
    "{a:1}"sv, "{'a':1}"sv, "{1:1}"sv, "{null:1}"sv, "{true:1}"sv, "{[]:1}"sv, "{{}:1}"sv, "{\"a\"=1}"sv, "{\"a\"=>1}"sv, "{\"a\",1}"sv, "{\"a\",\"b\"}"sv, "{1}"sv, "{\"a\":1]"sv, "{]"sv, "{\"a\":1}}"sv, "{{\"a\":1}"sv, "{{}}"sv, "{[]}"sv,
    "{\"a\":tru}"sv, "{\"a\":01}"sv, "{\"a\":1.}"sv, "{\"a\":\"\\x\"}"sv, "{\"a\\x\":1}"sv, "{\"a\\ud800\":1}"sv, "{\"a\n\":1}"sv, "{\"a\\\":1}"sv, "{\"a:1}"sv, "{a\":1}"sv, "{\"a\":1}{\"b\":2}"sv, "{\"a\":1},{\"b\":2}"sv, "{\"a\":1} x"sv,
    "{\"a\":1}\0"sv, "{\"a\":/*x*/1}"sv, "{\"a\":1}//x"sv, "{\"a\":1}#"sv, "{:1}"sv, "{\"a\":1,:2}"sv, "{\"a\":1;\"b\":2}"sv, "{\"a\":{\"b\":1}"sv, "{\"a\":[1}"sv, "{\"a\":{1]}"sv, "{\"a\":[}]"sv, "{\"a\":[1,{\"b\":[2,{\"c\":3}]}]}"sv,
    "{\"a\":[1,{\"b\":[2,{\"c\":3]}]}"sv, "{\"__proto__\":1}"sv, "{\"a\":1,\"b\"}"sv, "{\"a\":1,\"b\":}"sv, "{\"a\":1,\"b\" }"sv, "{ \"a\" : 1 , }"sv, "{\"a\":\"b\"\"c\"}"sv, "{\"a\":1,1:2}"sv, "{\"a\":1,b:2}"sv, "{\"a\":-}"sv, "{\"a\":,}"sv,
    // nothing
    ""sv, " "sv, "\t"sv, ","sv, ":"sv, ",,"sv, "::"sv, "\\"sv, "/"sv, "//"sv, "/**/1"sv, "1/**/"sv, "<a/>"sv, "---"sv, "a: 1"sv, "\xef\xbb\xbf"sv,
};
// clang-format on

}  // namespace

std::vector<std::string> json_samples() {
  std::vector<std::string> samples(table.begin(), table.end());
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    samples.push_back("\"" + one + "\"");
    samples.push_back("\"\\" + one + "\"");
    samples.push_back("1" + one);
    samples.push_back("\"0123456789abcdef" + one + "0123456789abcdef\"");
  }
  for (const std::size_t depth : {10uz, 100uz, 900uz, 1100uz, 3000uz}) {
    samples.push_back(std::string(depth, '[') + std::string(depth, ']'));
    samples.push_back(std::string(depth, '[') + std::string(depth - 1, ']'));
    std::string object;
    for (std::size_t i = 0; i < depth; ++i) object += "{\"a\":";
    samples.push_back(object + "1" + std::string(depth, '}'));
  }
  return samples;
}

}  // namespace millrace::decode
