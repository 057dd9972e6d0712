/* Tries: to leave a key of this name in the keyring of its user, which outlives it.
   Held: EPERM or ENOSYS; /proc/keys has no such key. */
#include "attack.h"

int main(int argc, char **argv) {
    const char *name = victim(argc, argv, 1);
    return must_fail(syscall(SYS_add_key, "user", name, "x", 1, -4 /* the user's */), "add_key");
}
