// SPDX-License-Identifier: Apache-2.0
//
// The jobs of parallel_work.h with rayon:   rayon_peer JOB
#[path = "../../timing.rs"]
mod timing;
use rayon::prelude::*;
use timing::{hashed, keep, nanoseconds, next, random_ints, report, FNV_OFFSET};

fn fold(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(FNV_OFFSET, hashed)
}

/// Reports the median time of a call, and the hash of what it gives.
fn measure<R>(samples: usize, calls: u32, mut call: impl FnMut() -> R, hash_of: impl FnOnce(R) -> u64) {
    let result = hash_of(call());
    report(nanoseconds(samples, calls, || keep(&call())), result);
}

fn mix(steps: u64, mut value: u64) -> u64 {
    for _ in 0..steps {
        value = (value ^ (value >> 31)).wrapping_mul(0x9e3779b97f4a7c15);
    }
    value
}

fn square(x: &u32) -> u64 {
    u64::from(*x) * u64::from(*x) + 1
}

fn hash(x: &u64) -> u64 {
    mix(32, *x)
}

fn hash_all(numbers: Vec<u64>) -> u64 {
    fold(numbers.into_iter())
}

fn squares(count: u32, samples: usize, calls: u32) {
    let input: Vec<u32> = (0..count).collect();
    measure(samples, calls, || input.par_iter().map(square).collect::<Vec<u64>>(), hash_all);
}

/// A macro, so that each job gets a function of its own and no call through a pointer.
macro_rules! hashes {
    ($count:expr, $samples:expr, $calls:expr, $f:expr) => {{
        let input: Vec<u64> = (0..$count).collect();
        measure($samples, $calls, || input.par_iter().map($f).collect::<Vec<u64>>(), hash_all);
    }};
}

/// A value of Rust may always be moved; one that stays where it was made is in a box of its own.
struct Fixed {
    value: u64,
}

fn fixed() {
    let input: Vec<u64> = (0..100_000).collect();
    measure(15, 10, || input.par_iter().map(|x| Box::pin(Fixed { value: hash(x) })).collect::<Vec<_>>(), |all| fold(all.iter().map(|one| one.value)));
}

fn failing() {
    let input: Vec<u64> = (0..200_000).collect();
    let mut call = 0;
    measure(
        15,
        8,
        || {
            call += 1;
            let at = call * 61_803 % 200_000;
            let made = |x: &u64| {
                if *x == at {
                    return Err(String::from("this one fails"));
                }
                Ok(format!("{} and too long to be held in place", mix(32, *x)))
            };
            input.par_iter().map(made).collect::<Result<Vec<String>, String>>().err().unwrap()
        },
        |words| fold(words.bytes().map(u64::from)),
    );
}

fn reduces(job: &str) {
    match job {
        "reduce/hash" => {
            let input: Vec<u64> = (0..100_000).collect();
            measure(15, 10, || input.par_iter().map(hash).reduce(|| 0, u64::wrapping_add), |sum| fold(std::iter::once(sum)));
        }
        "reduce/tiny" => {
            let input: Vec<u64> = (0..16).collect();
            measure(21, 2000, || input.par_iter().map(|x| x * x).reduce(|| 0, u64::wrapping_add), |sum| fold(std::iter::once(sum)));
        }
        _ => {
            let mut state = 1;
            let input: Vec<f64> = (0..4_000_000).map(|_| (next(&mut state) >> 44) as f64).collect();
            measure(15, 4, || input.par_iter().map(|x| x * 2.0).reduce(|| 0.0, |a, b| a + b), |sum| fold(std::iter::once(sum as i64 as u64)));
        }
    }
}

fn filters(job: &str) {
    match job {
        "filter/hash" => {
            let input: Vec<u64> = (0..100_000).collect();
            measure(15, 10, || input.par_iter().filter(|x| (mix(16, **x) >> 20) % 2 == 0).map(hash).collect::<Vec<u64>>(), hash_all);
        }
        "filter/tiny" => {
            let input: Vec<u64> = (0..16).collect();
            measure(21, 2000, || input.par_iter().filter(|x| **x % 3 != 0).map(|x| x * 2).collect::<Vec<u64>>(), hash_all);
        }
        _ => {
            let input = random_ints();
            measure(
                15,
                4,
                || input.par_iter().filter(|x| **x > 0).map(|x| x * 2).collect::<Vec<i32>>(),
                |all| fold(all.into_iter().map(|x| i64::from(x) as u64)),
            );
        }
    }
}

fn main() {
    let job = std::env::args().nth(1).unwrap_or_default();
    match job.as_str() {
        "map/cheap" => squares(1 << 22, 15, 2),
        "map/cheap-reused" => squares(1_000_000, 15, 10),
        "map/hash" => hashes!(100_000, 15, 10, hash),
        "map/uneven" => hashes!(4096, 15, 2, |x: &u64| mix(*x, *x)),
        "map/tiny" => hashes!(256, 21, 200, hash),
        "map/sixteen" => squares(16, 21, 2000),
        "map/one" => squares(1, 21, 2000),
        "map/fixed" => fixed(),
        "map/throwing" => failing(),
        "for-each/hash" => {
            let mut all: Vec<u64> = (0..100_000).collect();
            let mut once = all.clone();
            once.par_iter_mut().for_each(|x| *x = mix(32, *x | 1));
            measure(15, 10, || all.par_iter_mut().for_each(|x| *x = mix(32, *x | 1)), |_| hash_all(once));
        }
        "reduce/hash" | "reduce/doubles" | "reduce/tiny" => reduces(&job),
        "filter/ints" | "filter/hash" | "filter/tiny" => filters(&job),
        _ => {
            eprintln!("usage: rayon_peer JOB; it has no job {}", job);
            std::process::exit(2);
        }
    }
}
