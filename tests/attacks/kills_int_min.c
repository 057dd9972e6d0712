/* Tries: to make the check panic, by numbers of processes that cannot be negated.
   Held: no such call succeeds, and the check goes on. */
#include "attack.h"
#include <limits.h>
#include <signal.h>

int main(void) {
    long odd[] = {INT_MIN, INT_MIN + 1, INT_MAX, -2, 0x80000000, 0xffffffff80000000, 0x180000000};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        syscall(SYS_kill, odd[i], 0);
        syscall(SYS_tgkill, odd[i], odd[i], 0);
        syscall(SYS_tkill, odd[i], 0);
        syscall(SYS_rt_sigqueueinfo, odd[i], 0, -1L);
        syscall(SYS_fcntl, 0, 8, odd[i]); /* F_SETOWN */
        syscall(SYS_prlimit64, odd[i], 7, NULL, NULL);
    }
    return must_fail(kill(INT_MIN, 0), "there is a group of number INT_MIN");
}
