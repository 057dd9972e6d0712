/* Tries: to trace the victim: the check, another program of the case, or a process of the user's.
   Held: EPERM or ENOSYS; the victim's TracerPid is as it was. */
#include "attack.h"
#include <sys/ptrace.h>

int main(int argc, char **argv) {
    return must_fail(ptrace(PTRACE_SEIZE, victim_number(argc, argv, 1), 0, 0), "ptrace");
}
