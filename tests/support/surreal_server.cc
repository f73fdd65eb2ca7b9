// SPDX-License-Identifier: Apache-2.0
#include "support/surreal_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

extern char** environ;

namespace millrace::testing {
namespace {

using Pipe = std::array<int, 2>;

Pipe make_pipe() {
  Pipe ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  return ends;
}

pid_t spawn(std::vector<std::string>& arguments, int in, int out) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error(fmt::format("cannot start {}", arguments.front()));
  return pid;
}

// "listening ws://127.0.0.1:PORT/rpc …"; the end of the output means that the server could not start.
std::string read_line(int descriptor) {
  std::string line;
  char letter = 0;
  while (::read(descriptor, &letter, 1) == 1 && letter != '\n') line += letter;
  return line;
}

}  // namespace

SurrealServer::SurrealServer(SurrealServerOptions options) : options_(std::move(options)), port_(options_.port) { start(); }

SurrealServer::~SurrealServer() {
  if (pid_ < 0) return;
  ::close(stdin_);
  ::waitpid(pid_, nullptr, 0);
}

void SurrealServer::start() {
  std::vector<std::string> command = {"node",
                                      MILLRACE_SOURCE_FOLDER "/tools/surreal-dev/server.mjs",
                                      "--exit-with-parent",
                                      "--listen",
                                      fmt::format("127.0.0.1:{}", port_),
                                      "--engine",
                                      options_.engine};
  command.insert(command.end(), options_.arguments.begin(), options_.arguments.end());
  const Pipe in = make_pipe();
  const Pipe out = make_pipe();
  pid_ = spawn(command, in[0], out[1]);
  ::close(in[0]);
  ::close(out[1]);
  stdin_ = in[1];
  const std::string line = read_line(out[0]);
  ::close(out[0]);
  const std::size_t host = line.find("127.0.0.1:");
  if (!line.starts_with("listening ") || host == std::string::npos)
    throw std::runtime_error("the SurrealDB server did not start: " + line);
  const char* const digits = line.data() + host + std::string_view("127.0.0.1:").size();
  std::from_chars(digits, line.data() + line.size(), port_);
}

void SurrealServer::kill() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::close(stdin_);
  pid_ = -1;
}

std::string SurrealServer::url() const { return fmt::format("ws://root:root@127.0.0.1:{}/test/test", port_); }

}  // namespace millrace::testing
