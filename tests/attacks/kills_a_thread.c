/* Tries: to kill the victim by tgkill.
   Held: EPERM; the victim lives. */
#include "attack.h"
#include <signal.h>

int main(int argc, char **argv) {
    int pid = victim_number(argc, argv, 1);
    return must_fail(syscall(SYS_tgkill, pid, pid, SIGKILL), "tgkill");
}
