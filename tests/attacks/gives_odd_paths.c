/* Tries: to make the check panic by paths at odd addresses, in each call that takes one.
   Held: each fails or is refused; the check goes on. */
#include "odd.h"
#include <fcntl.h>

int main(void) {
    for (size_t i = 0; i < ODDS; i++) {
        syscall(SYS_openat, AT_FDCWD, ODD[i], 0, 0);
        syscall(SYS_newfstatat, AT_FDCWD, ODD[i], ODD[i], 0);
        syscall(SYS_readlinkat, AT_FDCWD, ODD[i], ODD[i], 16);
        syscall(SYS_linkat, AT_FDCWD, ODD[i], AT_FDCWD, ODD[i], 0);
        syscall(SYS_unlinkat, AT_FDCWD, ODD[i], 0);
        syscall(SYS_renameat2, AT_FDCWD, ODD[i], AT_FDCWD, ODD[i], 0);
        syscall(SYS_execve, ODD[i], ODD[i], ODD[i]);
#ifdef SYS_open
        syscall(SYS_open, ODD[i], 0, 0);
        syscall(SYS_stat, ODD[i], ODD[i]);
        syscall(SYS_unlink, ODD[i]);
        syscall(SYS_link, ODD[i], ODD[i]);
        syscall(SYS_rename, ODD[i], ODD[i]);
#endif
    }
    return held("all of them are answered");
}
