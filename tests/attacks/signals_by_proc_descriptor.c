/* Tries: to kill the victim by a descriptor of its folder in /proc, which pidfd_send_signal takes too.
   Held: the signal is refused; the victim lives. */
#include "attack.h"
#include <fcntl.h>
#include <signal.h>

int main(int argc, char **argv) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d", victim_number(argc, argv, 1));
    int process = open(path, O_RDONLY | O_DIRECTORY);
    if (process < 0)
        return must_fail(process, "");
    return must_fail(syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0), "a signal by /proc/PID");
}
