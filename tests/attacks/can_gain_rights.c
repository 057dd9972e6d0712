/* Tries: to find that a set-uid program would still give it rights.
   Held: no_new_privs is set. */
#include "attack.h"

int main(void) {
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (strcmp(line, "NoNewPrivs:\t1\n") == 0)
            return held("no_new_privs");
    return got_out("no no_new_privs");
}
