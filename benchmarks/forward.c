/* The limit for a forwarder on one core: the same work in C. Linux only.
 *
 *     forward copy|splice PORT      to 127.0.0.1:PORT
 *
 * copy: recv and send of up to 256 KiB, as the forwarder in Python does. splice: the bytes
 * stay in the kernel, in a pipe for each direction. Both forward bytes, EOF and pressure:
 * an end is not read while the other is owed something. Says `listening on 127.0.0.1:PORT`,
 * ends by a signal.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM (256 << 10)
#define EVENTS 1024

struct end {
    struct end *other;
    int fd;
    uint32_t asked;
    int heard_all, connected, gone;
    size_t owed;      /* bytes that this end is still to be sent: in kept, or in the pipe */
    char *kept;       /* copy */
    size_t sent;      /* of kept */
    int pipe[2];      /* splice */
};

static int epoll, listener, splicing;
static struct sockaddr_in target;
static char shared[ROOM];
static struct end *gone[2 * EVENTS]; /* freed after the batch: an event may still name them */
static int n_gone;

static void stop(const char *what)
{
    perror(what);
    exit(1);
}

static void ask(struct end *e)
{
    uint32_t events = (e->owed || !e->connected ? EPOLLOUT : 0) |
                      (e->heard_all || e->other->owed || !e->other->connected ? 0 : EPOLLIN);
    struct epoll_event event = {.events = events, .data.ptr = e};
    if (e->asked != events && epoll_ctl(epoll, EPOLL_CTL_MOD, e->fd, &event))
        stop("epoll_ctl");
    e->asked = events;
}

static void end_session(struct end *e, int reset)
{
    struct end *both[] = {e, e->other};
    struct linger abort_it = {1, 0};
    for (int i = 0; i < 2; i++) {
        if (reset)
            setsockopt(both[i]->fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof abort_it);
        close(both[i]->fd);
        if (splicing) {
            close(both[i]->pipe[0]);
            close(both[i]->pipe[1]);
        }
        both[i]->gone = 1;
        gone[n_gone++] = both[i];
    }
}

/* Send what is owed. 0: the session has ended. */
static int pay(struct end *e)
{
    while (e->owed) {
        ssize_t n = splicing ? splice(e->pipe[0], NULL, e->fd, NULL, e->owed,
                                      SPLICE_F_NONBLOCK | SPLICE_F_MOVE)
                             : send(e->fd, e->kept + e->sent, e->owed, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0) {
            end_session(e, 1);
            return 0;
        }
        e->owed -= (size_t)n;
        e->sent += (size_t)n;
    }
    if (!e->owed && e->other->heard_all) {
        if (e->heard_all && !e->other->owed) {
            end_session(e, 0);
            return 0;
        }
        shutdown(e->fd, SHUT_WR);
    }
    return 1;
}

static ssize_t pass_on(struct end *from, struct end *to)
{
    ssize_t n, sent;
    if (splicing) {
        n = splice(from->fd, NULL, to->pipe[1], NULL, ROOM, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
        to->owed = n > 0 ? (size_t)n : 0;
        return n;
    }
    n = recv(from->fd, shared, ROOM, 0);
    if (n <= 0)
        return n;
    sent = send(to->fd, shared, (size_t)n, MSG_NOSIGNAL);
    sent = sent < 0 ? 0 : sent; /* what is wrong, the next send tells */
    if (sent < n) {
        to->kept = realloc(to->kept, (size_t)(n - sent));
        if (to->kept == NULL)
            stop("realloc");
        memcpy(to->kept, shared + sent, (size_t)(n - sent));
        to->owed = (size_t)(n - sent);
        to->sent = 0;
    }
    return n;
}

static void serve(struct end *e, uint32_t events)
{
    if (events & (EPOLLERR | EPOLLHUP) && !(events & EPOLLIN)) {
        end_session(e, e->connected);
        return;
    }
    if (events & EPOLLOUT) {
        e->connected = 1;
        if (!pay(e))
            return;
    }
    if (events & EPOLLIN) {
        ssize_t n = pass_on(e, e->other);
        if (n < 0 && errno != EAGAIN) {
            end_session(e, 1);
            return;
        }
        if (n == 0)
            e->heard_all = 1;
        if ((n == 0 || splicing) && !pay(e->other))
            return;
    }
    ask(e);
    ask(e->other);
}

static struct end *new_end(int fd, int connected)
{
    struct end *e = calloc(1, sizeof *e);
    struct epoll_event event = {.data.ptr = e};
    int yes = 1;
    if (e == NULL || (splicing && pipe2(e->pipe, O_NONBLOCK)))
        stop("new connection");
    e->fd = fd;
    e->connected = connected;
    if (splicing)
        fcntl(e->pipe[1], F_SETPIPE_SZ, ROOM); /* refused above a limit: then it stays 64 KiB */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
        stop("epoll_ctl");
    return e;
}

static void accept_all(void)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        int out = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        struct end *near = new_end(fd, 1), *far = new_end(out, 0);
        near->other = far;
        far->other = near;
        if (connect(out, (struct sockaddr *)&target, sizeof target) && errno != EINPROGRESS) {
            end_session(near, 0);
            continue;
        }
        ask(near);
        ask(far);
    }
}

static void prepare(int port)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    socklen_t length = sizeof here;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    target = here;
    target.sin_port = htons((uint16_t)port);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    epoll = epoll_create1(0);
    if (bind(listener, (struct sockaddr *)&here, length) || listen(listener, 4096) ||
        getsockname(listener, (struct sockaddr *)&here, &length) ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event))
        stop("listen");
    printf("listening on 127.0.0.1:%d\n", ntohs(here.sin_port));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static struct epoll_event events[EVENTS];
    if (argc != 3 || (strcmp(argv[1], "copy") && strcmp(argv[1], "splice"))) {
        fprintf(stderr, "usage: forward copy|splice PORT\n");
        return 2;
    }
    splicing = !strcmp(argv[1], "splice");
    prepare(atoi(argv[2]));
    for (;;) {
        int n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct end *e = events[i].data.ptr;
            if (e == NULL)
                accept_all();
            else if (!e->gone)
                serve(e, events[i].events);
        }
        while (n_gone) {
            free(gone[--n_gone]->kept);
            free(gone[n_gone]);
        }
    }
}
