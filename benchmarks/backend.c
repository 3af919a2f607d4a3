/* What stands behind a forwarder: one epoll, one thread. Linux only.
 *
 *     backend SIZE [ANSWER]
 *
 * Says `listening on 127.0.0.1:PORT`. Echoes what it hears; with ANSWER, answers every SIZE
 * bytes with ANSWER bytes, the ones that load.c expects. A caller that has said everything
 * is hung up on. It sleeps while nobody asks, and ends by a signal.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM (1 << 20) /* most of an echo that may be on its way on one connection */
#define EVENTS 1024

struct caller {
    int fd;
    uint32_t asked;      /* the epoll events it is registered for */
    size_t heard;        /* bytes of the next message */
    size_t owed, sent;   /* of the echo in `kept`, or of the answer */
    char *kept;          /* an echo that the kernel did not take at once */
};

static int epoll, listener;
static size_t size, answer;
static char *pattern, incoming[ROOM];

static void stop(const char *what)
{
    perror(what);
    exit(1);
}

static void ask(struct caller *c, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (c->asked != events && epoll_ctl(epoll, c->asked ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd,
                                        &event))
        stop("epoll_ctl");
    c->asked = events;
}

static void hang_up(struct caller *c)
{
    close(c->fd);
    free(c->kept);
    free(c);
}

/* 0 if the caller is gone. Nothing is heard of it while something is owed to it. */
static int pay(struct caller *c, const char *bytes)
{
    while (c->sent < c->owed) {
        ssize_t n = send(c->fd, bytes + c->sent, c->owed - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0)
            return 0;
        c->sent += (size_t)n;
    }
    if (c->sent == c->owed)
        c->sent = c->owed = 0;
    ask(c, c->owed ? EPOLLOUT : EPOLLIN);
    return 1;
}

static int echo(struct caller *c, size_t n)
{
    c->owed = n;
    if (!pay(c, incoming))
        return 0;
    if (c->owed) { /* the next caller needs the buffer */
        free(c->kept);
        c->owed -= c->sent;
        if ((c->kept = malloc(c->owed)) == NULL)
            stop("malloc");
        memcpy(c->kept, incoming + c->sent, c->owed);
        c->sent = 0;
    }
    return 1;
}

static int hear(struct caller *c)
{
    ssize_t n = recv(c->fd, incoming, answer ? size - c->heard : ROOM, 0);
    if (n <= 0)
        return n < 0 && errno == EAGAIN;
    if (!answer)
        return echo(c, (size_t)n);
    c->heard += (size_t)n;
    if (c->heard < size)
        return 1;
    c->heard = 0;
    c->owed = answer;
    return pay(c, pattern);
}

static void accept_all(void)
{
    int fd, yes = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct caller *c = calloc(1, sizeof *c);
        if (c == NULL)
            stop("calloc");
        c->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        ask(c, EPOLLIN);
    }
}

static void prepare(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    socklen_t length = sizeof here;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    epoll = epoll_create1(0);
    if (bind(listener, (struct sockaddr *)&here, length) || listen(listener, 4096) ||
        getsockname(listener, (struct sockaddr *)&here, &length) ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event))
        stop("listen");
    if (answer && (pattern = malloc(answer)) == NULL)
        stop("malloc");
    for (size_t i = 0; i < answer; i++)
        pattern[i] = (char)(i * 31 + i / 251);
    printf("listening on 127.0.0.1:%d\n", ntohs(here.sin_port));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static struct epoll_event events[EVENTS];
    if (argc < 2 || argc > 3 || (size = (size_t)atol(argv[1])) < 1 || size > ROOM) {
        fprintf(stderr, "usage: backend SIZE [ANSWER]\n");
        return 2;
    }
    answer = argc == 3 ? (size_t)atol(argv[2]) : 0;
    prepare();
    for (;;) {
        int n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct caller *c = events[i].data.ptr;
            if (c == NULL)
                accept_all();
            else if (!(c->owed ? pay(c, answer ? pattern : c->kept) : hear(c)))
                hang_up(c);
        }
    }
}
