// A library to preload into a program: some of its system calls on some of its
// files fail, or the program is killed before one of them.
//
//   EVENLIGHT_FAULTY_CALLS="WHAT CALLS FIRST TEXT [SWITCH]"
//
// WHAT    kill; or the error that the calls give: EIO, EROFS; or list: none is
//         hit, and a line `call path` for each is appended to SWITCH.
// CALLS   read; write (write and sync); change (also names, and opening to
//         write).
// FIRST   the number of the first such call, from 1, that is hit; with an error
//         all after it are.
// TEXT    what the path of the file contains.
// SWITCH  a file: only calls while it exists count.
//
// It sees a program and its shared libraries call libc; not libc call itself.

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum Calls { kRead = 1, kWrite = 2, kChange = 4 };

struct Plan {
  int calls = 0;  // Those that are hit; 0: no plan.
  bool is_kill = false;
  bool is_list = false;
  int error = EIO;
  long first = 1;
  char text[512] = "";
  char switch_file[512] = "";
};

Plan ReadPlan() {
  Plan plan;
  const char* spec = std::getenv("EVENLIGHT_FAULTY_CALLS");
  char what[16];
  char calls[16];
  if (spec == nullptr ||
      std::sscanf(spec, "%15s %15s %ld %511s %511s", what, calls, &plan.first,
                  plan.text, plan.switch_file) < 4) {
    return plan;
  }
  plan.is_kill = std::strcmp(what, "kill") == 0;
  plan.is_list = std::strcmp(what, "list") == 0;
  if (std::strcmp(what, "EROFS") == 0) plan.error = EROFS;
  plan.calls = std::strcmp(calls, "read") == 0    ? kRead
               : std::strcmp(calls, "write") == 0 ? kWrite
                                                  : kWrite | kChange;
  return plan;
}

const Plan& ThePlan() {
  static const Plan plan = ReadPlan();
  return plan;
}

std::atomic<long> num_calls = 0;

// With bare system calls, as those of libc lead here.
void List(const char* name, const char* path) {
  char line[4200];
  const int size = std::snprintf(line, sizeof line, "%s %s\n", name, path);
  const long file = syscall(SYS_openat, AT_FDCWD, ThePlan().switch_file,
                            O_WRONLY | O_APPEND | O_CLOEXEC);
  syscall(SYS_write, file, line, size);
  syscall(SYS_close, file);
}

// True if this call must fail; errno is set then.
bool Fails(const char* name, Calls call, const char* path) {
  const Plan& plan = ThePlan();
  if ((plan.calls & call) == 0 || path == nullptr ||
      std::strstr(path, plan.text) == nullptr) {
    return false;
  }
  if (plan.switch_file[0] != '\0' && access(plan.switch_file, F_OK) != 0) {
    return false;
  }
  if (plan.is_list) {
    List(name, path);
    return false;
  }
  const long number = ++num_calls;
  if (number < plan.first) return false;
  if (plan.is_kill) {
    kill(getpid(), SIGKILL);
    while (true) pause();
  }
  errno = plan.error;
  return true;
}

bool Fails(const char* name, Calls call, int descriptor) {
  if ((ThePlan().calls & call) == 0) return false;
  char link[64];
  char path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return false;
  path[size] = '\0';
  return Fails(name, call, path);
}

template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

bool OpensToWrite(int flags) {
  return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0;
}

}  // namespace

// FORWARD(call, result, name, (parameters), (arguments), what decides)
#define FORWARD(call, result, name, parameters, arguments, subject) \
  extern "C" result name parameters {                               \
    static auto* const next = Next<result parameters>(#name);       \
    if (Fails(#name, call, subject)) return -1;                     \
    return next arguments;                                          \
  }

#define FORWARD_OPEN(name)                                                 \
  extern "C" int name(const char* path, int flags, ...) {                  \
    static auto* const next = Next<int(const char*, int, ...)>(#name);     \
    va_list rest;                                                          \
    va_start(rest, flags);                                                 \
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                          \
    if (OpensToWrite(flags) && Fails(#name, kChange, path)) return -1;     \
    return next(path, flags, mode);                                        \
  }

FORWARD_OPEN(open)
FORWARD_OPEN(open64)
FORWARD(kRead, ssize_t, read, (int file, void* bytes, size_t size),
        (file, bytes, size), file)
FORWARD(kRead, ssize_t, pread,
        (int file, void* bytes, size_t size, off_t offset),
        (file, bytes, size, offset), file)
FORWARD(kRead, ssize_t, pread64,
        (int file, void* bytes, size_t size, off64_t offset),
        (file, bytes, size, offset), file)
FORWARD(kWrite, ssize_t, write, (int file, const void* bytes, size_t size),
        (file, bytes, size), file)
FORWARD(kWrite, ssize_t, pwrite,
        (int file, const void* bytes, size_t size, off_t offset),
        (file, bytes, size, offset), file)
FORWARD(kWrite, ssize_t, pwrite64,
        (int file, const void* bytes, size_t size, off64_t offset),
        (file, bytes, size, offset), file)
FORWARD(kWrite, int, fsync, (int file), (file), file)
FORWARD(kWrite, int, fdatasync, (int file), (file), file)
FORWARD(kChange, int, ftruncate, (int file, off_t size) noexcept, (file, size),
        file)
FORWARD(kChange, int, rename, (const char* from, const char* to) noexcept,
        (from, to), to)
FORWARD(kChange, int, mkdir, (const char* path, mode_t mode) noexcept,
        (path, mode), path)
FORWARD(kChange, int, unlink, (const char* path) noexcept, (path), path)
FORWARD(kChange, int, rmdir, (const char* path) noexcept, (path), path)
// Of a name below a directory: the directory decides.
FORWARD(kChange, int, unlinkat,
        (int directory, const char* path, int flags) noexcept,
        (directory, path, flags), directory == AT_FDCWD ? -1 : directory)
