/* Tries: to kill the victim by tkill.
   Held: EPERM; the victim lives. */
#include "attack.h"
#include <signal.h>

int main(int argc, char **argv) {
    return must_fail(syscall(SYS_tkill, victim_number(argc, argv, 1), SIGKILL), "tkill");
}
