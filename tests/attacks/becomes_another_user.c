/* Tries: to become the user of a number.
   Held: EPERM or ENOSYS. */
#include "attack.h"

int main(int argc, char **argv) {
    uid_t user = (uid_t)victim_number(argc, argv, 1);
    return must_fail(setresuid(user, user, user), "setresuid");
}
