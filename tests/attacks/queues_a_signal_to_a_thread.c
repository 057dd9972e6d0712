/* Tries: to kill the victim by rt_tgsigqueueinfo, with a made-up siginfo.
   Held: EPERM; the victim lives. */
#include "attack.h"
#include <signal.h>

int main(int argc, char **argv) {
    int pid = victim_number(argc, argv, 1);
    siginfo_t info = {.si_code = SI_QUEUE};
    return must_fail(syscall(SYS_rt_tgsigqueueinfo, pid, pid, SIGKILL, &info), "rt_tgsigqueueinfo");
}
