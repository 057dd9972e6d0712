/* Tries: to give the host a name (the one that it has).
   Held: EPERM or ENOSYS. */
#include "attack.h"

int main(void) {
    char name[65] = "";
    gethostname(name, sizeof name - 1);
    return must_fail(sethostname(name, strlen(name)), "sethostname");
}
