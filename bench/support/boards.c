/*
 * Many boards in one process, as cheap as they can be: so many pseudo-serial ports, each with so many frames a second,
 * the boards one after the other within a period. What is due within a millisecond is written at once. A board does not
 * wait: what its port does not take is dropped and counted, as a UART without flow control does. What hosts send is
 * read and forgotten: these boards know no commands.
 *
 *     boards <count> <frames a second> <seconds>
 *
 * Prints the path of each port, a line each. Once all ports are open, and a line came on standard input, it prints
 * "go", sends, and prints {"sent":n,"dropped":n,"droppedLater":n}: frames that the ports took, and those that they did
 * not, in all and after the first five seconds. The ports stay until standard input ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1024 };

struct board {
    int master;
    unsigned seq;
    double due;
    /* What a port has not taken yet of a frame that it took a part of. */
    char rest[128];
    size_t rest_length;
};
static struct board boards[MOST];

static double now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void pause_until(double at) {
    struct timespec time = {(time_t)at, (long)((at - (time_t)at) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static void open_port(struct board *board) {
    int slave;
    char path[64];
    struct termios raw;
    if (openpty(&board->master, &slave, path, NULL, NULL) != 0) {
        perror("openpty");
        exit(1);
    }
    tcgetattr(slave, &raw);
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    close(slave);
    fcntl(board->master, F_SETFL, O_NONBLOCK);
    puts(path);
}

/* Nobody has the other end open: that is what a hang-up says. */
static int is_open(const struct board *board) {
    struct pollfd port = {board->master, POLLIN, 0};
    return poll(&port, 1, 0) >= 0 && !(port.revents & POLLHUP);
}

static void forget_input(const struct board *board) {
    char buffer[4096];
    while (read(board->master, buffer, sizeof buffer) > 0) {
    }
}

/* 1 where all of it has been taken or will be */
static int send_frame(struct board *board) {
    char frame[128];
    ssize_t taken;
    if (board->rest_length > 0) {
        taken = write(board->master, board->rest, board->rest_length);
        if (taken < 0) taken = 0;
        board->rest_length -= (size_t)taken;
        memmove(board->rest, board->rest + taken, board->rest_length);
    }
    unsigned seq = board->seq++;
    if (board->rest_length > 0) return 0;
    unsigned milliamps = 245 + seq * 7919u % 31;
    int length = snprintf(frame, sizeof frame,
                          "{\"v\":%.3f,\"a\":%.4f,\"w\":%.3f,\"ts\":%.6f,\"seq\":%u,\"status\":\"ok\"}\n",
                          5.0 + seq * 104729u % 25 * 0.004, milliamps / 1000.0, milliamps * 5 / 1000.0,
                          now(CLOCK_REALTIME), seq);
    taken = write(board->master, frame, (size_t)length);
    if (taken <= 0) return 0;
    board->rest_length = (size_t)(length - taken);
    memcpy(board->rest, frame + taken, board->rest_length);
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int count = atoi(argv[1]);
    double period = 1 / atof(argv[2]), seconds = atof(argv[3]);
    if (count < 1 || count > MOST || !(period > 0)) return 2;
    struct rlimit files = {MOST + 64, MOST + 64};
    setrlimit(RLIMIT_NOFILE, &files);
    for (int i = 0; i < count; i++) open_port(&boards[i]);
    puts("");
    fflush(stdout);
    while (getchar() != '\n') {
    }
    for (int i = 0; i < count; i++) {
        while (!is_open(&boards[i])) usleep(10000);
    }
    /* Whoever has just opened a port may still set it up. */
    sleep(1);
    puts("go");
    fflush(stdout);
    double begin = now(CLOCK_MONOTONIC), end = begin + seconds;
    long sent = 0, dropped = 0, later = 0;
    for (int i = 0; i < count; i++) boards[i].due = begin + period * i / count;
    for (double tick = begin; tick < end; tick += 0.001) {
        pause_until(tick);
        for (int i = 0; i < count; i++) {
            for (; boards[i].due <= tick; boards[i].due += period) {
                if (send_frame(&boards[i])) sent++;
                else {
                    dropped++;
                    if (tick - begin > 5) later++;
                }
            }
        }
        if ((long)((tick - begin) * 1000) % 100 == 0) {
            for (int i = 0; i < count; i++) forget_input(&boards[i]);
        }
    }
    for (int i = 0; i < count; i++) {
        while (boards[i].rest_length > 0) {
            ssize_t taken = write(boards[i].master, boards[i].rest, boards[i].rest_length);
            if (taken < 0 && errno != EAGAIN) break;
            if (taken > 0) {
                boards[i].rest_length -= (size_t)taken;
                memmove(boards[i].rest, boards[i].rest + taken, boards[i].rest_length);
            }
            usleep(1000);
        }
    }
    printf("{\"sent\":%ld,\"dropped\":%ld,\"droppedLater\":%ld}\n", sent, dropped, later);
    fflush(stdout);
    /* Acknowledgements of hosts must not fill the ports while the host ends. */
    fcntl(0, F_SETFL, O_NONBLOCK);
    for (;;) {
        for (int i = 0; i < count; i++) forget_input(&boards[i]);
        if (getchar() == EOF && !ferror(stdin)) return 0;
        clearerr(stdin);
        usleep(10000);
    }
}
