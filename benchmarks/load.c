/* The load: echo clients on one epoll, one thread. Linux only.
 *
 *     load PORT SIZE [ANSWER]
 *
 * Reads commands from stdin, answers each with one JSON object a line on stdout:
 *
 *     busy N    open N connections; every one sends SIZE bytes and has them echoed
 *     idle N    the same; from then on these stay silent
 *     run S     for S seconds every busy connection sends SIZE bytes, waits for all of
 *               them, sends the next; what is on its way at the end is waited for
 *     prove     every idle connection sends SIZE bytes once more and has them echoed
 *
 * With ANSWER, what comes back is no echo but ANSWER bytes of backend.c for each message.
 * Opening and proving compare every byte. A run counts bytes and lets the kernel drop
 * them (MSG_TRUNC), so that the load costs less than the server. What cannot be is told
 * as {"error": ...}, status 1.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WINDOW 256     /* connections being opened at a time: well below any backlog */
#define PATIENCE 120.0 /* seconds without one event before the server counts as stuck */
#define EVENTS 1024

enum state { CONNECTING, ECHOING, SILENT };

struct connection {
    int fd;
    enum state state;
    uint32_t asked;         /* the epoll events it is registered for */
    size_t sent, received;  /* of the message on its way */
    uint64_t began;
};

static struct sockaddr_in server;
static int epoll;
static size_t size, answer; /* of a message and of what comes back for it */
static char *message, *expected, *incoming;
static struct connection *busy, *idle;
static size_t busies, idles;
static int dropping;        /* in a run: count the bytes, do not look at them */
static uint64_t *latencies;
static size_t measured, room;

static void fail(const char *format, ...)
{
    va_list words;
    va_start(words, format);
    printf("{\"error\": \"");
    vprintf(format, words);
    printf("\"}\n");
    exit(1);
}

static void *got(void *memory)
{
    if (memory == NULL)
        fail("out of memory");
    return memory;
}

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void ask(struct connection *c, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = c};
    int how = c->asked ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (c->asked == events)
        return;
    if (epoll_ctl(epoll, how, c->fd, &event))
        fail("epoll_ctl: %s", strerror(errno));
    c->asked = events;
}

static void start_connection(struct connection *c)
{
    int yes = 1;
    memset(c, 0, sizeof *c);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0)
        fail("socket: %s", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(c->fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS)
        fail("connect: %s", strerror(errno));
    ask(c, EPOLLOUT);
}

/* Send what the kernel takes of the rest of the message; the rest when it can be written. */
static void send_more(struct connection *c)
{
    while (c->sent < size) {
        ssize_t n = send(c->fd, message + c->sent, size - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0)
            fail("send: %s", strerror(errno));
        c->sent += (size_t)n;
    }
    ask(c, c->sent < size ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void start_message(struct connection *c)
{
    c->state = ECHOING;
    c->sent = c->received = 0;
    c->began = now();
    send_more(c);
}

/* True once the whole message is back. */
static int receive_more(struct connection *c)
{
    ssize_t n = recv(c->fd, incoming, answer, dropping ? MSG_TRUNC : 0);
    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n < 0)
        fail("recv: %s", strerror(errno));
    if (n == 0)
        fail("the server closed a connection");
    if (c->state == SILENT || c->received + (size_t)n > (expected == message ? c->sent : answer))
        fail("the server sent what nobody had sent it");
    if (!dropping && memcmp(incoming, expected + c->received, (size_t)n))
        fail("the server sent other bytes than it got");
    c->received += (size_t)n;
    if (c->received < answer)
        return 0;
    c->state = SILENT;
    return 1;
}

static void note_connected(struct connection *c)
{
    int error;
    socklen_t length = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error)
        fail("connect: %s", strerror(error));
    start_message(c);
}

/* Wait for events; calls `done` for every connection whose message is back. */
static void round_of_events(void (*done)(struct connection *))
{
    static struct epoll_event events[EVENTS];
    int n = epoll_wait(epoll, events, EVENTS, (int)(PATIENCE * 1000));
    if (n == 0)
        fail("the server was silent for %.0f s", PATIENCE);
    if (n < 0 && errno != EINTR)
        fail("epoll_wait: %s", strerror(errno));
    for (int i = 0; i < n; i++) {
        struct connection *c = events[i].data.ptr;
        if (c->state == CONNECTING) {
            note_connected(c);
            continue;
        }
        if (events[i].events & EPOLLOUT)
            send_more(c);
        if (events[i].events & ~(uint32_t)EPOLLOUT && receive_more(c))
            done(c);
    }
}

