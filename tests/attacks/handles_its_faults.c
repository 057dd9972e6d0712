/* Tries: to decide for how long whoever touches its memory waits, the check too (userfaultfd).
   Held: EPERM or ENOSYS. */
#include "attack.h"

int main(void) {
    return must_fail(syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */), "userfaultfd");
}
