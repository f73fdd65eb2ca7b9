// SPDX-License-Identifier: Apache-2.0
//
// timing.h in Rust: the median time of one call, and a hash of the result that peers.py compares with its own. Not every peer uses all.
#![allow(dead_code)]
use std::arch::asm;
use std::time::Instant;

pub const FNV_OFFSET: u64 = 14695981039346656037;

/// FNV-1a, one value further.
pub fn hashed(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(1099511628211)
}

/// SplitMix64, as timing.h's Random.
pub fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e3779b97f4a7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
    z ^ (z >> 31)
}

/// stages_peer.cc's and parallel_work.h's.
pub fn random_ints() -> Vec<i32> {
    let mut state = 1;
    (0..1_000_000).map(|_| (next(&mut state) >> 33) as i32 - (1 << 30)).collect()
}

/// The compiler takes the value for used, and memory for changed (std::hint::black_box came after Debian 12's Rust).
pub fn keep<T>(value: &T) {
    unsafe { asm!("/* {0} */", in(reg) value as *const T) };
}

/// Nanoseconds of one call: the median of `samples` loops of `calls`.
pub fn nanoseconds<F: FnMut()>(samples: usize, calls: u32, mut call: F) -> f64 {
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

pub fn report(taken: f64, hash: u64) {
    println!("{{\"nanoseconds\": {:.4}, \"result\": \"{:016x}\"}}", taken, hash);
}
