/*
 * Runs a command and reports what it cost on descriptor 3, as one line of JSON: wall time and processor time
 * (user and system, of all its threads and of the children it waited for) in s, largest resident memory in MB (of
 * the largest of them), exit code. Node has no wait4; and a process started by a large one would be charged with
 * the memory of that one.
 *
 *     run-child command [argument ...] 3>report
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __APPLE__
#define MAXRSS_PER_MB (1024.0 * 1024)
#else
#define MAXRSS_PER_MB 1024.0
#endif

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static double seconds(struct timeval time) { return time.tv_sec + time.tv_usec / 1e6; }

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    double begin = now();
    pid_t child = fork();
    if (child < 0) return 2;
    if (child == 0) {
        close(3);
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    int status;
    struct rusage use;
    if (wait4(child, &status, 0, &use) < 0) return 2;
    double wall = now() - begin;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    dprintf(3, "{\"wallS\":%.6f,\"cpuS\":%.6f,\"peakMb\":%.3f,\"code\":%d}\n", wall,
            seconds(use.ru_utime) + seconds(use.ru_stime), use.ru_maxrss / MAXRSS_PER_MB, code);
    return 0;
}
