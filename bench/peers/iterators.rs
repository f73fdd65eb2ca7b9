// SPDX-License-Identifier: Apache-2.0
//
// Rust's side of stages_peer.cc; the same inputs, the same report.   iterators sum|collect|collect_reserved random|sorted
mod timing;
use timing::{hashed, keep, nanoseconds, random_ints, report, FNV_OFFSET};

fn collect(input: &[i32]) -> Vec<i32> {
    input.iter().filter(|&&x| x > 0).map(|&x| x * 2).collect()
}

/// As stages_peer.cc does: memory for all, once.
fn collect_reserved(input: &[i32]) -> Vec<i32> {
    let mut out = Vec::with_capacity(input.len());
    out.extend(input.iter().filter(|&&x| x > 0).map(|&x| x * 2));
    out
}

fn sum(input: &[i32]) -> i64 {
    input.iter().filter(|&&x| x > 0).map(|&x| i64::from(x * 2)).sum()
}

fn numbers(order: &str) -> Vec<i32> {
    let mut input = random_ints();
    if order == "sorted" {
        input.sort();
    }
    input
}

fn collecting(order: &str, collect: fn(&[i32]) -> Vec<i32>) {
    let input = numbers(order);
    let hash = collect(&input).iter().fold(FNV_OFFSET, |hash, &x| hashed(hash, i64::from(x) as u64));
    report(nanoseconds(21, 3, || { keep(&input); keep(&collect(&input)) }), hash);
}

fn summing(order: &str) {
    let input = numbers(order);
    let hash = hashed(FNV_OFFSET, sum(&input) as u64);
    report(nanoseconds(21, 3, || { keep(&input); keep(&sum(&input)) }), hash);
}

fn main() {
    let order = std::env::args().nth(2).unwrap_or_default();
    match std::env::args().nth(1).as_deref() {
        Some("sum") => summing(&order),
        Some("collect") => collecting(&order, collect),
        Some("collect_reserved") => collecting(&order, collect_reserved),
        _ => {
            eprintln!("usage: iterators sum|collect|collect_reserved random|sorted");
            std::process::exit(2);
        }
    }
}