/* Opening and proving: `total` connections, WINDOW of them on their way at a time. */

static struct connection *first;
static size_t total, begun, finished;
static void (*begin)(struct connection *);

static void begin_next(void)
{
    if (begun < total)
        begin(&first[begun++]);
}

static void one_finished(struct connection *c)
{
    (void)c;
    finished++;
    begin_next();
}

static void one_by_one(const char *name, struct connection *all, size_t n,
                       void (*how)(struct connection *))
{
    uint64_t start = now();
    double cpu_before = cpu();
    first = all;
    total = n;
    begin = how;
    begun = finished = 0;
    while (begun < total && begun < WINDOW)
        begin_next();
    while (finished < total)
        round_of_events(one_finished);
    printf("{\"%s\": %zu, \"seconds\": %.6f, \"load_cpu\": %.6f}\n", name, n,
           (double)(now() - start) / 1e9, cpu() - cpu_before);
}

static struct connection *opened(size_t n)
{
    struct connection *all = got(calloc(n ? n : 1, sizeof *all));
    one_by_one("opened", all, n, start_connection);
    return all;
}

/* A run */

static uint64_t end_of_run;
static size_t on_their_way;

static void one_answered(struct connection *c)
{
    uint64_t at = now();
    if (measured == room) {
        room = room ? room * 2 : 1 << 16;
        latencies = got(realloc(latencies, room * sizeof *latencies));
    }
    latencies[measured++] = at - c->began;
    if (at < end_of_run)
        start_message(c);
    else
        on_their_way--;
}

static int order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static double percentile(double share)
{
    return (double)latencies[(size_t)(share * (double)(measured - 1))] / 1e3;
}

static void run(double seconds)
{
    uint64_t start = now(), end;
    double cpu_before = cpu(), used;
    end_of_run = start + (uint64_t)(seconds * 1e9);
    measured = 0;
    dropping = 1;
    for (size_t i = 0; i < busies; i++)
        start_message(&busy[i]);
    on_their_way = busies;
    while (on_their_way)
        round_of_events(one_answered);
    dropping = 0;
    end = now();
    used = cpu() - cpu_before;
    qsort(latencies, measured, sizeof *latencies, order);
    printf("{\"requests\": %zu, \"seconds\": %.6f, \"load_cpu\": %.6f, \"p50\": %.3f,"
           " \"p90\": %.3f, \"p99\": %.3f, \"max\": %.3f}\n",
           measured, (double)(end - start) / 1e9, used, percentile(0.5), percentile(0.9),
           percentile(0.99), percentile(1.0));
}

static void obey(const char *line)
{
    double value = 0;
    char word[16] = "";
    int words = sscanf(line, "%15s %lf", word, &value);
    int n_wanted = strcmp(word, "prove") ? 2 : 1;
    if (words != n_wanted || value < 0)
        fail("no such command");
    else if (!strcmp(word, "busy") && busies == 0)
        busy = opened(busies = (size_t)value);
    else if (!strcmp(word, "idle") && idles == 0)
        idle = opened(idles = (size_t)value);
    else if (!strcmp(word, "run") && busies)
        run(value);
    else if (!strcmp(word, "prove"))
        one_by_one("proved", idle, idles, start_message);
    else
        fail("no such command here");
    fflush(stdout);
}

static char *patterned(size_t length)
{
    char *made = got(malloc(length));
    for (size_t i = 0; i < length; i++)
        made[i] = (char)(i * 31 + i / 251);
    return made;
}

static void prepare(const char *port)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    server.sin_family = AF_INET;
    server.sin_port = htons((uint16_t)atoi(port));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    epoll = epoll_create1(0);
    message = patterned(size);
    expected = answer ? patterned(answer) : message;
    answer = answer ? answer : size;
    incoming = got(malloc(answer));
}

int main(int argc, char **argv)
{
    char line[64];
    if (argc < 3 || argc > 4 || atoi(argv[1]) < 1 || atol(argv[2]) < 1 ||
        (argc == 4 && atol(argv[3]) < 1)) {
        fprintf(stderr, "usage: load PORT SIZE [ANSWER]\n");
        return 2;
    }
    size = (size_t)atol(argv[2]);
    answer = argc == 4 ? (size_t)atol(argv[3]) : 0;
    prepare(argv[1]);
    while (fgets(line, sizeof line, stdin))
        obey(line);
    return 0;
}
