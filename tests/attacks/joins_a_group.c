/* Tries: to join the victim's group and have a signal go to "its own" group.
   Held: EPERM; the victim lives. */
#include "attack.h"
#include <signal.h>

int main(int argc, char **argv) {
    int joined = setpgid(0, victim_number(argc, argv, 1));
    if (joined < 0)
        return must_fail(joined, "");
    signal(SIGTERM, SIG_IGN);
    return must_fail(kill(0, SIGTERM), "it is in the victim's group, and has signalled it");
}
