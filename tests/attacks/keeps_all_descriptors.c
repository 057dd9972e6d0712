/* Tries: to use up the machine's descriptors: many processes, each with as many as it may have.
   Held: the report names a bound; the check and the cases beside it can open files meanwhile. */
#include "attack.h"
#include <sys/resource.h>

int main(void) {
    struct rlimit many;
    getrlimit(RLIMIT_NOFILE, &many);
    many.rlim_cur = many.rlim_max;
    setrlimit(RLIMIT_NOFILE, &many);
    for (int child = 0; child < 200; child++)
        if (fork() == 0) {
            for (int ends[2]; pipe(ends) == 0;)
                ;
            return pause();
        }
    return pause();
}
