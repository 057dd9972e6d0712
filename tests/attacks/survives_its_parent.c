/* Tries: to go on when the check is over, as a daemon does: forked twice, in a session of its own.
   Held: no process with the marker in its arguments is left, not even as a zombie. */
#include "attack.h"

int main(int argc, char **argv) {
    victim(argc, argv, 1);
    if (fork() == 0) {
        setsid();
        if (fork() == 0)
            for (int second = 0; second < 20; second++)
                sleep(1);
        _exit(0);
    }
    return tried("a daemon");
}
