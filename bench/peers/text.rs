// SPDX-License-Identifier: Apache-2.0
//
// Rust's side of text_peer.cc; the same inputs, the same report.   text upper|lower|cow FILE CALLS
// cow is the source document's function: it borrows what has nothing but upper-case letters, so no text with a space in it.
mod timing;
use std::borrow::Cow;
use timing::{hashed, keep, nanoseconds, report, FNV_OFFSET};

fn cow(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c.is_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_uppercase())
    }
}

fn measure(text: &str, calls: u32, map: for<'a> fn(&'a str) -> Cow<'a, str>) {
    let hash = map(text).bytes().fold(FNV_OFFSET, |hash, byte| hashed(hash, u64::from(byte)));
    let taken = nanoseconds(41, calls, || {
        keep(&text);
        keep(&map(text));
    });
    report(taken, hash);
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 4 {
        eprintln!("usage: text upper|lower|cow FILE CALLS");
        std::process::exit(2);
    }
    let text = std::fs::read_to_string(&arguments[2]).unwrap();
    let calls: u32 = arguments[3].parse().unwrap();
    match arguments[1].as_str() {
        "upper" => measure(&text, calls, |text| Cow::Owned(text.to_uppercase())),
        "lower" => measure(&text, calls, |text| Cow::Owned(text.to_lowercase())),
        _ => measure(&text, calls, cow),
    }
}
