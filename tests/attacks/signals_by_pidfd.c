/* Tries: to kill the victim by a descriptor of it.
   Held: the descriptor, or the signal, is refused; the victim lives. */
#include "attack.h"
#include <signal.h>

int main(int argc, char **argv) {
    long process = syscall(SYS_pidfd_open, victim_number(argc, argv, 1), 0);
    if (process < 0)
        return must_fail(process, "");
    return must_fail(syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0), "pidfd_send_signal");
}
