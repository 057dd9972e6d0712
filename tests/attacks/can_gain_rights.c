/* Tries: to find that a set-uid program would still give it rights.
   Held: no_new_privs is set. */
#include "attack.h"
#include <sys/prctl.h>

int main(void) {
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? held("no_new_privs") : got_out("no no_new_privs");
}
