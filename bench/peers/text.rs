// SPDX-License-Identifier: Apache-2.0
//
// Rust's side of text_peer.cc; the same inputs, the same report.   text upper|lower|cow FILE CALLS
// cow is the source document's function: it borrows what has nothing but upper-case letters, so no text with a space in it.
use std::arch::asm;
use std::borrow::Cow;
use std::time::Instant;

const FNV_OFFSET: u64 = 14695981039346656037;
const FNV_PRIME: u64 = 1099511628211;

/// The compiler takes the value for used, and memory for changed (std::hint::black_box came after Debian 12's Rust).
fn keep<T>(value: &T) {
    unsafe { asm!("/* {0} */", in(reg) value as *const T) };
}

/// Nanoseconds of one call: the median of `samples` loops of `calls`.
fn nanoseconds<F: FnMut()>(samples: usize, calls: u32, mut call: F) -> f64 {
    let mut times: Vec<f64> = (0..samples)
        .map(|_| {
            let begin = Instant::now();
            for _ in 0..calls {
                call();
            }
            begin.elapsed().as_nanos() as f64 / f64::from(calls)
        })
        .collect();
    times.sort_by(|a, b| a.partial_cmp(b).unwrap());
    times[samples / 2]
}

fn cow(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c.is_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_uppercase())
    }
}

fn measure(text: &str, calls: u32, map: for<'a> fn(&'a str) -> Cow<'a, str>) {
    let hash = map(text).bytes().fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
    let taken = nanoseconds(41, calls, || {
        keep(&text);
        keep(&map(text));
    });
    println!("{{\"nanoseconds\": {:.4}, \"result\": \"{:016x}\"}}", taken, hash);
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
