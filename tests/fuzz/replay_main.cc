// SPDX-License-Identifier: Apache-2.0
//
// Runs a fuzz target without libFuzzer: each file of a corpus as it is, then COUNT random changes of them.
// Usage: X_fuzz CORPUS_FOLDER COUNT      (MILLRACE_SEED chooses the changes)
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "support/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::vector<std::string> read_corpus(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::ranges::sort(paths);  // so that a seed means the same everywhere
  std::vector<std::string> corpus;
  for (const std::filesystem::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

// Splices another file in, repeats, cuts, or changes single bytes.
void change(std::string& input, const std::vector<std::string>& corpus, millrace::test::Random& random) {
  for (std::size_t changes = 1 + random.below(4); changes != 0; --changes) {
    const std::size_t at = random.below(input.size() + 1);
    const std::string& other = corpus[random.below(corpus.size())];
    switch (random.below(5)) {
      case 0: input.insert(at, other.substr(random.below(other.size() + 1), random.below(40))); break;
      case 1: input.erase(at, random.below(10)); break;
      case 2: input.insert(at, input.substr(random.below(input.size() + 1), random.below(20))); break;
      case 3: input.insert(at, 1, random.any_of("{}[]\",:\\ \n\r01\xff")); break;
      default:
        if (at < input.size()) input[at] = static_cast<char>(random.bits());
    }
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  const std::vector<std::string> corpus = argument_count == 3 ? read_corpus(arguments[1]) : std::vector<std::string>();
  if (corpus.empty()) {
    std::cerr << "usage: " << arguments[0] << " CORPUS_FOLDER COUNT, with a folder that is not empty\n";
    return 2;
  }
  for (const std::string& input : corpus) run(input);
  millrace::test::Random random;
  const long count = std::strtol(arguments[2], nullptr, 10);
  for (long i = 0; i < count; ++i) {
    std::string input = corpus[random.below(corpus.size())];
    change(input, corpus, random);
    run(input);
  }
  std::cout << corpus.size() << " files and " << count << " changes of them\n";
}
