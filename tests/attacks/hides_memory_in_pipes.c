/* Tries: to have the kernel keep as much as it can in pipes, each of 1 MiB.
   Held: the pipes cannot be made larger, or not so many; no more than 128 MiB are kept (the kernel itself
   allows a user some 64). */
#include "attack.h"
#include <fcntl.h>
#include <sys/resource.h>

int main(void) {
    static char block[1 << 20];
    struct rlimit many;
    long kept = 0;
    getrlimit(RLIMIT_NOFILE, &many);
    many.rlim_cur = many.rlim_max;
    setrlimit(RLIMIT_NOFILE, &many);
    for (int ends[2]; kept < 512 << 20 && pipe2(ends, O_NONBLOCK) == 0;) {
        fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
        for (ssize_t wrote; (wrote = write(ends[1], block, sizeof block)) > 0;)
            kept += wrote;
    }
    return kept <= 128 << 20 ? held("the pipes are few and small") : got_out("more than 128 MiB in pipes");
}
