// SPDX-License-Identifier: Apache-2.0
//
// Rust's side of stages_peer.cc; the same inputs, the same report.   iterators sum|collect|collect_reserved random|sorted
use std::arch::asm;
use std::time::Instant;

const FNV_OFFSET: u64 = 14695981039346656037;
const FNV_PRIME: u64 = 1099511628211;

fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e3779b97f4a7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
    z ^ (z >> 31)
}

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

fn report(taken: f64, hash: u64) {
    println!("{{\"nanoseconds\": {:.4}, \"result\": \"{:016x}\"}}", taken, hash);
}

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

fn fold(hash: u64, x: i64) -> u64 {
    (hash ^ (x as u64)).wrapping_mul(FNV_PRIME)
}

fn numbers(order: &str) -> Vec<i32> {
    let mut state = 1;
    let mut input: Vec<i32> = (0..1_000_000).map(|_| (next(&mut state) >> 33) as i32 - (1 << 30)).collect();
    if order == "sorted" {
        input.sort();
    }
    input
}

fn collecting(order: &str, collect: fn(&[i32]) -> Vec<i32>) {
    let input = numbers(order);
    let hash = collect(&input).iter().fold(FNV_OFFSET, |hash, &x| fold(hash, i64::from(x)));
    report(nanoseconds(21, 3, || { keep(&input); keep(&collect(&input)) }), hash);
}

fn summing(order: &str) {
    let input = numbers(order);
    let hash = fold(FNV_OFFSET, sum(&input));
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
