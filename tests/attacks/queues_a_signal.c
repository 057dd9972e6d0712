/* Tries: to kill the victim by rt_sigqueueinfo.
   Held: EPERM; the victim lives. */
#include "attack.h"
#include <signal.h>

int main(int argc, char **argv) {
    return must_fail(sigqueue(victim_number(argc, argv, 1), SIGKILL, (union sigval){0}), "sigqueue");
}
