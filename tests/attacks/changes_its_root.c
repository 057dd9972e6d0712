/* Tries: to take another folder for the root (chroot).
   Held: EPERM or ENOSYS. */
#include "attack.h"

int main(void) {
    return must_fail(chroot("/"), "chroot");
}
