/* What every attack says of itself: one line, at once, because not all of them end. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int say(const char *verdict, const char *what) {
    printf("%s: %s\n", verdict, what);
    fflush(stdout);
    return 0;
}

static inline int held(const char *why) { return say("held", why); }
static inline int got_out(const char *what) { return say("GOT OUT", what); }

/* Only the victim can tell. */
static inline int tried(const char *what) { return say("tried", what); }

/* The result of a call that must fail. */
static inline int must_fail(long result, const char *what) {
    const char *name = strerrorname_np(errno);
    return result < 0 ? held(name ? name : "an unknown errno") : got_out(what);
}

/* The n-th argument: the case names its victim by it. */
static inline char *victim(int argc, char **argv, int n) {
    if (argc > n)
        return argv[n];
    fprintf(stderr, "%s: who is the victim? (argument %d)\n", argv[0], n);
    exit(2);
}

static inline int victim_number(int argc, char **argv, int n) {
    return (int)strtol(victim(argc, argv, n), NULL, 0);
}
