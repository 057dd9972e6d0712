/* Tries: to make the check panic by times at odd addresses, below zero, too long, in each call that waits.
   Held: each fails, or ends in virtual time; the check goes on. */
#include "odd.h"
#include <signal.h>
#include <sys/sem.h>

int main(void) {
    sigset_t none;
    sigemptyset(&none);
    int set = semget(IPC_PRIVATE, 1, 0600);
    semctl(set, 0, SETVAL, 1);
    for (size_t i = 0; i < ODDS; i++) {
        long odd = ODD[i], time[4] = {odd, odd, odd, odd}, times[] = {odd, (long)time};
        for (int n = 0; n < 2; n++) {
            unsigned word = 7;
            struct sembuf until_zero = {0, 0, 0};
            syscall(SYS_nanosleep, times[n], odd);
            syscall(SYS_clock_nanosleep, 0, i % 2, times[n], odd);
            syscall(SYS_clock_nanosleep, odd, 1, times[n], 0);
            syscall(SYS_futex, &word, 0, odd ? 8 : 7, times[n] ? times[n] : 1, 0, 0);
            syscall(SYS_futex, &word, 9, 7, times[n] ? times[n] : 1, 0, -1);
            syscall(SYS_futex, &word, 9 | 256, 7, times[n] ? times[n] : 1, 0, -1);
            syscall(SYS_semtimedop, set, &until_zero, 1, times[n] ? times[n] : 1);
            syscall(SYS_rt_sigtimedwait, &none, odd, times[n] ? times[n] : 1, 8);
        }
        syscall(SYS_ppoll, odd, 0, odd ? odd : 1, odd, 8);
        syscall(SYS_pselect6, odd, odd, odd, odd, odd ? odd : 1, odd);
#ifdef SYS_poll
        syscall(SYS_poll, odd ? odd : 1, 1, 0x1234567800000005);
        syscall(SYS_select, 0, 0, 0, 0, odd ? odd : 1);
#endif
    }
    semctl(set, 0, IPC_RMID);
    return held("all of them are answered");
}
