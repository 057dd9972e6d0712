/* Tries: to join a session keyring of its own, or to look into its user's.
   Held: EPERM or ENOSYS. */
#include "attack.h"

int main(void) {
    char keys[256];
    if (syscall(SYS_keyctl, 11 /* KEYCTL_READ */, -4, keys, sizeof keys) >= 0)
        return got_out("the keys of its user");
    return must_fail(syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL), "a keyring");
}
